"""Typed list filters: a value that cannot be read finds nothing and never reaches the database as text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from sqlalchemy import ColumnElement, and_, false, not_, or_
from sqlalchemy.orm import Query

from app.core import i18n
from app.core.i18n import _l

LARGEST_KEY = 2**63 - 1


class Unreadable(ValueError):
    """The value of a filter is not of the column's type."""


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
                number = int(text)
                if abs(number) > LARGEST_KEY:
                    raise Unreadable(text)
                return number
            case "number":
                return i18n.parse_decimal(text)
            case "boolean":
                return {"y": True, "true": True, "1": True, "n": False, "false": False, "0": False}[text.lower()]
            case "day" | "moment":
                return i18n.parse_day(text)
    except (KeyError, ValueError, ArithmeticError) as problem:
        raise Unreadable(text) from problem
    if "\x00" in text:
        raise Unreadable("a text with a zero byte")
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class TypedFilter(BaseFilter):
    """One operator on one column; ``kind`` is set by the converter's row."""

    kind = "text"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        column = getattr(self.model, self.column_name)
        try:
            return query.filter(self.condition(column, read(self.kind, column, value)))
        except Unreadable:
            return query.filter(false())

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        raise NotImplementedError

    def _day(self, value: date) -> tuple[datetime, datetime]:
        zone = i18n.time_zone()
        start = datetime.combine(value, time.min, zone)
        return start, datetime.combine(value + timedelta(days=1), time.min, zone)


class Equal(TypedFilter):
    name = _l("is")
    arg_name = "eq"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        if self.kind == "moment":
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
    arg_name = "gte"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column >= (self._day(value)[0] if self.kind == "moment" else value)


class AtMost(TypedFilter):
    name = _l("at most")
    arg_name = "lte"

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        if self.kind == "moment":
            return column < self._day(value)[1]
        return column <= value


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


class Empty(BaseFilter):
    """Rows with (``y``) or without (``n``) nothing in the column."""

    name = _l("is empty")
    arg_name = "empty"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        column = getattr(self.model, self.column_name)
        wanted = str(value).lower() in {"", "y", "1", "true"}
        return query.filter(column.is_(None) if wanted else column.is_not(None))


OF_DAYS = {AtLeast: _l("on or after"), AtMost: _l("on or before")}


def _of(kind: str, *bases: type[TypedFilter]) -> list[type[BaseFilter]]:
    names = OF_DAYS if kind in ("day", "moment") else {}
    made = [
        type(f"{base.__name__}_{kind}", (base,), {"kind": kind, "name": names.get(base, base.name)}) for base in bases
    ]
    return [*made, Empty]


_ORDERED = (Equal, AtLeast, AtMost, NotEqual)


class CrmFilterConverter(SQLAFilterConverter):
    """Which operators a column offers, by its type; the order is part of the addresses of filtered lists."""

    conversion_table = (
        ("is_enum", _of("enum", Equal, NotEqual)),
        ("is_boolean", _of("boolean", Equal)),
        ("is_integer", _of("integer", *_ORDERED)),
        ("is_numeric", _of("number", *_ORDERED)),
        ("is_float", _of("number", *_ORDERED)),
        ("is_datetime", _of("moment", *_ORDERED)),
        ("is_date", _of("day", *_ORDERED)),
        ("is_text", _of("text", Equal, Contains, StartsWith, NotEqual)),
        ("is_string", _of("text", Equal, Contains, StartsWith, NotEqual)),
    )

    def convert(self, col_name: str) -> list[BaseFilter] | None:
        """The operators of one column; None for relations and other columns nobody filters by."""
        for test, filters in self.conversion_table:
            if getattr(self.datamodel, test)(col_name):
                return [operator(col_name, self.datamodel) for operator in filters]
        return None


__all__ = ["CrmFilterConverter", "Unreadable", "read"]
