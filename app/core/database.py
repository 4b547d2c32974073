"""The one database session, its column types and mixins, and how both databases are connected."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Enum,
    ForeignKey,
    Integer,
    Numeric,
    String,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = ["Model", "db"]

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WAITS_FOR_LOCK = 15
"""Seconds that SQLite waits for its write lock."""
_ASKS_EVERY = 0.003

only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)
"""Set by the edge for GET and HEAD: such a transaction does not take SQLite's write lock."""


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


class Spelled(str):
    """JSON that is text already."""

    __slots__ = ()


def to_json(value: object) -> str:
    """Return ``value`` as compact JSON with sorted keys; decimals and dates become strings.

    :raises TypeError: for what JSON cannot hold; also whole numbers beyond 64 bits, and half a surrogate pair.
    """
    return str(value) if type(value) is Spelled else orjson.dumps(value, _plain, orjson.OPT_SORT_KEYS).decode()


db = SQLA(engine_options={"json_serializer": to_json})
db.metadatas[None] = Model.metadata

Money = Numeric(14, 2)
Key = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC on both databases; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sort_key(length: int) -> String:
    """Return a text column that sorts by its bytes, whatever language the server of the database speaks."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def enum_type(members: type[StrEnum], name: str) -> Enum:
    """Return a string column with a named CHECK; the members' names equal their values."""
    return Enum(members, native_enum=False, create_constraint=True, name=name, length=32)


def utc_now() -> datetime:
    """The present moment; asked at the edges only."""
    return datetime.now(UTC)


class Numbered:
    """A row with a surrogate key."""

    id: Mapped[int] = mapped_column(Key, primary_key=True)


class Traced:
    """Who made and last changed the row, and when (UTC); kept by the session."""

    created_at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    changed_at: Mapped[datetime] = mapped_column(Moment, comment="UTC")

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"), comment="empty: the system")

    @declared_attr
    def changed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"), comment="empty: the system")


class Versioned:
    """A row that several people may edit: the second of two editors is told."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__dict__.get("version", cls.version)}


class Recyclable:
    """A row that is deleted softly: it stays in the recycle bin until restored or purged."""

    deleted_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; empty: in use")

    @declared_attr
    def deleted_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Commit once at the end, or roll back everything and let the exception pass."""
    session: Session = db.session
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver begins nothing by itself, so savepoints work; FULL because NORMAL loses acknowledged writes.
        connection.isolation_level = None
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={WAITS_FOR_LOCK * 1000}",
        ):
            connection.execute(f"PRAGMA {setting}")


_PLANNED_FOR = {"random_page_cost": "1.1", "jit": "off"}
"""For disks without moving parts and short statements, unless the server's owner decided otherwise."""


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        return
    names = list(_PLANNED_FOR)
    connection.execute(
        "SELECT set_config(name, %s::json ->> name, false) FROM pg_settings WHERE name = ANY(%s) AND source = 'default'",
        [json.dumps(_PLANNED_FOR), names],
    )
    # What is set in a transaction that is rolled back is set no longer.
    connection.commit()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if only_reading.get():
        connection.exec_driver_sql("BEGIN")
    else:
        _begin_writing(connection)


def _begin_writing(connection: Connection) -> None:
    """Take SQLite's write lock now: who reads first and writes later fails when somebody wrote in between.

    SQLite's own waiting sleeps longer and longer, up to a tenth of a second, and misses the moments in which an
    import lets go of the lock; whoever saves would wait for seconds.
    """
    driver: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + WAITS_FOR_LOCK
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(_ASKS_EVERY)
            else:
                return
        # Through the engine, whose errors are the ones that are known.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={WAITS_FOR_LOCK * 1000}")
