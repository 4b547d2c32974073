"""What the address of an analysis page asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import teams_below
from app.core import dictionary, regions
from app.core.database import db
from app.core.i18n import _, format_day, parse_day
from app.core.region_names import region_name
from app.customers.workflow import LABELS
from app.reports.queries.scope import ReportScope, team_choices
from app.web.lookup import row
from app.web.session import today

FIELDS = ("first", "last", "owner", "team", "level", "industry", "region", "source", "status")
LONGEST_DAYS = 3_660


def asked_scope() -> ReportScope:
    """The scope of the address; what cannot be read is left out, and the period is the last 365 days by default."""
    last = _day("last") or today()
    first = _day("first") or last - timedelta(days=364)
    if first > last:
        first, last = last, first
    first = max(first, last - timedelta(days=LONGEST_DAYS - 1))
    owner = row("user", request.args.get("owner", "")) if request.args.get("owner") else None
    team = request.args.get("team", "")
    known_teams = {str(pk) for pk, _name in team_choices(db.session())}
    return ReportScope(
        first=first,
        last=last,
        owner_id=owner.id if owner is not None else None,
        team_ids=teams_below(db.session(), [int(team)]) if team in known_teams else frozenset(),
        level=_code("level", "customer_level"),
        industry=_code("industry", "industry"),
        region=request.args.get("region", "") if regions.region(request.args.get("region", "")) else "",
        source=_code("source", "source"),
        status=request.args.get("status", "") if request.args.get("status", "") in LABELS else "",
    )


def _day(name: str) -> date | None:
    try:
        return parse_day(request.args[name])
    except (KeyError, ValueError):
        return None


def _code(name: str, term_list: str) -> str:
    value = request.args.get(name, "")
    return value if value in {code for code, _label in dictionary.choices(db.session, term_list, keep=value)} else ""


def month_days(scope: ReportScope, number: int) -> tuple[date, date]:
    """Return the first and last day of a month of the scope, both inclusive and within its period."""
    months = scope.months()
    last = months[number + 1] - timedelta(days=1) if number + 1 < len(months) else scope.last
    return max(scope.first, months[number]), last


def person_names(session: Session, keys: Iterable[int | None]) -> dict[int, str]:
    """Return the names of users by key."""
    wanted = [key for key in keys if key is not None]
    return {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(wanted)))} if wanted else {}


def facts(scope: ReportScope) -> list[tuple[str, str]]:
    """The scope in words, for exports and print."""
    found = [(_("Period"), _("%(first)s to %(last)s", first=format_day(scope.first), last=format_day(scope.last)))]
    if scope.owner_id is not None:
        owner = row("user", scope.owner_id)
        found.append((_("Owner"), owner.name if owner else ""))
    if scope.team_ids:
        chosen = request.args.get("team", "")
        found.append((_("Team"), {str(pk): name for pk, name in team_choices(db.session())}.get(chosen, "")))
    for name, term_list, label in (
        ("level", "customer_level", _("Level")),
        ("industry", "industry", _("Industry")),
        ("source", "source", _("Source")),
    ):
        if getattr(scope, name):
            found.append((label, dictionary.label(db.session, term_list, getattr(scope, name))))
    if scope.region:
        found.append((_("Region"), region_name(scope.region)))
    if scope.status:
        found.append((_("Status"), str(next(label for key, label in LABELS.items() if key == scope.status))))
    return found


def values(scope: ReportScope) -> dict[str, Any]:
    """The scope as it is stored, in no language."""
    found = {name: getattr(scope, name) for name in ("owner_id", "level", "industry", "region", "source", "status")}
    team = {"team_id": int(request.args["team"])} if scope.team_ids else {}
    return {"first": scope.first, "last": scope.last} | {k: v for k, v in found.items() if v} | team


def kept(**changes: Any) -> str:
    """This page's address with some of its parameters changed; an empty one is dropped."""
    args = {name: value for name, value in request.args.items() if name in (*FIELDS, "by", "abc", "page")} | changes
    query = urlencode({name: value for name, value in args.items() if value not in (None, "")})
    return f"{request.path}?{query}" if query else request.path


def customers_url(scope: ReportScope, **more: Any) -> str:
    """The list of the customers the scope counts, narrowed by ``more`` (``_flt_…``)."""
    args: dict[str, Any] = {"_flt_0_is_internal": "n"}
    for name in ("level", "industry", "source", "status"):
        if getattr(scope, name):
            args[f"_flt_0_{name}"] = getattr(scope, name)
    if scope.owner_id is not None:
        args["_flt_0_owner_id"] = scope.owner_id
    if scope.region:
        args["_flt_2_region"] = region_stem(scope.region)
    if scope.team_ids:
        args["team"] = request.args["team"]
    return url_for("CustomerView.list", **(args | more))


def rows_url(endpoint: str, scope: ReportScope, **more: Any) -> str:
    """The list at ``endpoint`` of the records of the customers the scope counts, narrowed by ``more``."""
    args: dict[str, Any] = {"counted": "y"}
    args |= {
        f"c_{name}": getattr(scope, name) for name in ("level", "industry", "source", "status") if getattr(scope, name)
    }
    if scope.owner_id is not None:
        args["c_owner"] = scope.owner_id
    if scope.region:
        args["c_region"] = region_stem(scope.region)
    if scope.team_ids:
        args["c_team"] = request.args["team"]
    return url_for(endpoint, **(args | more))


def region_stem(code: str) -> str:
    """The digits that all codes of a province, city or county begin with."""
    return code[: {1: 2, 2: 4, 3: 6}[regions.region_level(code)]]
