"""Customers for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from app.core.actors import Actor, acting_as
from app.customers import services
from app.customers.models import Customer

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai
_numbers = count(1)


def make_customer(*, by: Actor | None = None, **values: Any) -> Customer:
    """A prospect of ``by``, by default of the system's; its name is nobody else's."""
    by = by or Actor.system("test")
    values = {"name": f"测试{next(_numbers):04d}号客户"} | values
    with acting_as(by):
        return services.create_customer(values, by=by, at=NOW, save_anyway=True)
