"""The company that works with this installation: its name and logo, and whether it has settled in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from app.core.database import Key, Model
from app.core.remembered import remembered

LONGEST_NAME = 40
LARGEST_LOGO = 256 * 1024
"""Bytes."""

_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class Company(Model):
    """One row, made when something is entered for the first time."""

    __tablename__ = "company"
    __audited__ = "company"
    __unaudited__ = ("logo", "logo_type")

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME), comment="stands in the menu; empty: the product's")
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_type: Mapped[str | None] = mapped_column(String(32), comment="media type, told by the content")
    logo_hash: Mapped[str | None] = mapped_column(String(16), comment="start of the SHA-256 of the logo, hexadecimal")
    is_settled: Mapped[bool] = mapped_column(default=False, comment="the first steps were closed by hand")

    __table_args__ = (CheckConstraint("id = 1", name="company_one_row"),)

    def __str__(self) -> str:
        return self.name or ""


@dataclass(frozen=True)
class Profile:
    """What every page shows of the company."""

    name: str = ""
    logo_hash: str = ""
    is_settled: bool = False


def profile(session: Session) -> Profile:
    """The company as it is now; without statements unless settings have changed."""
    return remembered(session, "company", _read)


def _read(session: Session) -> Profile:
    row = session.execute(select(Company.name, Company.logo_hash, Company.is_settled)).first()
    return Profile(row.name or "", row.logo_hash or "", row.is_settled) if row else Profile()


def image_type(content: bytes) -> str | None:
    """The media type of a picture by its first bytes, None for what is neither PNG, JPEG nor WebP."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((name for start, name in _SIGNATURES if content.startswith(start)), None)


def hash_of(content: bytes) -> str:
    """What distinguishes one logo from another in its address."""
    return hashlib.sha256(content).hexdigest()[:16]
