"""Import, and the demonstration company; drives every feature through its services."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import current_app


def register(appbuilder: Any) -> None:
    """Add the commands."""
    # Here and not above: whoever reads the field tables needs no commands.
    import_module("app.exchange.cli").register(current_app)
