"""The list, page and form of products."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.core.database import db
from app.core.i18n import _, _l
from app.customers.forms import term_choices
from app.customers.views import looks
from app.products import queries, services
from app.products.forms import FIELDSETS, ProductForm
from app.products.looks import rate_label
from app.products.models import Product
from app.theme import cells
from app.theme.widgets import Choice, Kpi, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.session import acting
from app.web.views import CrmModelView

ON_SALE = cells.badge({True: (_l("On sale"), "good"), False: (_l("No longer sold"), "done")})


class ProductView(CrmModelView):
    """The catalogue."""

    help_text = (
        _l(
            "The catalogue with list prices including VAT. Orders take the price of their day; a new price does not change old orders."
        ),
        _l("A product that is no longer sold is switched off, not deleted."),
    )

    kind = "product"
    route_base = "/products"
    datamodel = CrmInterface(Product)
    form = ProductForm
    form_fieldsets = FIELDSETS
    create = staticmethod(services.create_product)
    update = staticmethod(services.update_product)
    remove = staticmethod(services.delete_product)

    list_title = _l("Products")
    add_title = _l("New product")
    edit_title = _l("Edit product")
    show_title = _l("Product")
    empty_title = _l("No products yet.")
    empty_text = _l("What is in the catalogue can be put on orders.")
    icon = "ti-package"
    show_template = "products/show.html"
    search_kind = "product"
    list_columns = ["name", "code", "model", "category", "unit", "list_price", "vat_rate", "active"]
    order_columns = ["name", "code", "category", "list_price", "active"]
    column_order = {"name": "name_key"}
    base_order = ("name", "asc")
    search_columns = ["category", "active", "list_price", "vat_rate", "unit", "code", "name", "model"]
    label_columns = {
        "name": _l("Product"), "code": _l("Product code"), "model": _l("Model"),
        "category": _l("Product category"), "unit": _l("Unit"), "list_price": _l("List price incl. VAT"),
        "vat_rate": _l("VAT rate"), "active": _l("On sale"), "cost_price": _l("Cost price"),
        "description": _l("Description"),
    }  # fmt: skip
    show_fieldsets = [
        (_l("Product"), {"fields": ["code", "model", "category", "unit", "vat_rate", "description"]}),
    ]
    formatters_columns = {
        "category": looks.term("product_category"),
        "unit": looks.term("product_unit"),
        "list_price": cells.money,
        "vat_rate": rate_label,
        "active": ON_SALE,
    }
    export_kinds = {"vat_rate": "percent"}
    cell_classes = {"name": "grow2", "list_price": "num strong", "vat_rate": "num hide-m", "active": "nowrap"}
    card_columns = ("name", "active", "code", "list_price")
    search_choices = {"category": term_choices("product_category"), "unit": term_choices("product_unit")}
    quick_filters = (
        QuickFilter(
            "category",
            _l("Product category"),
            choices=lambda: [Choice(*pair) for pair in term_choices("product_category")()],
        ),
        QuickFilter(
            "active",
            _l("On sale"),
            kind="bool",
            choices=lambda: [Choice("y", _("On sale")), Choice("n", _("No longer sold"))],
        ),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked = url_for(".list"), request.query_string.decode()
        tabs = ((_l("All"), ""), (_l("On sale"), "_flt_0_active=y"), (_l("No longer sold"), "_flt_0_active=n"))
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def record_head(self, product: Product) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        figures = [
            Kpi(_("List price incl. VAT"), cells.money(product.list_price)),
            Kpi(_("VAT rate"), rate_label(product.vat_rate)),
        ]
        if actor.may("product.see_private"):
            figures.append(Kpi(_("Cost price"), cells.money(product.cost_price) or _("unknown")))
        return RecordHead(
            title=product.name,
            code=product.code,
            badges=[ON_SALE(product.active)],
            kpis=figures,
            back_url=url_for(".list"),
            back_label=_("Products"),
            edit_url=url_for(".edit", pk=product.id) if actor.may("product.edit") else "",
            delete_url=url_for(".delete", pk=product.id) if actor.may("product.delete") else "",
        )

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        product = widgets["show"].template_args["item"]
        return self.render_template(
            self.show_template,
            pk=pk,
            title=self.show_title,
            widgets=widgets,
            related_views=[],
            prices=db.session.scalars(queries.price_history(product.id).limit(100)).all(),
            rate_label=rate_label,
            with_cost=acting().may("product.see_private"),
        )

    def values(self, form: Any, columns: Any) -> dict[str, Any]:
        """What the form holds; the cost price only of whoever may see it."""
        found = super().values(form, columns)
        if not acting().may("product.see_private"):
            found.pop("cost_price", None)
        return found

    def _without_secrets(self, widget: Any) -> Any:
        """Leave the cost price out of a form for whoever may not see it."""
        if not acting().may("product.see_private"):
            widget.template_args["exclude_cols"] = [*(widget.template_args.get("exclude_cols") or ()), "cost_price"]
        return widget

    def _get_add_widget(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        widgets: dict[str, Any] = super()._get_add_widget(*args, **kwargs)
        self._without_secrets(widgets["add"])
        return widgets

    def _get_edit_widget(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        widgets: dict[str, Any] = super()._get_edit_widget(*args, **kwargs)
        self._without_secrets(widgets["edit"])
        return widgets
