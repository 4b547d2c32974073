"""The catalogue: products and their prices."""

from importlib import import_module
from typing import Any

from app.core.i18n import _l


def register(appbuilder: Any) -> None:
    """Add the pages, look-ups and rights of this feature."""
    # Here and not above: whoever reads our tables needs no pages.
    for name in ("permissions", "terms"):
        import_module(f"app.products.{name}")
    import_module("app.products.lookups").register()
    views = import_module("app.products.views")
    appbuilder.add_view(views.ProductView, "Catalogue", label=_l("Catalogue"), icon="ti-package", category="Products")
    appbuilder.add_api(import_module("app.products.api").ProductApi)
    palette = import_module("app.web.palette")
    model = import_module("app.products.models").Product
    palette.findable(
        palette.Findable("product", _l("Products"), "ti-package", model, "product.see", "ProductView.show", hint=_code)
    )
    layout = import_module("app.theme.layout")
    layout.quick_add(_l("Product"), "ProductView.add", "product.add", "ti-package")


def _code(product: Any) -> str:
    return str(product.code)
