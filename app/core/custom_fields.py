"""Fields an administrator adds to a kind of record; their values stand in its ``custom`` column, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.checks import NO_CHOICE, Checks
from app.core.database import Json, Model, Numbered, enum_type
from app.core.errors import Invalid
from app.core.i18n import current_language
from app.core.remembered import remembered

KINDS = ("customer", "contact", "opportunity", "service_request")
PREFIX = "custom_"
"""What a form's and an error's field is called: this and the key."""
LONGEST_TEXT = 1_000


class FieldType(StrEnum):
    text = auto()
    number = auto()
    money = auto()
    day = auto()
    choice = auto()
    yes_no = auto()


class CustomField(Numbered, Model):
    """One added field; its key never changes, so renaming it keeps the values."""

    __tablename__ = "custom_field"
    __audited__ = "custom_field"

    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(32), comment="small letters, digits and underscores")
    type: Mapped[FieldType] = mapped_column(enum_type(FieldType, "custom_field_type"))
    label_zh: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80))
    choices: Mapped[list[list[str]]] = mapped_column(Json, default=list, comment="[code, 中文, English] of a choice")
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True, comment="inactive fields keep their values")

    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_custom_field_kind_position", "kind", "position"),
        CheckConstraint("kind IN ('customer', 'contact', 'opportunity', 'service_request')", name="custom_field_kind"),
    )

    def __str__(self) -> str:
        return self.label_zh if current_language() == "zh" else self.label_en


@dataclass(frozen=True)
class Definition:
    """What is remembered of a field: its row would be read anew after every commit."""

    key: str
    type: FieldType
    label_zh: str
    label_en: str
    choices: tuple[tuple[str, str, str], ...]
    required: bool

    @property
    def name(self) -> str:
        """What the field is called in forms and refusals."""
        return PREFIX + self.key

    @property
    def label(self) -> str:
        """The label in the current language."""
        return self.label_zh if current_language() == "zh" else self.label_en

    def options(self) -> list[tuple[str, str]]:
        """(code, label in the current language) of a choice."""
        zh = current_language() == "zh"
        return [(code, chinese if zh else english) for code, chinese, english in self.choices]


def definitions(session: Session, kind: str) -> tuple[Definition, ...]:
    """The active fields of ``kind`` in their order."""
    return tuple(remembered(session, "custom_fields", _read).get(kind, ()))


def _read(session: Session) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    statement = select(CustomField).where(CustomField.active.is_(True))
    for field in session.scalars(statement.order_by(CustomField.kind, CustomField.position, CustomField.id)):
        choices = tuple((code, zh, en) for code, zh, en in field.choices or ())
        entry = Definition(field.key, field.type, field.label_zh, field.label_en, choices, field.required)
        found.setdefault(field.kind, []).append(entry)
    return found


def take(checks: Checks, session: Session, kind: str, record: Any | None) -> None:
    """Take ``custom`` of ``checks.values`` over, each value checked as its field says; values left out stay.

    Numbers and amounts are kept as text with their decimals, days as YYYY-MM-DD, so that JSON loses nothing.
    """
    fields = definitions(session, kind)
    before: dict[str, Any] = dict(getattr(record, "custom", None) or {})
    if "custom" not in checks.values:
        missing = [field for field in fields if field.required and record is None]
        for field in missing:
            checks.text(field.name, LONGEST_TEXT, required=True)
        if record is None:
            checks.clean["custom"] = {}
        return
    given = checks.values["custom"] or {}
    if not isinstance(given, Mapping) or set(given) - {field.key for field in fields}:
        checks.refuse("custom", NO_CHOICE)
        return
    own = Checks(
        {PREFIX + key: value for key, value in given.items()}, [field.name for field in fields], creating=record is None
    )
    for field in fields:
        _take(own, field)
    try:
        clean = own.done()
    except Invalid as refusal:
        for name, sentence in refusal.fields.items():
            checks.refuse(name, sentence)
        return
    changed = {field.key: _stored(clean[field.name]) for field in fields if field.name in clean}
    checks.clean["custom"] = {key: value for key, value in (before | changed).items() if value not in (None, "")}


def _take(checks: Checks, field: Definition) -> None:
    match field.type:
        case FieldType.text:
            checks.text(field.name, LONGEST_TEXT, required=field.required, lines=True)
        case FieldType.money:
            checks.money(field.name, required=field.required)
        case FieldType.number:
            if checks.values.get(field.name) not in (None, ""):
                checks.number(field.name, places=4, below=Decimal(10) ** 12)
            elif field.name in checks.values or field.required:
                checks.text(field.name, LONGEST_TEXT, required=field.required)
        case FieldType.day:
            checks.day(field.name, required=field.required)
        case FieldType.choice:
            checks.code(field.name, {code for code, _zh, _en in field.choices}, required=field.required)
        case FieldType.yes_no:
            if field.name in checks.values:
                checks.flag(field.name)


def _stored(value: Any) -> Any:
    return value if isinstance(value, bool | str) or value is None else str(value)
