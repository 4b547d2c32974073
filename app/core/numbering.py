"""Numbers of records: KH-00001, DD-2026-00042; without gaps inside committed transactions, never twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Model

DEFAULT_PATTERNS = {
    "customer": "KH-{number:05d}",
    "opportunity": "SJ-{year}-{number:04d}",
    "order": "DD-{year}-{number:05d}",
    "product": "CP-{number:04d}",
    "service_request": "FW-{year}-{number:04d}",
}


class NumberSeries(Model):
    """The last number given to a kind in a period, and the pattern an administrator may change."""

    __tablename__ = "number_series"

    kind: Mapped[str] = mapped_column(String(48), primary_key=True)
    period: Mapped[str] = mapped_column(
        String(8), primary_key=True, comment="the year, or empty if the pattern has none"
    )
    last: Mapped[int] = mapped_column(default=0)


class NumberPattern(Model):
    """How a kind's numbers read; ``{year}``, ``{month}`` and ``{number:05d}`` are filled in."""

    __tablename__ = "number_pattern"

    kind: Mapped[str] = mapped_column(String(48), primary_key=True)
    pattern: Mapped[str] = mapped_column(String(64))


def reserve(session: Session, kind: str, at: datetime, count: int = 1) -> list[str]:
    """Return the next ``count`` numbers of ``kind``, in order; the series stays locked until the commit."""
    pattern = session.scalar(select(NumberPattern.pattern).where(NumberPattern.kind == kind)) or DEFAULT_PATTERNS[kind]
    period = f"{at:%Y}" if "{year}" in pattern else ""
    series = _locked(session, kind, period)
    first = series.last + 1
    series.last += count
    session.flush()
    year, month = f"{at:%Y}", f"{at:%m}"
    return [pattern.format(year=year, month=month, number=n) for n in range(first, first + count)]


def next_number(session: Session, kind: str, at: datetime) -> str:
    """Return the next number of ``kind``."""
    return reserve(session, kind, at)[0]


def keep_ahead(session: Session, kind: str, at: datetime, given: Iterable[str]) -> None:
    """Let the series of ``kind`` go on after those of the ``given`` codes that read like its numbers."""
    pattern = session.scalar(select(NumberPattern.pattern).where(NumberPattern.kind == kind)) or DEFAULT_PATTERNS[kind]
    parts = re.split(r"(\{[^}]*\})", pattern.replace("{year}", f"{at:%Y}").replace("{month}", f"{at:%m}"))
    reads = re.compile("".join(r"(\d{1,9})" if part.startswith("{number") else re.escape(part) for part in parts))
    highest = max((int(found[1]) for code in given if (found := reads.fullmatch(code))), default=0)
    if highest:
        series = _locked(session, kind, f"{at:%Y}" if "{year}" in pattern else "")
        series.last = max(series.last, highest)
        session.flush()


def _locked(session: Session, kind: str, period: str) -> NumberSeries:
    wanted = select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.period == period).with_for_update()
    # Read anew: what the session remembers may be older than the lock.
    series = session.scalar(wanted.execution_options(populate_existing=True))
    if series is None:
        try:
            with session.begin_nested():
                session.add(NumberSeries(kind=kind, period=period, last=0))
        except IntegrityError:
            pass  # somebody else opened the series first; the next statement waits for them
        series = session.scalar(wanted.execution_options(populate_existing=True))
    assert series is not None
    return series
