"""Sales opportunities: stages, development plan, the pool, won and lost."""

from __future__ import annotations

from typing import Any


def register(appbuilder: Any) -> None:
    """Add this feature to the application."""
    from app.opportunities import permissions, services, timeline  # noqa: F401  # they register themselves
