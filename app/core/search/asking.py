"""Asking the index: which records of a kind hold every word somebody typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, false, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.sql.functions import FunctionElement

from app.core.search.index import KIND_BITS, kind_mark
from app.core.search.tokens import Question, Term, beginning, query_tokens

MANY = 2_000
"""Up to here the hits of a question are fetched first; more are left to the database."""


class _Index(TableClause):
    """The table a search reads: the FTS5 index itself on SQLite."""

    inherit_cache = True


@compiles(_Index, "sqlite")
def _index_of_sqlite(_element: _Index, _compiler: SQLCompiler, **_options: Any) -> str:
    return "search_index"


class _RecordId(FunctionElement[int]):
    """The record of a hit."""

    inherit_cache = True
    type = Integer()


@compiles(_RecordId)
def _record_id(_element: _RecordId, _compiler: SQLCompiler, **_options: Any) -> str:
    return "search_entry.record_id"


@compiles(_RecordId, "sqlite")
def _record_id_of_sqlite(_element: _RecordId, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"search_index.rowid >> {KIND_BITS}"


class _Matches(FunctionElement[Any]):
    """Whether an entry answers a question: arguments are its FTS5 and tsquery texts."""

    # Not of type Boolean: SQLite would be asked for ``MATCH … = 1``, which it cannot do.
    inherit_cache = True


@compiles(_Matches)
def _matches(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    question = list(element.clauses)[1]
    return f"search_entry.tokens @@ CAST({compiler.process(question, **options)} AS tsquery)"


@compiles(_Matches, "sqlite")
def _matches_of_sqlite(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    question = next(iter(element.clauses))
    return f"search_index MATCH {compiler.process(question, **options)}"


_INDEX = _Index("search_entry")


def _fts5(term: Term, mark: str) -> str:
    return f'"{mark}{term.token}"{" *" if term.beginning else ""}'


def _tsquery(term: Term, mark: str) -> str:
    return f"'{mark}{term.token}'{':*' if term.beginning else ''}"


def _spelled(kind: str, question: Question) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return a question in the words of FTS5 and of PostgreSQL."""
    mark = kind_mark(kind)

    def spell(one: Any, both: str, either: str) -> ColumnElement[str]:
        words = [
            either.join(f"({both.join(one(term, mark) for term in terms)})" for terms in dict.fromkeys(readings))
            for readings in question
        ]
        return literal(both.join(f"({word})" for word in words))

    return spell(_fts5, " AND ", " OR "), spell(_tsquery, " & ", " | ")


def _hits(kind: str, question: Question) -> Select[Any]:
    hits = select(_RecordId().label("record_id")).select_from(_INDEX)
    return hits.where(_Matches(*_spelled(kind, question)) if question else false())


def matching_ids(kind: str, text: str) -> Select[Any]:
    """Select the ids of the records of ``kind`` in which every word of ``text`` is found; none for an empty text.

    Compose it as ``Customer.id.in_(matching_ids("customer", text))``: what the actor may see is the outer
    statement's business. For a list in an order of its own, :func:`narrowed` is faster.
    """
    return _hits(kind, query_tokens(text))


def narrowed(session: Session, kind: str, key: InstrumentedAttribute[int], text: str) -> ColumnElement[bool]:
    """Return the condition of :func:`matching_ids`; few hits as a list of ids, so that the database sees how few.

    It would guess that every beginning of a word is in half a percent of the rows, and walk a list in its own order
    for a hit that is not there.
    """
    return _condition(session, kind, key, query_tokens(text))


def _condition(session: Session, kind: str, key: InstrumentedAttribute[int], question: Question) -> ColumnElement[bool]:
    hits = _hits(kind, question)
    few = session.connection().execute(hits.limit(MANY + 1)).scalars().all()
    return key.in_(few if len(few) <= MANY else hits)


def ranked(session: Session, kind: str, key: InstrumentedAttribute[int], text: str, limit: int) -> list[int]:
    """Return at most ``limit`` ids the actor may see, those whose name begins with ``text`` first, then the newest.

    ``key`` is the model's id, so that the session's visibility rule applies.
    """
    question = query_tokens(text)
    found: list[int] = []
    for asked in ((beginning(question), *question), question):
        if question and len(found) < limit:
            statement = select(key).where(_condition(session, kind, key, asked), key.not_in(found)).order_by(key.desc())
            found += session.scalars(statement.limit(limit - len(found)))
    return found
