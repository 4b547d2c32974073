"""Settings: the dictionary, the working calendar, how numbers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core import audit, calendar, dictionary, events
from app.core.actors import Actor
from app.core.calendar import CalendarDay
from app.core.dictionary import Term
from app.core.doing import done_by
from app.core.errors import Invalid, NotFound, invalid
from app.core.i18n import _l
from app.core.numbering import DEFAULT_PATTERNS, NumberPattern

_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,31}")
_LABEL = 80
_NOTE = 60
_PATTERN = re.compile(r"[^{}]*(\{(year|month|number(:0[1-9]d)?)\}[^{}]*)+")
_LONGEST_NUMBER = 32


# --- dictionary ---


def save_terms(name: str, entries: Iterable[Mapping[str, Any]], *, by: Actor, at: datetime) -> None:
    """Write one list of the dictionary in the given order.

    An entry is ``{id, code, label_zh, label_en, active}``; without an ``id`` it is new. Nothing is ever deleted:
    a retired entry keeps its label on old records.

    :raises Invalid: with ``fields`` named ``row.column``, rows counted from 0.
    """
    if name not in {term_list.name for term_list in dictionary.lists()}:
        raise NotFound
    entries = list(entries)
    right = "dictionary.add" if any(not entry.get("id") for entry in entries) else "dictionary.edit"
    with done_by(by, at, right) as session:
        known = {term.id: term for term in session.scalars(select(Term).where(Term.list == name))}
        lines = _checked_lines(entries, known)
        for position, line in enumerate(lines):
            if line["id"] is None:
                new = {column: line[column] for column in ("code", "label_zh", "label_en")}
                session.add(Term(list=name, position=position, active=True, **new))
                continue
            term = known[line["id"]]
            term.label_zh, term.label_en = line["label_zh"], line["label_en"]
            term.position, term.active = position, line["active"]


def _checked_lines(entries: list[Mapping[str, Any]], known: Mapping[int, Term]) -> list[dict[str, Any]]:
    """What may be written, nothing of it before all of it is right."""
    codes = {term.code for term in known.values()}
    lines: list[dict[str, Any]] = []
    problems: dict[str, Any] = {}
    for position, entry in enumerate(entries):
        pk = int(entry["id"]) if entry.get("id") else None
        if pk is not None and pk not in known:
            raise NotFound
        line: dict[str, Any] = {"id": pk, "active": bool(entry.get("active"))}
        for column in ("label_zh", "label_en"):
            text = line[column] = " ".join(str(entry.get(column) or "").split())
            if not text:
                problems[f"{position}.{column}"] = _l("This field is required.")
            elif len(text) > _LABEL:
                problems[f"{position}.{column}"] = _l("At most %(limit)d characters.", limit=_LABEL)
        if pk is None:
            code = line["code"] = str(entry.get("code") or "").strip() or _code_from(line["label_en"], codes)
            if not _CODE.fullmatch(code):
                problems[f"{position}.code"] = _l("Use small letters, digits and underscores.")
            elif code in codes:
                problems[f"{position}.code"] = _l("This code is already in use.")
            codes.add(code)
        lines.append(line)
    if problems:
        raise Invalid(_l("Please check what you entered."), fields=problems)
    return lines


def _code_from(label: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:28] or "entry"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    return code


# --- working calendar ---


def set_calendar_day(day: date, working: bool, note: str, *, by: Actor, at: datetime) -> None:
    """Make ``day`` a working day or a day off; one that is so anyway needs no entry and loses it.

    Announces ``calendar.change`` with what changed days were before: {day: was it worked}.
    """
    note = " ".join(note.split())
    if len(note) > _NOTE:
        raise invalid("note", _l("At most %(limit)d characters.", limit=_NOTE))
    with done_by(by, at, "calendar.edit") as session:
        entry = session.get(CalendarDay, day)
        before, was_working = _in_words(entry), calendar.load(session, day, day).is_working(day)
        if working == (day.weekday() < calendar.SATURDAY):
            if entry is not None:
                session.delete(entry)
            after = None
        else:
            entry = entry or CalendarDay(day=day)
            entry.working, entry.note = working, note
            session.add(entry)
            after = _in_words(entry)
        if before != after:
            audit.record(session, "update", "calendar", day.isoformat(), {"day": [before, after]}, by=by, at=at)
        _announce(session, {day: was_working}, by=by, at=at)


def refill_year(year: int, *, by: Actor, at: datetime) -> int:
    """Replace what is entered for ``year`` by what the package knows; return how many days were written.

    Announces what changed as :func:`set_calendar_day` does.

    :raises Invalid: for a year the package does not know.
    """
    with done_by(by, at, "calendar.edit") as session:
        days = calendar.exceptions_of(year)
        if not days:
            raise Invalid(
                _l("The holidays of %(year)s are not known yet. Update the program or enter them by hand.", year=year)
            )
        first, last = date(year, 1, 1), date(year, 12, 31)
        old = calendar.load(session, first, last)
        session.execute(
            delete(CalendarDay).where(CalendarDay.day.between(first, last)),
            execution_options={"synchronize_session": "fetch"},
        )
        session.add_all(days)
        audit.record(session, "refill", "calendar", str(year), {"days": [None, len(days)]}, by=by, at=at)
        every = (first + calendar.ONE_DAY * ahead for ahead in range((last - first).days + 1))
        _announce(session, {day: old.is_working(day) for day in every}, by=by, at=at)
    return len(days)


def _announce(session: Session, before: Mapping[date, bool], *, by: Actor, at: datetime) -> None:
    session.flush()
    after = calendar.load(session, min(before), max(before))
    changed = {day: worked for day, worked in before.items() if after.is_working(day) != worked}
    if changed:
        events.announce("calendar.change", changed, by=by, at=at)


def _in_words(entry: CalendarDay | None) -> str | None:
    if entry is None or entry.working is None:
        return None
    return f"{'working' if entry.working else 'off'} {entry.note}".strip()


# --- numbers ---


def set_number_pattern(kind: str, pattern: str, *, by: Actor, at: datetime) -> None:
    """Let new numbers of ``kind`` read as ``pattern``; existing ones stay.

    :raises Invalid: unless it holds ``{number}`` once and nothing but ``{year}`` and ``{month}`` besides.
    """
    if kind not in DEFAULT_PATTERNS:
        raise NotFound
    pattern = pattern.strip()
    if not _PATTERN.fullmatch(pattern) or pattern.count("{number") != 1:
        raise invalid(
            kind, _l("Write {number:05d} once, and {year} or {month} where wanted, for example KH-{year}-{number:05d}.")
        )
    if len(pattern.format(year="2026", month="11", number=10**9)) > _LONGEST_NUMBER:
        raise invalid(kind, _l("This number would be too long."))
    if "{month}" in pattern and "{year}" not in pattern:
        raise invalid(kind, _l("A number with the month needs the year as well."))
    with done_by(by, at, "settings.edit") as session:
        entry = session.get(NumberPattern, kind)
        before = entry.pattern if entry else DEFAULT_PATTERNS[kind]
        if pattern == before:
            return
        if entry is None:
            session.add(NumberPattern(kind=kind, pattern=pattern))
        else:
            entry.pattern = pattern
        audit.record(session, "update", "settings", kind, {"pattern": [before, pattern]}, by=by, at=at)
