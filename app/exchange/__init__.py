"""Import, and the demonstration company; drives every feature through its services."""

from __future__ import annotations

from typing import Any


def register(appbuilder: Any) -> None:
    """Add the commands."""
    # Here and not above: whoever reads the field tables needs no commands.
    from app.exchange import cli

    cli.register(appbuilder.app)
