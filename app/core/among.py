"""Conditions on many keys at once, passed as one value: the statement stays the same however many there are.

``column.in_(keys)`` makes a statement anew for each number of keys, which takes longer than to run it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, ColumnElement, String, Text, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from app.core.database import to_json


class _Keys(TypeDecorator[Any]):
    """A list of whole numbers or texts: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, texts: bool) -> None:
        super().__init__()
        self.texts = texts

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(String() if self.texts else BigInteger()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else to_json(value)


class _Pairs(TypeDecorator[Any]):
    """A list of (key, day), as JSON for either database."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(postgresql.JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else to_json(value)


class _Condition(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        # SQLite would be asked for "… = 1" else, for which it uses no index.
        return self


class _Among(_Condition):
    name = "among"
    inherit_cache = True


class _PairsAmong(_Condition):
    name = "pairs_among"
    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    # Few rows: of a column that is empty nearly everywhere SQLite thinks that any value is in all of them.
    return f"unlikely({column} IN (SELECT value FROM json_each({keys})))"  # noqa: S608 - clauses compiled already


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({keys})"


@compiles(_PairsAmong, "sqlite")
def _pairs_sqlite(element: _PairsAmong, compiler: SQLCompiler, **options: Any) -> str:
    key, day, pairs = (compiler.process(clause, **options) for clause in element.clauses)
    each = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    # The plus keeps SQLite from an index of days: one day of everybody is more than all days of some.
    return f"({key}, +{day}) IN (SELECT {each} FROM json_each({pairs}))"  # noqa: S608 - clauses compiled already


@compiles(_PairsAmong, "postgresql")
def _pairs_postgresql(element: _PairsAmong, compiler: SQLCompiler, **options: Any) -> str:
    key, day, pairs = (compiler.process(clause, **options) for clause in element.clauses)
    each = "CAST(value ->> 0 AS bigint), CAST(value ->> 1 AS date)"
    return f"({key}, {day}) IN (SELECT {each} FROM jsonb_array_elements({pairs}))"  # noqa: S608 - clauses compiled already


def among(column: Any, keys: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """``column`` is one of ``keys``, which are all whole numbers or all texts."""
    texts = isinstance(next(iter(keys), None), str)
    return _Among(column, bindparam(None, list(keys), type_=_Keys(texts), unique=True))


def pairs_among(key: Any, day: Any, pairs: Collection[tuple[int, date]]) -> ColumnElement[bool]:
    """(``key``, ``day``) is one of ``pairs``."""
    return _PairsAmong(
        key, day, bindparam(None, [[pk, on.isoformat()] for pk, on in pairs], type_=_Pairs(), unique=True)
    )
