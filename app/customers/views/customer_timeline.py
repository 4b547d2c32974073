"""The timeline on the page of a customer: narrowed, searched, continued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.core import timeline
from app.core.database import db
from app.customers.models import Customer
from app.customers.timeline_page import TIMELINE_GROUPS, entries
from app.web.session import acting
from app.web.views.along import AlongList

TIMELINE_PAGE = 20


class CustomerTimeline(AlongList):
    """What the page of a customer tells of the past."""

    @staticmethod
    def _timeline_groups() -> list[tuple[str, Any]]:
        hidden = timeline.hidden_events(acting())
        return [(group, label) for group, label in TIMELINE_GROUPS if not group or timeline.events_of(group) - hidden]

    def _timeline(self, customer: Customer, before: Any) -> list[timeline.TimelineEntry]:
        group, text = self._asked()
        return timeline.page(
            db.session,
            customer.id,
            group=group,
            text=text,
            before=before,
            limit=TIMELINE_PAGE,
        )

    @staticmethod
    def _asked() -> tuple[str, str]:
        """The kind and the words the timeline is narrowed to."""
        group = request.args.get("kind", "")
        return (group if group in dict(TIMELINE_GROUPS) else "", request.args.get("words", "").strip()[:100])

    def _more_url(self, customer: Customer, page: list[timeline.TimelineEntry]) -> str:
        if len(page) < TIMELINE_PAGE:
            return ""
        last = page[-1]
        group, text = self._asked()
        return url_for(
            ".timeline", pk=customer.id, kind=group, words=text or None, at=last.at.isoformat(), after=last.id
        )

    def _timeline_args(self, customer: Customer, before: Any = None) -> dict[str, Any]:
        page = self._timeline(customer, before)
        return {
            "entries": entries(db.session, page),
            "more_url": self._more_url(customer, page),
            "groups": self._timeline_groups(),
            "asked": self._asked(),
            "whole_url": partial(self._whole, customer),
        }

    def _whole(self, customer: Customer, group: str, text: str) -> str:
        """The page with its timeline narrowed; the list it is read along stays the same."""
        url, query = url_for(".show", pk=customer.id, kind=group or None, words=text or None), self.place_query()
        return url + ("&" if "?" in url else "?") * bool(query) + query

    @expose("/<pk>/timeline")
    @has_access
    def timeline(self, pk: str) -> Any:
        """The next part of the timeline, or the whole of it anew; the page's address follows the filter."""
        customer = self.found(pk)
        before = _position(request.args)
        group, text = self._asked()
        page = self.render_template(
            "customers/timeline.html",
            customer=customer,
            whole=before is None,
            **self._timeline_args(customer, before),
        )
        if before is not None or "HX-Request" not in request.headers:
            return page
        return page, {"HX-Replace-Url": self._whole(customer, group, text)}


def _position(args: Mapping[str, str]) -> tuple[datetime, int] | None:
    """After which entry the timeline goes on, if the address says so."""
    try:
        at, pk = datetime.fromisoformat(args["at"]), int(args["after"])
    except (KeyError, ValueError):
        return None
    return (at, pk) if at.tzinfo is not None and pk < 2**63 else None
