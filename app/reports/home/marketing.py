"""A marketing director's work: what nobody has yet, how much everybody has, the funnel, the money at risk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.churn.models import ChurnCase, ChurnStatus
from app.core.database import db
from app.core.i18n import _, _l, format_number
from app.opportunities.models import Opportunity
from app.reports.home import links
from app.reports.home.asked import Asked
from app.reports.home.funnel import funnel_chart
from app.reports.home.numbers import Numbers, Question, counted, whole
from app.reports.home.queries import shared
from app.reports.home.queries import steering as queries
from app.reports.home.sections import Section
from app.reports.home.stories import story_of
from app.reports.queries.contribution import money
from app.service.models import RequestStatus, ServiceRequest
from app.service.views.looks import clock, priority, short
from app.theme.widgets import Kpi


def questions(asked: Asked) -> list[Question]:
    """What is counted for the strip."""
    found: list[Question] = []
    if asked.may("opportunity.see"):
        conditions = queries.unassigned_opportunities()
        found.append(counted("opportunities", Opportunity.id, *conditions, amount=Opportunity.amount))
        found.append(counted("developing", Opportunity.id, queries.DEVELOPING, amount=Opportunity.amount))
    if asked.may("service_request.see"):
        assigned = ServiceRequest.status == RequestStatus.assigned
        found.append(counted("requests", ServiceRequest.id, *queries.unassigned_requests()))
        found.append(counted("requests_late", ServiceRequest.id, assigned, shared.due_before(asked)))
    if asked.may("churn_case.see"):
        warned = ChurnCase.status == ChurnStatus.warned
        found.append(counted("risk", ChurnCase.id, warned, amount=ChurnCase.value_12m))
        found.append(counted("ownerless", ChurnCase.id, *queries.ownerless_warnings(), amount=ChurnCase.value_12m))
    return found


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """The strip and the lists."""
    session, may, urls = db.session(), asked.may, _urls(asked)
    sees_deals, sees_requests, sees_cases = (
        may(right) for right in ("opportunity.see", "service_request.see", "churn_case.see")
    )
    load = queries.team_load(asked)
    ownerless = session.scalars(queries.dearest_ownerless()).all() if sees_cases else []
    return {
        "strip": _strip(found, urls),
        "urls": urls,
        "found": found,
        "opportunities": session.scalars(queries.oldest_unassigned()).all() if sees_deals else None,
        "requests": session.scalars(queries.pressing_unassigned()).all() if sees_requests else None,
        "ownerless": [story_of(case, asked.day) for case in ownerless] if sees_cases else None,
        **_load(asked, [_person(asked, row) for row in session.execute(load)] if load is not None else None),
        "funnel_chart": funnel_chart(session, asked.day) if sees_deals else None,
        "funnel": _funnel(session.execute(queries.funnel()).all()) if sees_deals else None,
        "clock": lambda due_at: clock(due_at, asked.at),
        "priority": priority,
        "short": short,
    }


def _urls(asked: Asked) -> dict[str, str]:
    return {
        "opportunities": links.opportunities(_flt_0_status="unassigned"),
        "developing": links.opportunities(_flt_0_status="developing"),
        "requests": links.requests(_flt_0_status="created"),
        "requests_late": links.requests(_flt_0_status="assigned", _flt_2_resolution_due_at=asked.yesterday.isoformat()),
        "risk": links.cases(_flt_0_status="warned"),
        "ownerless": links.cases(_flt_0_status="warned", _flt_4_owner_id="y"),
    }


def _strip(found: Numbers, urls: dict[str, str]) -> list[Kpi]:
    labels = {
        "opportunities": (_("Unassigned opportunities"), "wait"),
        "requests": (_("Requests to assign"), "wait"),
        "requests_late": (_("Overdue requests"), "bad"),
        "ownerless": (_("Warnings without an owner"), "wait"),
        "risk": (_("Customers at risk"), "wait"),
        "developing": (_("Open opportunities"), ""),
    }
    return [
        Kpi(
            label,
            format_number(found[name].count),
            whole(found[name].amount) if found[name].amount else "",
            urls[name],
            tone if found[name].count else "",
        )
        for name, (label, tone) in labels.items()
        if name in found
    ]


def _person(asked: Asked, row: Any) -> dict[str, Any]:
    user, opportunities, requests, plans = row
    numbers = (
        (int(opportunities), links.opportunities(_flt_0_owner_id=user.id, _flt_0_status="developing"), ""),
        (int(requests), links.requests(_flt_0_owner_id=user.id, _flt_0_status="assigned"), ""),
        (int(plans), links.overdue_plans(user.id, asked.yesterday), "bad"),
    )
    return {"user": user, "numbers": numbers}


def _load(asked: Asked, people: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The people with most to do, as rows of a table and as bars."""
    names = [(_("Opportunities"), "open"), (_("Requests"), "good"), (_("Overdue plans"), "bad")]
    shown = people or []
    labels = [str(person["user"].name) for person in shown]
    series = [
        {"name": name, "y": [person["numbers"][place][0] for person in shown], "tone": tone}
        for place, (name, tone) in enumerate(names)
    ]
    opened = {
        f"{name}|{label}": person["numbers"][place][1]
        for person, label in zip(shown, labels, strict=True)
        for place, (name, _tone) in enumerate(names)
    }
    return {"load": people, "load_chart": {"x": labels, "series": series, "linkOf": opened}}


def _funnel(rows: list[Any]) -> list[dict[str, Any]]:
    most = max((int(number) for _stage, number, _amount in rows), default=0)
    return [
        {
            "label": str(stage),
            "count": int(number),
            "amount": money(amount),
            "share": Decimal(int(number)) / most if most else Decimal(0),
            "url": links.opportunities(_flt_0_status="developing", _flt_0_stage=stage.code),
        }
        for stage, number, amount in rows
    ]


SECTION = Section(
    "marketing",
    _l("Assignment and overview"),
    "Marketing Director",
    ("opportunity.assign", "service_request.assign"),
    questions,
    page,
)
