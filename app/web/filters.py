"""Typed list filters: a value that cannot be read finds nothing and never reaches the database as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from sqlalchemy import ColumnElement, and_, false, not_, or_
from sqlalchemy.orm import Query

from app.core import i18n
from app.core.database import utc_now
from app.core.i18n import _, _l
from app.core.periods import LONGEST_DAYS, last_days, next_days, period

LARGEST_KEY = 2**63 - 1
MOST_VALUES = 50


class Unreadable(ValueError):
    """The value of a filter is not of the column's type; its text is a sentence."""


def read(kind: str, column: Any, value: Any) -> Any:
    """Return ``value`` as the type of ``column``.

    :raises Unreadable: if it is not one.
    """
    text = str(value).strip()
    try:
        match kind:
            case "enum":
                return column.type.enum_class[text]
            case "integer":
                number = i18n.parse_integer(text)
                if abs(number) > LARGEST_KEY:
                    raise Unreadable(_("This number is too large."))
                return number
            case "number":
                return i18n.parse_decimal(text)
            case "boolean":
                return {"y": True, "true": True, "1": True, "n": False, "false": False, "0": False}[text.lower()]
            case "moment" if ":" in text:
                return i18n.parse_moment(text)
            case "day" | "moment":
                return i18n.parse_day(text)
    except (KeyError, ArithmeticError) as problem:
        raise Unreadable(_("“%(text)s” is none of the choices.", text=text[:40])) from problem
    except ValueError as problem:
        raise Unreadable(str(problem)) from problem
    if "\x00" in text:
        raise Unreadable(_("This text cannot be read."))
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class TypedFilter(BaseFilter):
    """One operator on one column; ``kind`` is set by the converter's row.

    ``input`` says what is typed: one ``value``, two (``between``, written ``1..5``), ``many`` (``a,b``), a number of
    ``days``, the name of a ``period``, or yes and no (``empty``).
    """

    kind = "text"
    input = "value"
    names: Mapping[str, Any] = {}  # the operator's name where a kind says it differently

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        column = getattr(self.model, self.column_name)
        try:
            return query.filter(self.condition(column, self.parsed(value)))
        except (Unreadable, OverflowError):  # the first days in UTC
            return query.filter(false())

    def parsed(self, value: Any) -> Any:
        """What was typed, as :meth:`condition` takes it.

        :raises Unreadable: with a sentence.
        """
        return read(self.kind, getattr(self.model, self.column_name), value)

    def problem(self, value: Any) -> str:
        """Why ``value`` finds nothing, if it cannot be read."""
        try:
            self.parsed(value)
        except Unreadable as problem:
            return str(problem)
        return ""

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        raise NotImplementedError

    def _day(self, value: date) -> tuple[datetime, datetime]:
        """When a day begins and when the next one does."""
        zone = i18n.time_zone()
        start = datetime.combine(value, time.min, zone).astimezone(UTC)
        # Year 9999 has no day after its last.
        after = value + timedelta(days=1) if value < date.max else value
        return start, datetime.combine(after, time.min, zone).astimezone(UTC)

    def _within(self, column: Any, first: Any, last: Any) -> ColumnElement[bool]:
        """The condition of a span, both ends inclusive; one that is None is open."""
        parts = []
        if first is not None:
            parts.append(column >= (self._day(first)[0] if self._whole_day(first) else first))
        if last is not None:
            parts.append(column < self._day(last)[1] if self._whole_day(last) else column <= last)
        return and_(*parts)

    def _whole_day(self, value: Any) -> bool:
        return self.kind == "moment" and not isinstance(value, datetime)


class Equal(TypedFilter):
    name = _l("is")
    arg_name = "eq"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        if self._whole_day(value):
            start, end = self._day(value)
            return and_(column >= start, column < end)
        return column == value


class NotEqual(Equal):
    name = _l("is not")
    arg_name = "neq"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return or_(not_(super().condition(column, value)), column.is_(None))


class AtLeast(TypedFilter):
    name = _l("at least")
    names = dict.fromkeys(("day", "moment"), _l("on or after"))
    arg_name = "gte"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return self._within(column, value, None)


class AtMost(TypedFilter):
    name = _l("at most")
    names = dict.fromkeys(("day", "moment"), _l("on or before"))
    arg_name = "lte"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return self._within(column, None, value)


class Contains(TypedFilter):
    name = _l("contains")
    arg_name = "ct"

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        return column.ilike(f"%{_escaped(value)}%", escape="\\")


