"""Churn: who fell silent, who decides about it, and what became of it."""

from __future__ import annotations

from typing import Any


def register(appbuilder: Any) -> None:
    """Make the rules, terms and rights of churn known."""
    from app.churn import permissions, terms  # noqa: F401 - importing registers
