"""How service requests are told in a customer's timeline."""

from __future__ import annotations

from typing import Any

from app.core import dictionary
from app.core.database import db
from app.core.i18n import _
from app.core.notifications import notice
from app.core.timeline import telling

_PAGE = "ServiceRequestView.show"


def _type(words: dict[str, Any]) -> str:
    return dictionary.label(db.session, "request_type", words.get("type"))


@telling("service_request.create", group="service", icon="headset", colour="open", endpoint=_PAGE)
def _create(words: dict[str, Any]) -> str:
    return _("%(type)s %(number)s", type=_type(words), number=words["number"])


@telling("service_request.assign", group="service", icon="user-check", colour="open", endpoint=_PAGE)
def _assign(words: dict[str, Any]) -> str:
    return _("%(number)s was assigned to %(owner)s", number=words["number"], owner=words.get("owner", ""))


@telling("service_request.reassign", group="service", icon="user-share", colour="open", endpoint=_PAGE)
def _reassign(words: dict[str, Any]) -> str:
    return _("%(number)s was reassigned to %(owner)s", number=words["number"], owner=words.get("owner", ""))


@telling("service_request.process", group="service", icon="tool", colour="good", endpoint=_PAGE)
def _process(words: dict[str, Any]) -> str:
    return _("%(number)s was processed", number=words["number"])


@telling("service_request.record_feedback", group="service", icon="star", colour="open", endpoint=_PAGE)
def _record_feedback(words: dict[str, Any]) -> str:
    return _("%(number)s was rated %(rating)s out of 5", number=words["number"], rating=words.get("satisfaction", ""))


@telling("service_request.send_back", group="service", icon="arrow-back-up", colour="wait", endpoint=_PAGE)
def _send_back(words: dict[str, Any]) -> str:
    return _("%(number)s was sent back: the customer is not satisfied", number=words["number"])


@telling("service_request.archive", group="service", icon="archive", colour="", endpoint=_PAGE)
def _archive(words: dict[str, Any]) -> str:
    return _("%(number)s was archived", number=words["number"])


@telling("service_request.archive_unanswered", group="service", icon="archive", colour="", endpoint=_PAGE)
def _archive_unanswered(words: dict[str, Any]) -> str:
    return _("%(number)s was archived without an answer", number=words["number"])


@telling("service_request.reopen", group="service", icon="rotate", colour="wait", endpoint=_PAGE)
def _reopen(words: dict[str, Any]) -> str:
    return _("%(number)s was reopened", number=words["number"])


@notice("service_request.assigned", icon="headset", colour="open", endpoint=_PAGE)
def _assigned(words: dict[str, Any]) -> str:
    return _("Service request %(number)s was assigned to you", number=words["number"])
