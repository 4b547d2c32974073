"""Who may sign in and what they may do."""

from importlib import import_module
from typing import Any

from flask import current_app


def register(appbuilder: Any) -> None:
    """Declare the rights, and add the commands and the pages of Administration."""
    # Here and not above: whoever reads our tables needs neither the pages nor the commands.
    import_module("app.accounts.permissions")
    import_module("app.accounts.cli").register(current_app)
    import_module("app.accounts.views.menu").register(appbuilder)
