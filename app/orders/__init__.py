"""Orders, their lines and returns."""

from importlib import import_module
from typing import Any

from app.core.i18n import _l


def register(appbuilder: Any) -> None:
    """Add the pages, look-ups and words of this feature."""
    # Here and not above: whoever reads our tables needs not the pages.
    for name in ("permissions", "services", "timeline", "jobs"):
        import_module(f"app.orders.{name}")
    import_module("app.orders.lookups").register()
    views = import_module("app.orders.views")
    appbuilder.add_view(views.OrderView, "Orders", label=_l("Orders"), icon="ti-shopping-cart", category="Sales")
    appbuilder.add_api(import_module("app.orders.api").OrderApi)
    panels = import_module("app.customers.panels")
    model = import_module("app.orders.models").Order
    panels.add_tab(panels.CustomerTab("orders", _l("Orders"), "OrderView.related", "order.see", model))
    panels.add_card(panels.CustomerCard("orders", "OrderView.card", "order.see"))
    panels.tell_figures(import_module("app.orders.views.figures").figures_of)
    panels.add_button(panels.CustomerButton(_l("Order"), "ti-shopping-cart", "OrderView.add", "order.add"))
    palette = import_module("app.web.palette")
    model, rows = import_module("app.orders.models").Order, import_module("app.orders.queries").found_by_number
    palette.findable(
        palette.Findable("order", _l("Orders"), "ti-shopping-cart", model, "order.see", "OrderView.show", rows=rows)
    )
    layout = import_module("app.theme.layout")
    layout.quick_add(_l("Order"), "OrderView.add", "order.add", "ti-shopping-cart")
