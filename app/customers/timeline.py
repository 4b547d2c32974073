"""How the events of this feature read in a customer's timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.i18n import _, format_moment
from app.core.timeline import telling
from app.customers import terms
from app.customers.models import FollowUpKind


@telling("customer.create", group="system", icon="user-plus", colour="open")
def _created(words: dict[str, Any]) -> str:
    return _("Customer entered")


@telling("customer.hand_over", group="system", icon="transfer", colour="open")
def _handed_over(words: dict[str, Any]) -> str:
    if words.get("before"):
        return _("Handed over from %(before)s to %(after)s", before=words["before"], after=words["after"])
    return _("Handed over to %(after)s", after=words["after"])


@telling("customer.activate", group="system", icon="circle-check", colour="good")
def _activated(words: dict[str, Any]) -> str:
    return _("Became an active customer")


@telling("customer.regain", group="system", icon="rotate-clockwise", colour="good")
def _regained(words: dict[str, Any]) -> str:
    return _("Regained")


@telling("customer.lose", group="system", icon="user-x", colour="bad")
def _lost(words: dict[str, Any]) -> str:
    return _("Became a lost customer")


@telling("contact.create", group="system", icon="address-book", colour="done")
def _contact(words: dict[str, Any]) -> str:
    return _("Contact entered: %(name)s", name=words["name"])


@telling("follow_up.create", group="follow_up", icon="message", colour="open", endpoint="FollowUpView.show")
def _followed_up(words: dict[str, Any]) -> str:
    label = terms.FOLLOW_UP_KINDS.get(FollowUpKind(words["kind"]), words["kind"])
    if words.get("contact"):
        return _("%(kind)s with %(contact)s", kind=label, contact=words["contact"])
    return str(label)


@telling("plan.create", group="plan", icon="calendar-plus", colour="open", endpoint="PlanView.show")
def _planned(words: dict[str, Any]) -> str:
    return _(
        "Planned for %(when)s: %(what)s",
        when=format_moment(datetime.fromisoformat(words["due_at"])),
        what=words["what"],
    )


@telling("plan.finish", group="plan", icon="calendar-check", colour="good", endpoint="PlanView.show")
def _finished(words: dict[str, Any]) -> str:
    return _("Done: %(what)s", what=words["what"])
