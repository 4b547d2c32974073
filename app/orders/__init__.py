"""orders"""

from importlib import import_module
from typing import Any


def register(appbuilder: Any) -> None:
    """Declare the rights and listen to announcements."""
    for name in ("permissions", "services"):
        import_module(f"app.orders.{name}")
