"""The dictionary: lists an administrator keeps (level, industry, source, lost reason …), in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Model, Numbered
from app.core.i18n import current_language
from app.core.remembered import remembered


class Term(Numbered, Model):
    """One entry of one list; records store its ``code``, so renaming it renames it everywhere."""

    __tablename__ = "term"
    __audited__ = "term"

    list: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(32))
    label_zh: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True, comment="inactive entries keep their label on old records")

    __table_args__ = (UniqueConstraint("list", "code"), Index("ix_term_list_position", "list", "position"))

    def __str__(self) -> str:
        return self.label_zh if current_language() == "zh" else self.label_en


@dataclass(frozen=True)
class TermList:
    """A list that a feature reads; ``entries`` are (code, 中文, English) of a new installation."""

    name: str
    label: Any
    entries: tuple[tuple[str, str, str], ...]


_lists: dict[str, TermList] = {}


def declare(name: str, label: Any, *entries: tuple[str, str, str]) -> TermList:
    """Register a list."""
    _lists[name] = TermList(name, label, entries)
    return _lists[name]


def lists() -> tuple[TermList, ...]:
    """All registered lists."""
    return tuple(_lists.values())


def fill(session: Session) -> None:
    """Insert the entries of lists that are still empty; what an administrator changed stays."""
    filled = set(session.scalars(select(Term.list).distinct()))
    for term_list in _lists.values():
        if term_list.name in filled:
            continue
        for position, (code, zh, en) in enumerate(term_list.entries):
            session.add(Term(list=term_list.name, code=code, label_zh=zh, label_en=en, position=position))
    session.flush()


@dataclass(frozen=True)
class _Entry:
    """What is remembered of a term: its row would be read anew after every commit."""

    code: str
    label_zh: str
    label_en: str
    active: bool

    def __str__(self) -> str:
        return self.label_zh if current_language() == "zh" else self.label_en


def _read(session: Session) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    columns = select(Term.list, Term.code, Term.label_zh, Term.label_en, Term.active)
    for name, code, zh, en, active in session.execute(columns.order_by(Term.list, Term.position, Term.id)):
        found.setdefault(name, []).append(_Entry(code, zh, en, active))
    return found


def _entries(session: Session, name: str) -> list[_Entry]:
    return remembered(session, "terms", _read).get(name, [])


def choices(session: Session, name: str, keep: str | None = None) -> list[tuple[str, str]]:
    """(code, label in the current language) of the active entries, plus ``keep`` if it has been retired."""
    return [(t.code, str(t)) for t in _entries(session, name) if t.active or t.code == keep]


def label(session: Session, name: str, code: str | None) -> str:
    """The label of one entry in the current language; an unknown code is shown as it is."""
    if not code:
        return ""
    return next((str(t) for t in _entries(session, name) if t.code == code), code)


def codes(session: Session, name: str) -> frozenset[str]:
    """The codes that may be chosen."""
    return frozenset(t.code for t in _entries(session, name) if t.active)
