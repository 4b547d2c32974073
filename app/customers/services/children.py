"""What hangs on a customer; each feature registers it once, and merge, hand-over and erasure walk the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Child:
    """A column that refers to a customer, and the column that names who is responsible for such a row."""

    customer: Any
    owner: Any = None


_children: list[Child] = []


def register(customer: Any, owner: Any = None) -> None:
    """Add the rows whose ``customer`` column refers to a customer."""
    if all(child.customer is not customer for child in _children):
        _children.append(Child(customer, owner))


def children() -> tuple[Child, ...]:
    """Everything registered, in the order of the house."""
    return tuple(_children)
