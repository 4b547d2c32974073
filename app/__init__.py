"""常客 Changke: the application factory, the only place that knows every feature."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app.core.database import db
from app.core.search import is_index_table
from app.web.routing import LateRule

FEATURES = (
    "accounts",
    "customers",
    "products",
    "opportunities",
    "orders",
    "service",
    "churn",
    "reports",
    "exchange",
)
"""In the order of the house: an earlier feature never imports a later one."""

MENU = (
    ("Customers", "ti-building"),
    ("Sales", "ti-briefcase"),
    ("Service", "ti-headset"),
    ("Churn", "ti-heartbeat"),
    ("Products", "ti-package"),
    ("Analysis", "ti-chart-bar"),
    ("Data", "ti-database"),
    ("Administration", "ti-settings"),
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application from ``settings``, or from the environment.

    :raises config.Misconfigured: if the environment does not allow to start.
    """
    app = Flask(__name__)
    app.url_rule_class = LateRule
    app.config.from_object(settings or config.load())
    db.init_app(app)
    Migrate(
        app,
        db,
        directory=f"{app.root_path}/migrations",
        compare_type=True,
        render_as_batch=True,
        include_object=_is_of_the_models,
    )
    CSRFProtect(app)
    Compress(app)
    _register(app)
    if proxies := app.config["TRUSTED_PROXIES"]:
        # The host stays that of the request: our proxies pass it on, and TRUSTED_HOSTS checks it.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as Flask says to
    return app


def _is_of_the_models(_object: Any, name: str | None, _kind: str, reflected: bool, _other: Any) -> bool:
    """Leave the search index, which each database has in its own way, out of comparisons with the models."""
    return not (reflected and is_index_table(name))


def _register(app: Flask) -> None:
    from app.core import cli
    from app.theme import layout
    from app.web import requests
    from app.web.lookup import LookupView
    from app.web.openapi import OpenApiDescription
    from app.web.palette import PaletteView

    features = [import_module(f"app.{name}") for name in FEATURES]
    for name in FEATURES:
        # Every table is known before a view looks at one: keys refer to tables of later features.
        if find_spec(f"app.{name}.models"):
            import_module(f"app.{name}.models")
    # Before AppBuilder, whose own hook reads who is signed in: by then the request must be known as only reading.
    requests.register(app)
    with app.app_context():
        appbuilder = AppBuilder(app, db.session, indexview=None)
        layout.register(app, appbuilder)
        appbuilder.add_api(OpenApiDescription)
        appbuilder.add_view_no_menu(LookupView)
        appbuilder.add_view_no_menu(PaletteView)
        _add_menu(appbuilder)
        for feature in features:
            feature.register(appbuilder)
        cli.register(app)


def _add_menu(appbuilder: Any) -> None:
    from app.core.i18n import _l

    labels = {
        "Customers": _l("Customers"),
        "Sales": _l("Sales"),
        "Service": _l("Service"),
        "Churn": _l("Churn"),
        "Products": _l("Products"),
        "Analysis": _l("Analysis"),
        "Data": _l("Data"),
        "Administration": _l("Administration"),
    }
    appbuilder.add_link("Home", href="/", label=_l("Home"), icon="ti-home")
    for name, icon in MENU:
        appbuilder.menu.add_category(name, icon=icon, label=labels[name])
