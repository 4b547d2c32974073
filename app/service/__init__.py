"""Service requests: assignment, deadlines, feedback, archive."""

from importlib import import_module
from typing import Any


def register(appbuilder: Any) -> None:
    """Declare the rights, listen to announcements, and add the pages and words of this feature."""
    # Here and not above: whoever reads our tables needs no pages.
    for name in ("permissions", "services", "timeline"):
        import_module(f"app.service.{name}")
    import_module("app.service.views").register(appbuilder)
