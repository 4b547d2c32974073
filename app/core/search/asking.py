"""Asking the index: which records of a kind hold every word somebody typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, false, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.sql.functions import FunctionElement

from app.core.among import among
from app.core.hints import often
from app.core.search.index import KIND_BITS, kind_mark
from app.core.search.tokens import Question, Term, beginning, query_tokens

MANY = 2_000
"""Up to here the hits of a question are fetched first; more are left to the database."""

SOME = 300
"""The same for a question among several kinds."""


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


def narrowed(
    session: Session, kind: str, column: InstrumentedAttribute[Any], text: str, within: Any = None
) -> ColumnElement[Any]:
    """Return the condition of :func:`matching_ids` on ``column``, in the words that let a list find its rows quickly.

    A database guesses that every beginning of a word is in half a percent of the rows. So few hits are given as a list
    of ids, and of many it is said that a list in an order of its own soon meets one. ``within`` selects the ids an
    actor sees who does not see all: of many hits, only those among them count.
    """
    hits = _hits(kind, query_tokens(text))
    few = session.connection().execute(hits.limit(MANY + 1)).scalars().all()
    if len(few) > MANY and within is not None:
        few = session.scalars(hits.where(_RecordId().in_(within)).limit(MANY + 1)).all()
    # A list asks for its rows and for their number; the hits are looked up once for both.
    return among(column, few) if len(few) <= MANY else often(column.in_(select(hits.cte().c.record_id)))


@dataclass(frozen=True)
class Hits:
    """The hits among one kind: those whose name begins with the text, and all; with None, there are many."""

    kind: str
    question: Question
    named: list[int] | None
    found: list[int] | None

    def __bool__(self) -> bool:
        return self.found is None or bool(self.found)

    def best(self, key: InstrumentedAttribute[int], limit: int) -> Subquery:
        """At most ``limit`` (id, place) the actor may see: those whose name begins with the text first, the newest first.

        ``key`` is the model's id, so that the session's visibility rule applies. Ordered by place, then by falling id.
        """
        arms = []
        for place, (question, few) in enumerate(
            (((beginning(self.question), *self.question), self.named), (self.question, self.found))
        ):
            if few is None or few:
                condition = key.in_(_hits(self.kind, question) if few is None else few)
                arms.append(select(key.label("id"), literal(place).label("place")).where(condition))
        limited = [select(arm.order_by(key.desc()).limit(limit).subquery()) for arm in arms]
        both = union_all(*limited).subquery()
        return select(both.c.id, func.min(both.c.place).label("place")).group_by(both.c.id).subquery("best")


def hits(session: Session, kinds: Sequence[str], text: str) -> list[Hits]:
    """Where ``text`` is found among several kinds, in one statement; kinds without a hit are left out."""
    question = query_tokens(text)
    if not question or not kinds:
        return []
    asked = ((beginning(question), *question), question)
    arms = []
    for number, kind in enumerate(kinds):
        for place, words in enumerate(asked):
            few = _hits(kind, words).limit(SOME + 1).subquery()
            arms.append(select(literal(number), literal(place), few.c.record_id))
    found: dict[tuple[int, int], list[int]] = {}
    for number, place, pk in session.connection().execute(union_all(*arms)):
        found.setdefault((number, place), []).append(pk)

    def some(number: int, place: int) -> list[int] | None:
        pks = found.get((number, place), [])
        return pks if len(pks) <= SOME else None

    everything = [Hits(kind, question, some(number, 0), some(number, 1)) for number, kind in enumerate(kinds)]
    return [one for one in everything if one]


def ranked(session: Session, kind: str, key: InstrumentedAttribute[int], text: str, limit: int) -> list[int]:
    """Return at most ``limit`` ids the actor may see, those whose name begins with ``text`` first, then the newest."""
    for found in hits(session, [kind], text):
        best = found.best(key, limit)
        return list(session.scalars(select(best.c.id).order_by(best.c.place, best.c.id.desc()).limit(limit)))
    return []