class StartsWith(TypedFilter):
    name = _l("starts with")
    arg_name = "sw"

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        return column.ilike(f"{_escaped(value)}%", escape="\\")


class Between(TypedFilter):
    name = _l("between")
    arg_name = "bt"
    input = "between"

    def parsed(self, value: Any) -> Any:
        first, dots, last = str(value).partition("..")
        if not dots or not (first.strip() or last.strip()):
            raise Unreadable(_("Give the lowest and the highest value."))
        column = getattr(self.model, self.column_name)
        return tuple(read(self.kind, column, end) if end.strip() else None for end in (first, last))

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return self._within(column, *value)


class OneOf(TypedFilter):
    name = _l("is one of")
    arg_name = "in"
    input = "many"

    def parsed(self, value: Any) -> Any:
        # FAB hands over all values of an operator called "in" at once.
        given = value if isinstance(value, list) else [value]
        parts = [part for one in given for part in str(one).split(",") if part.strip()]
        if not 0 < len(parts) <= MOST_VALUES:
            raise Unreadable(_("Choose between 1 and %(count)s values.", count=MOST_VALUES))
        column = getattr(self.model, self.column_name)
        return [read(self.kind, column, part) for part in parts]

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.in_(value)


class Within(TypedFilter):
    name = _l("is in")
    arg_name = "period"
    input = "period"

    def parsed(self, value: Any) -> Any:
        try:
            return period(str(value).strip(), _today())
        except KeyError:
            raise Unreadable(_("“%(text)s” is none of the choices.", text=str(value)[:40])) from None

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return self._within(column, *value)


class LastDays(TypedFilter):
    name = _l("in the last days")
    arg_name = "last"
    input = "days"
    span = staticmethod(last_days)

    def parsed(self, value: Any) -> Any:
        count = read("integer", None, value)
        if not 0 < count <= LONGEST_DAYS:
            raise Unreadable(_("Enter a number of days from 1 to %(most)s.", most=LONGEST_DAYS))
        return self.span(count, _today())

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return self._within(column, *value)


class NextDays(LastDays):
    name = _l("in the next days")
    arg_name = "next"
    span = staticmethod(next_days)


def _today() -> date:
    return i18n.local_day(utc_now())


class Empty(BaseFilter):
    """Rows with (``y``) or without (``n``) nothing in the column."""

    name = _l("is empty")
    arg_name = "empty"
    input = "empty"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        column = getattr(self.model, self.column_name)
        wanted = str(value).lower() in {"", "y", "1", "true"}
        return query.filter(column.is_(None) if wanted else column.is_not(None))


def _of(kind: str, *bases: type[TypedFilter], then: tuple[type[TypedFilter], ...] = ()) -> list[type[BaseFilter]]:
    """The operators of a kind: ``bases``, "is empty", and ``then`` what came later, so that old addresses stay right."""

    def typed(base: type[TypedFilter]) -> type[BaseFilter]:
        return type(f"{base.__name__}_{kind}", (base,), {"kind": kind, "name": base.names.get(kind, base.name)})

    return [*(typed(base) for base in bases), Empty, *(typed(base) for base in then)]


_ORDERED = (Equal, AtLeast, AtMost, NotEqual)
_IN_TIME = (Between, Within, LastDays, NextDays)


class CrmFilterConverter(SQLAFilterConverter):
    """Which operators a column offers, by its type; the order is part of the addresses of filtered lists."""

    conversion_table = (
        ("is_enum", _of("enum", Equal, NotEqual, then=(OneOf,))),
        ("is_boolean", _of("boolean", Equal)),
        ("is_integer", _of("integer", *_ORDERED, then=(Between, OneOf))),
        ("is_numeric", _of("number", *_ORDERED, then=(Between,))),
        ("is_float", _of("number", *_ORDERED, then=(Between,))),
        ("is_datetime", _of("moment", *_ORDERED, then=_IN_TIME)),
        ("is_date", _of("day", *_ORDERED, then=_IN_TIME)),
        ("is_text", _of("text", Equal, Contains, StartsWith, NotEqual, then=(OneOf,))),
        ("is_string", _of("text", Equal, Contains, StartsWith, NotEqual, then=(OneOf,))),
    )

    def convert(self, col_name: str) -> list[BaseFilter] | None:
        """The operators of one column; None for relations and other columns nobody filters by."""
        for test, filters in self.conversion_table:
            if getattr(self.datamodel, test)(col_name):
                return [operator(col_name, self.datamodel) for operator in filters]
        return None


__all__ = ["CrmFilterConverter", "Unreadable", "read"]
