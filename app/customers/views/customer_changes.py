"""The tab with what was changed at a customer and its contacts."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.accounts.views.audit_words import Words
from app.core.audit import AuditEntry
from app.core.database import db
from app.core.i18n import _
from app.customers import panels
from app.customers.changes import changes
from app.customers.models import Customer
from app.customers.views import looks
from app.customers.views.customer_actions import key_of
from app.web.session import acting, signed_in

PAGE = 30
NOT_TOLD = ("customer_id",)
"""What a contact's entries say besides: the customer on whose page they stand."""


class CustomerChanges:
    """What the tabs of :class:`CustomerPage` ask for: how much there is in each, and what was changed."""

    @expose("/<pk>/tab-counts")
    @signed_in
    def tab_counts(self: Any, pk: str) -> Any:
        """How many records each tab lists."""
        customer: Customer = self.found(pk)
        found = panels.counts(db.session(), acting(), customer.id)
        return {name: f"{panels.MANY}+" if count > panels.MANY else str(count) for name, count in found.items()}

    @expose("/<pk>/changes")
    @has_access
    def changes(self: Any, pk: str) -> Any:
        """Who changed what, from what to what; older ones by ``before``."""
        customer: Customer = self.found(pk)
        found = changes(db.session(), customer.id, before=key_of(request.args.get("before")), limit=PAGE + 1)
        entries, more = found[:PAGE], len(found) > PAGE
        words = Words()
        words.read(entries, NOT_TOLD)
        return self.render_template(
            "customers/changes.html",
            lines=[(entry, words.action(entry), _named(entry), _told(entry, words)) for entry in entries],
            acting_for=words.actor,
            whole="before" not in request.args,
            more_url=url_for(".changes", pk=customer.id, before=entries[-1].id) if more else "",
        )


def _named(entry: AuditEntry) -> tuple[str, str]:
    """Which contact the entry is about; the customer's own need no name."""
    return ("", "") if entry.kind == "customer" else (_("Contact"), "" if entry.erased else entry.title)


def _told(entry: AuditEntry, words: Words) -> list[tuple[str, str, str]]:
    """(field, before, after) of everything an entry says, private values masked for everybody."""
    names = [name for name in entry.changes if name not in NOT_TOLD]
    told = zip(names, words.changes(entry, names), strict=True)
    return [(label, _masked(name, before), _masked(name, after)) for name, (label, before, after) in told]


def _masked(name: str, value: str) -> str:
    mask = looks.MASKS.get(name)
    return mask(value) if mask is not None and value and value != "•••" else value
