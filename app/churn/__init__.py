"""Churn: who fell silent, who decides about it, and what became of it."""

from importlib import import_module
from typing import Any

from flask import current_app


def register(appbuilder: Any) -> None:
    """Declare the rights, listen to announcements, and add the jobs, commands, pages and words of this feature."""
    # Here and not above: whoever reads our tables needs no pages.
    for name in ("permissions", "terms", "services", "jobs", "timeline"):
        import_module(f"app.churn.{name}")
    current_app.cli.add_command(import_module("app.churn.cli").commands)
    import_module("app.churn.views").register(appbuilder)
