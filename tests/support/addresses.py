"""Every address that shows something, read off the application, with rows that exist in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

ROWS = 40
"""So many rows are tried until one can be opened."""

# What shows nothing of its own, or is measured by another budget.
LEFT_OUT = {
    "static",
    "favicon",
    "appbuilder.static",
    "UtilView.back",
    "LocaleView.index",
    "AuthDBView.login",
    "AuthDBView.logout",
    "FeedbackView.rate",  # for customers, by a link in a mail
    "OpenApiDescription.get",
    "SwaggerView.show",
    "RoleView.compare",  # of two roles that are chosen on the page
    "LogoView.show",  # a picture
    "ListsView.add",  # the dialog of a list that is open
    "ListsView.edit",
}

PANELS = {
    "preview", "timeline", "changes", "plans_card", "tab_counts", "count", "card", "related", "figures", "find",
}  # fmt: skip
"""Loaded after a page, or while somebody types."""


@dataclass(frozen=True)
class Address:
    """One page; ``urls`` are the same page of several rows, of which the first that opens is the one to look at."""

    endpoint: str
    urls: tuple[str, ...]
    variant: str = ""

    @property
    def is_panel(self) -> bool:
        return self.endpoint.rpartition(".")[2] in PANELS

    def __str__(self) -> str:
        return f"{self.endpoint} {self.variant}".strip()


def every_address(app: Flask, session: Session) -> list[Address]:
    """The addresses that answer GET, for the rows that whoever acts on ``session`` may see.

    :raises LookupError: for a rule with a part that is not known here; say then what it may be.
    """
    return [
        found
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in LEFT_OUT
        for found in _of_rule(app, session, rule)
    ]


def _of_rule(app: Flask, session: Session, rule: Rule) -> Iterator[Address]:
    name, _dot, method = rule.endpoint.partition(".")
    view = next(view for view in app.appbuilder.baseviews if view.endpoint == name)  # type: ignore[attr-defined]  # FAB puts itself on the app
    arguments = set(rule.arguments)
    if method == "bulk":
        # The dialog for selected rows; the one of a single row is the same form.
        return
    named = arguments & {"name", "column"}
    for variant in _variants(view, method) if named else ("",):
        keys = _keys(session, view, rule, variant) if "pk" in arguments else [0]
        values = {"name": variant, "column": variant, "year": "2026"}
        if unknown := arguments - {"pk", *values}:
            raise LookupError(f"{rule}: what may {sorted(unknown)} be?")
        urls = []
        for key in keys:
            url = str(rule)
            for part, value in {**values, "pk": str(key)}.items():
                url = re.sub(rf"<(?:\w+:)?{part}>", value, url)
            urls.append(url + ("?q=公司" if method in ("palette", "find") else ""))
        if urls:
            yield Address(rule.endpoint, tuple(urls), variant)
        if method in ("list", "get_list"):
            yield from _lists(view, rule)


def _lists(view: Any, rule: Rule) -> Iterator[Address]:
    """The list in each order it offers, narrowed by each quick filter, and searched."""
    url, name = str(rule), type(view).__name__
    for column in getattr(view, "order_columns", None) or ():
        if rule.endpoint.endswith(".list"):
            yield Address(rule.endpoint, (f"{url}?_oc_{name}={column}&_od_{name}=desc",), f"by {column}")
    for entry in getattr(view, "quick_filters", ()):
        if entry.kind == "date":
            query = f"_flt_{entry.op_from}_{entry.name}=2020-01-01&_flt_{entry.op_to}_{entry.name}=2030-01-01"
        else:
            value = "1"
            if entry.kind in ("choice", "bool"):
                value = next((choice.value for choice in _choices(entry)), "y")
            query = f"_flt_{entry.op}_{entry.name}={value}"
        yield Address(rule.endpoint, (f"{url}?{query}",), f"with {entry.name}")
    if getattr(view, "search_box", ""):
        for text in ("公司", "gs"):
            yield Address(rule.endpoint, (f"{url}?q={text}",), f"searched for {text}")


def _choices(entry: Any) -> list[Any]:
    return list(entry.all_choices())


def _variants(view: Any, method: str) -> list[str]:
    """What ``name`` may be in the address of a view."""
    from app.core import dictionary
    from app.web import lookup

    match type(view).__name__, method:
        case _, "move":
            return sorted(view.move_forms)
        case _, "cell":
            return list(view.inline_columns)
        case _, "related":
            return sorted(view.related_keys)
        case "ListsView", _:
            return ["CustomerView"]
        case "DictionaryView", _:
            return [entry.name for entry in dictionary.lists()]
        case "LookupView", _:
            return sorted(lookup._lookups)
        case "HomeSectionView", _:
            from app.reports.home.views import SECTIONS

            return [section.name for section in SECTIONS]
        case "ReportView", _:
            return ["contribution", "composition", "service", "churn"]
    raise LookupError(f"{view.endpoint}.{method}: what may the name be?")


def _keys(session: Session, view: Any, rule: Rule, variant: str) -> list[int]:
    from flask_appbuilder.security.sqla.models import Role

    from app.accounts.models import Team
    from app.core.jobs.table import Job
    from app.customers.models import Customer
    from app.opportunities.models import OpportunityStage

    others = {
        "JobView": Job,
        "RoleView": Role,
        "TeamView": Team,
        "OpportunityStageView": OpportunityStage,
        "CustomerOpportunitiesView": Customer,
        "CustomerServiceView": Customer,
    }
    method = rule.endpoint.rpartition(".")[2]
    if rule.endpoint == "OrderView.card":
        model: Any = Customer
    elif name_ := others.get(type(view).__name__):
        model = name_
    else:
        model = view.datamodel.obj
    if method == "related":
        key = next(iter(model.__table__.c[variant].foreign_keys))
        owner = next(mapper for mapper in model.registry.mappers if mapper.local_table is key.column.table)
        model = owner.class_
    rows = session.query(model)
    if hasattr(view, "listable") and model is view.datamodel.obj:
        rows = view.listable(rows)
    return [pk for (pk,) in rows.with_entities(model.id).order_by(model.id).limit(ROWS)]
