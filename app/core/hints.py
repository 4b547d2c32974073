"""What we know of our data and a database does not: said in a statement, it changes the way to the rows, not the rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
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
