"""What we know of our data and a database does not: said in a statement, it changes the way to the rows, not the rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Often(FunctionElement[Any]):
    # Not of type Boolean: SQLite would be asked for ``likelihood(…) = 1``.
    inherit_cache = True


@compiles(_Often)
def _often(element: _Often, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(next(iter(element.clauses)), **options)


@compiles(_Often, "sqlite")
def _often_in_sqlite(element: _Often, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(next(iter(element.clauses)), **options)}, 0.5)"


def often(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """``condition``, which half of the rows fulfil: no reason to read them in any but the wanted order."""
    return _Often(condition)


class _Asked(FunctionElement[Any]):
    # Its clauses: the condition, and the same with an OFFSET.
    inherit_cache = True


@compiles(_Asked)
def _asked(element: _Asked, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(next(iter(element.clauses)), **options)


@compiles(_Asked, "postgresql")
def _asked_in_postgresql(element: _Asked, compiler: SQLCompiler, **options: Any) -> str:
    plain, apart = element.clauses
    around = compiler.stack[-1].get("selectable") if compiler.stack else None
    return compiler.process(plain if getattr(around, "_limit_clause", None) is None else apart, **options)


def asked_of_each(rows: Select[Any]) -> ColumnElement[Any]:
    """Whether ``rows``, which name the row they are about, has any: in a limited list asked of one row after the other.

    PostgreSQL thinks of all rows of such a list, not of the first few, and would read everything that ``rows`` might
    ask for; it does not of a query with an OFFSET.
    """
    return _Asked(rows.exists(), rows.offset(literal_column("0")).exists())
