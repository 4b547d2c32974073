"""Counts, sums and texts of several tables in one statement, however many a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Numeric,
    Select,
    String,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    union_all,
)
from sqlalchemy import select as select_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.i18n import format_money
from app.reports.queries.contribution import money

Question = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Number:
    """One answer; what was not asked for is nothing."""

    count: int = 0
    amount: Decimal = Decimal(0)
    text: str = ""


class Numbers(dict[str, Number]):
    """The answers by name; a question that was not put has the answer nothing."""

    def __missing__(self, name: str) -> Number:
        return Number()


def counted(name: str, key: InstrumentedAttribute[Any], *where: ColumnElement[bool], amount: Any = None) -> Question:
    """How many rows meet the conditions, and what ``amount`` of them comes to."""
    total = cast(func.sum(amount) if amount is not None else null(), Numeric(18, 4))
    return _question(name, func.count(key), total, null()).where(*where)


def counted_apart(
    parts: Mapping[str, ColumnElement[bool]], key: Any, *where: ColumnElement[bool], amount: Any = None
) -> Question:
    """As :func:`counted` for several conditions, reading the table once: a row counts for the first that holds.

    A part without any row has no answer.
    """
    name = case(*((condition, literal(name)) for name, condition in parts.items())).label("question")
    total = cast(func.sum(amount) if amount is not None else null(), Numeric(18, 4))
    question = select_(name, func.count(key), total, cast(null(), String))
    return question.where(*where, or_(*parts.values())).group_by("question")


def told(name: str, text: Any, *where: ColumnElement[bool]) -> Question:
    """What the expression ``text`` says of the rows that meet the conditions."""
    return _question(name, literal(0), cast(null(), Numeric(18, 4)), text).where(*where)


def any_of(name: str, key: InstrumentedAttribute[Any]) -> Question:
    """Whether there is a row at all, as a count of 1 or 0: without counting."""
    return _question(name, cast(exists(select_(key)), Integer), cast(null(), Numeric(18, 4)), null())


def _question(name: str, count: Any, amount: Any, text: Any) -> Question:
    return select_(
        literal(name).label("name"), count.label("count"), amount.label("amount"), cast(text, String).label("text")
    )


def whole(amount: Decimal) -> str:
    """An amount without cents, which nobody needs at a glance."""
    return format_money(round(amount))


def answers(session: Session, questions: Iterable[Question]) -> Numbers:
    """Put all questions at once."""
    wanted = list(questions)
    if not wanted:
        return Numbers()
    rows = session.execute(union_all(*wanted) if len(wanted) > 1 else wanted[0])
    return Numbers({row[0]: Number(row[1], money(row[2]), row[3] or "") for row in rows})
