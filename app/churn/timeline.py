"""How churn is told in a customer's timeline and in messages."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, format_money, listed
from app.core.notifications import notice
from app.core.timeline import telling

SHOW = "ChurnView.show"


@telling("churn_case.warn", group="churn", icon="alert-triangle", colour="wait", endpoint=SHOW)
def _warn(words: dict[str, Any]) -> str:
    return _("Churn warning: no order for %(days)d days", days=words["silent_days"])


@telling("churn_case.postpone", group="churn", icon="player-pause", colour="wait", endpoint=SHOW)
def _postpone(words: dict[str, Any]) -> str:
    measures = listed(dictionary.label(db.session, "churn_measure", code) for code in words["measures"])
    return _(
        "Churn postponed to %(day)s: %(measures)s",
        day=date.fromisoformat(words["look_again_on"]).isoformat(),
        measures=measures,
    )


@telling("churn_case.confirm", group="churn", icon="user-x", colour="bad", endpoint=SHOW)
def _confirm(words: dict[str, Any]) -> str:
    return _("Confirmed as lost: %(reason)s", reason=dictionary.label(db.session, "churn_reason", words["reason"]))


@telling("churn_case.recover", group="churn", icon="user-check", colour="good", endpoint=SHOW)
def _recover(words: dict[str, Any]) -> str:
    if words.get("order_id"):
        return _("Recovered: the customer ordered again")
    return _("Recovered")


@notice("churn_case.warn", icon="alert-triangle", colour="wait", endpoint=SHOW)
def _warned(words: dict[str, Any]) -> str:
    if words["count"] == 1:
        return _("Churn warning: %(name)s has not ordered for %(days)d days", name=words["name"], days=words["days"])
    return _(
        "Churn warning: %(count)d customers have fallen silent, first of all %(name)s; together %(value)s in 12 months",
        count=words["count"],
        name=words["name"],
        value=format_money(words["value"]),
    )


@notice("churn_case.due", icon="calendar-due", colour="wait", endpoint=SHOW)
def _due(words: dict[str, Any]) -> str:
    return _("Review due: the churn case of %(name)s", name=words["name"])
