"""The search index: one table of tokens, with an FTS5 index beside it on SQLite and a GIN index on PostgreSQL.

The identity of an entry holds the record's and its kind's number, so a hit needs no second look-up. Each token begins
with two characters for the kind: a search among customers never reads what contacts are found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeAlias
from zlib import crc32

from sqlalchemy import (
    DDL,
    Connection,
    String,
    Text,
    delete,
    event,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.among import among
from app.core.database import Key, Model
from app.core.rows import insert_rows
from app.core.search.tokens import tokens

KIND_BITS = 16
CHUNK = 1_000

Texts: TypeAlias = Iterable[str]


class SearchEntry(Model):
    """What one record is found by."""

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(
        Key, primary_key=True, autoincrement=False, comment="record_id * 65536 + number of the kind"
    )
    kind: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[int] = mapped_column(Key)
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"), comment="parted by blanks")


# --- the index of each database -------------------------------------------------------------------------------------

# The tokenizer keeps every character beyond ASCII, so a token stays whole whatever script it is in. Without
# positions (detail) and lengths (columnsize) the index is a third of the size; nothing here asks for them.
_CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "tokens, content='search_entry', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)",
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
        "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
        "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
        "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
        "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
    ),
    "postgresql": ("CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)",),
}
_DROP = {
    "sqlite": (
        "DROP TRIGGER search_entry_changed",
        "DROP TRIGGER search_entry_removed",
        "DROP TRIGGER search_entry_added",
        "DROP TABLE search_index",
    ),
    "postgresql": ("DROP INDEX ix_search_entry_tokens",),
}


def create_index_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements that follow the creation of the table; for a migration, too."""
    return _CREATE[dialect]


def drop_index_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements that precede the removal of the table; for a migration, too."""
    return _DROP[dialect]


def is_index_table(name: str | None) -> bool:
    """Whether a table or index belongs to the search index, which the models do not know and a comparison leaves out."""
    return bool(name) and (name == "search_index" or str(name).startswith(("search_index_", "ix_search_entry_tokens")))


for _dialect, _statements in _CREATE.items():
    for _statement in _statements:
        event.listen(SearchEntry.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
event.listen(
    SearchEntry.__table__, "before_drop", DDL("DROP TABLE IF EXISTS search_index").execute_if(dialect="sqlite")
)


# --- writing --------------------------------------------------------------------------------------------------------


@cache
def kind_number(kind: str) -> int:
    return crc32(kind.encode()) % (1 << KIND_BITS)


@cache
def kind_mark(kind: str) -> str:
    """Return the two characters by which the tokens of a kind begin."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    tens, ones = divmod(kind_number(kind) % len(digits) ** 2, len(digits))
    return digits[tens] + digits[ones]


def _entry_id(kind: str, record_id: int) -> int:
    return (record_id << KIND_BITS) + kind_number(kind)


def entry(kind: str, record_id: int, texts: Texts) -> dict[str, Any]:
    """Return the row of one entry; for bulk writers."""
    mark = kind_mark(kind)
    found = tokens(*texts)
    return {
        "id": _entry_id(kind, record_id),
        "kind": kind,
        "record_id": record_id,
        "tokens": mark + f" {mark}".join(found) if found else "",
    }


def index(session: Session, kind: str, record_id: int, texts: Texts) -> None:
    """Let a record be found by ``texts`` only; the first is its name. Phones and e-mails are found as a whole."""
    connection = session.connection()
    row = entry(kind, record_id, texts)
    insert = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    statement = insert(SearchEntry.__table__).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"tokens": statement.excluded.tokens},
            where=SearchEntry.__table__.c.tokens != statement.excluded.tokens,
        )
    )


def index_many(connection: Connection, kind: str, rows: Iterable[tuple[int, Texts]], *, fresh: bool = False) -> None:
    """Do for many ``(record_id, texts)`` what :func:`index` does for one; ``fresh`` records have no entry yet."""
    entries = SearchEntry.__table__
    for chunk in _chunks(entry(kind, record_id, texts) for record_id, texts in rows):
        if not fresh:
            connection.execute(delete(entries).where(among(entries.c.id, [row["id"] for row in chunk])))
        insert_rows(connection, entries, chunk)


def _chunks(entries: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def unindex(session: Session, kind: str, record_id: int) -> None:
    """Let a record be found no longer."""
    entries = SearchEntry.__table__
    session.connection().execute(delete(entries).where(entries.c.id == _entry_id(kind, record_id)))
