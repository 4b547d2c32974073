"""Every address that a GET answers, for one person: each with rows that this person may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import select

# Not pages of the product: files, the REST interface (it has a test of its own), and what only leads elsewhere.
ELSEWHERE = ("/static/", "/api/", "/lang/", "/back", "/logout/", "/login/", "/logo/", "/favicon.ico")
# Answers a person gets only after a POST, or from a script with what was chosen.
NEEDS_A_CHOICE = re.compile(r"/bulk/")

# What a page loads after itself, what a script asks for, and files.
PARTS = re.compile(
    r"/(count|preview/<pk>|plans-card|tab-counts|timeline|related/.*|card/<pk>|palette|figures|entries|export|changes)$"
    r"|^/(lookup|home|session|customer-opportunities|customer-service)/|/delete/"
)
# What opens in a dialog; the address alone shows the same form on a page.
ASKS = re.compile(
    r"/(move/<name>|steps|share|hand-over|finish|postpone|policy|views/add|cell/<column>|deactivate/<pk>)$"
)
# The same page at a second address: one row of it is enough. Of the others each language looks at every second row.
AGAIN = re.compile(r"^/(opportunity-pool|service-archive|dictionary)/")


def _rows(session: Any, model: Any) -> list[int]:
    """A visible row of the model in every status and kind."""
    column = getattr(model, "status", None)
    if column is None:
        column = getattr(model, "done_at", None)
    if column is None:
        return list(session.scalars(select(model.id).order_by(model.id).limit(2)))
    if column.key == "done_at":
        wanted = [column.is_(None), column.is_not(None)]
    else:
        wanted = [column == status for status in session.scalars(select(column).distinct())]
    found = [session.scalar(select(model.id).where(which).order_by(model.id.desc()).limit(1)) for which in wanted]
    return [pk for pk in found if pk is not None]


class Addresses:
    """The addresses of one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.views = {view.endpoint: view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]

    def rules(self) -> Iterator[Any]:
        """The rules a person meets in the browser."""
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not str(rule).startswith(ELSEWHERE):
                yield rule

    def of(self, username: str) -> dict[str, str]:
        """Address → rule, of everything the person could be sent to."""
        from app.accounts.models import User
        from app.accounts.queries import actor_for
        from app.core.actors import Actor, acting_as
        from app.core.database import db

        found: dict[str, str] = {}
        with self.app.app_context():
            session = db.session()
            with acting_as(Actor.system("tour")):
                user = session.scalars(select(User).where(User.username == username)).one()
                actor = actor_for(session, user)
            with acting_as(actor):
                for rule in self.rules():
                    for values in self._values(session, rule, actor):
                        address = str(rule)
                        for name, value in values.items():
                            address = re.sub(rf"<(?:\w+:)?{name}>", str(value), address)
                        found[address] = str(rule)
            db.session.remove()
        return found

    def _values(self, session: Any, rule: Any, actor: Any) -> Iterator[dict[str, Any]]:
        """What stands for the arguments of a rule."""
        names = sorted(rule.arguments)
        view = self.views.get(rule.endpoint.partition(".")[0])
        if rule.endpoint.endswith(".move"):
            yield from self._moves(session, view, actor)
            return
        if rule.endpoint.endswith(".cell"):
            yield from self._cells(session, view)
            return
        choices = [self._choices(session, rule, view, name) for name in names]
        for values in product(*choices):
            yield dict(zip(names, values, strict=True))

    def _cells(self, session: Any, view: Any) -> Iterator[dict[str, Any]]:
        """The small form of the first cell that the person may change in a list."""
        for pk in _rows(session, view.datamodel.obj):
            record = session.get(view.datamodel.obj, pk)
            for column in view.inline_columns:
                if view.may_change_cell(record, column):
                    yield {"pk": pk, "column": column}
                    return

    def _moves(self, session: Any, view: Any, actor: Any) -> Iterator[dict[str, Any]]:
        """The forms of the moves that are open to the person."""
        model = view.datamodel.obj
        for pk in _rows(session, model):
            record = session.get(model, pk)
            for move in view.workflow.open_to(record, actor):
                if move.name in view.move_forms:
                    yield {"pk": pk, "name": move.name}

    def _choices(self, session: Any, rule: Any, view: Any, name: str) -> list[Any]:
        from app.core import dictionary
        from app.customers.models import Customer
        from app.reports.home.views import SECTIONS
        from app.web import lookup

        text = str(rule)
        if name == "pk":
            if (
                "/related/" in text
                or text.startswith(("/customer-opportunities/", "/customer-service/"))
                or text == "/orders/card/<pk>"
            ):
                return list(session.scalars(select(Customer.id).order_by(Customer.id.desc()).limit(1)))
            rows = _rows(session, self._model(rule, view))
            # What a record says differs by its status; its forms do not.
            return rows if text.endswith(("/show/<pk>", "/preview/<pk>")) else rows[:1]
        if name == "year":
            return [2026]
        if text.startswith("/lookup/"):
            return sorted(lookup._lookups)
        if text.startswith("/lists/"):
            return ["CustomerView"]
        if text.startswith("/feedback/"):
            return ["an-old-link"]
        if text.startswith("/home/"):
            return [section.name for section in SECTIONS]
        if text.startswith("/dictionary/"):
            return sorted(dictionary._lists)
        if text.startswith("/reports/"):
            return ["contribution", "composition", "service", "churn"]
        if "/related/" in text:
            return ["customer_id"] if "customer_id" in view.related_keys else []
        return []

    @staticmethod
    def _model(rule: Any, view: Any) -> Any:
        from flask_appbuilder.security.sqla.models import Role

        from app.accounts.models import Team
        from app.core.jobs.table import Job
        from app.core.lists import ListView
        from app.opportunities.models import OpportunityStage

        named = {
            "/roles/": Role,
            "/teams/": Team,
            "/jobs/": Job,
            "/opportunity-stages/": OpportunityStage,
            "/lists/": ListView,
        }
        for start, model in named.items():
            if str(rule).startswith(start):
                return model
        return view.datamodel.obj
