"""Sales opportunities: stages, development plan, the pool, won and lost."""

from importlib import import_module
from typing import Any


def register(appbuilder: Any) -> None:
    """Declare the rights, listen to announcements and add the pages."""
    # Here and not above: whoever reads our tables needs no pages.
    for name in ("permissions", "services", "timeline"):
        import_module(f"app.opportunities.{name}")
    import_module("app.opportunities.views").register(appbuilder)
    appbuilder.add_api(import_module("app.opportunities.api").OpportunityApi)
