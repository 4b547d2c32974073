"""An account manager's work: plans, customers at risk, opportunities without a next step, the month."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, true

from app.churn.models import ChurnCase
from app.core.database import db
from app.core.i18n import _, _l, format_number, local_day, ngettext
from app.customers import terms
from app.customers.models import Plan
from app.opportunities.models import Opportunity
from app.orders.models import Order
from app.reports.home import links
from app.reports.home.asked import Asked
from app.reports.home.greeting import EXCEPTIONS, exceptions_of_month, position
from app.reports.home.numbers import Numbers, Question, counted, counted_apart, whole
from app.reports.home.queries import own as queries
from app.reports.home.queries import shared
from app.reports.home.sections import Section
from app.reports.home.stories import story_of
from app.service.models import ServiceRequest
from app.theme.widgets import Kpi


def _months(day: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """(first and last day of this month so far, of the whole same month last year)."""
    first = day.replace(day=1)
    year_ago = first.replace(year=first.year - 1)
    return (first, day), (year_ago, (year_ago + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def questions(asked: Asked) -> list[Question]:
    """What is counted for the strip and the month."""
    found: list[Question] = []
    if asked.may("plan.see"):
        late = Plan.due_at < asked.midnight
        found += [
            counted_apart({"overdue": late, "today": true()}, Plan.id, *queries.due_plans(asked)),
            counted("done", Plan.id, *queries.plans_done_today(asked)),
        ]
    if asked.may("churn_case.see"):
        parts = {"risk": queries.WARNED, "again": queries.to_look_at_again(asked)}
        mine = ChurnCase.owner_id == asked.me
        found.append(counted_apart(parts, ChurnCase.id, mine, amount=ChurnCase.value_12m))
    if asked.may("opportunity.see"):
        found.append(counted("step", Opportunity.id, *queries.my_without_step(asked), amount=Opportunity.amount))
    if asked.may("service_request.see"):
        late = and_(ServiceRequest.processed_at.is_(None), shared.due_before(asked))
        parts = {"requests_late": late, "requests_in_time": true()}
        found.append(counted_apart(parts, ServiceRequest.id, *queries.requests_of_my_customers(asked)))
    if asked.may("order.see"):
        this, before = _months(asked.day)
        # Apart, because each follows the index by owner and day; one condition on both months reads every order.
        for name, month in (("month", this), ("year_ago", before)):
            in_month = Order.ordered_on.between(*month)
            found.append(counted(name, Order.id, *queries.my_orders(asked), in_month, amount=Order.value))
        found.append(exceptions_of_month(asked.day))
    return found


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """The strip and the lists."""
    session, may = db.session(), asked.may
    plans = session.execute(queries.to_do(asked)).all() if may("plan.see") else []
    cases = session.scalars(queries.my_risks(asked)).all() if may("churn_case.see") else []
    without = session.execute(queries.without_step(asked)).all() if may("opportunity.see") else []
    urls = _urls(asked)
    return {
        "strip": _strip(asked, found, urls, plans[0][0] if plans else None),
        "urls": urls,
        "found": found,
        "plans": plans,
        "more": found["overdue"].count + found["today"].count - len(plans),
        "icons": {str(kind): f"ti-{icon}" for kind, icon in terms.FOLLOW_UP_ICONS.items()},
        "kinds": terms.FOLLOW_UP_KINDS,
        "risks": [story_of(case, asked.day) for case in cases],
        "without_step": [(one, stage, max((asked.at - one.stage_since).days, 0)) for one, stage in without],
        "month": _month(asked, found) if may("order.see") else None,
    }


def _urls(asked: Asked) -> dict[str, str]:
    me, today = asked.me, asked.day.isoformat()
    return {
        "overdue": links.overdue_plans(me, asked.yesterday),
        "today": links.plans(_flt_0_owner_id=me, _flt_4_done_at="y", _flt_0_due_at=today),
        "due": links.plans(_flt_0_owner_id=me, _flt_4_done_at="y", _flt_2_due_at=today),
        "open": links.plans(_flt_0_owner_id=me, _flt_4_done_at="y"),
        "risk": links.cases(_flt_0_owner_id=me, _flt_0_status="warned"),
        "again": links.cases(_flt_0_owner_id=me, _flt_0_status="postponed", _flt_2_look_again_on=today),
        "step": links.opportunities(_flt_0_owner_id=me, step="none"),
        "requests_in_time": links.requests(customers="mine"),
    }


def _strip(asked: Asked, found: Numbers, urls: dict[str, str], oldest: Plan | None) -> list[Kpi]:
    def item(name: str, label: str, note: str = "", tone: str = "", more: int = 0) -> Kpi:
        count = found[name].count + more
        return Kpi(label, format_number(count), note if count else "", urls[name], tone if count else "")

    strip = []
    if asked.may("plan.see"):
        days = (asked.day - local_day(oldest.due_at)).days if oldest else 0
        done = _("%(count)d done", count=found["done"].count) if found["done"].count else ""
        strip.append(
            item("overdue", _("Overdue plans"), ngettext("oldest %(num)d day", "oldest %(num)d days", days), "bad")
        )
        strip.append(Kpi(_("Plans for today"), format_number(found["today"].count), done, urls["today"]))
    if asked.may("churn_case.see"):
        strip.append(item("risk", _("Customers at risk"), whole(found["risk"].amount), "wait"))
        strip.append(item("again", _("To review"), whole(found["again"].amount), "bad"))
    if asked.may("opportunity.see"):
        amount = found["step"].amount
        strip.append(item("step", _("No next step"), whole(amount) if amount else ""))
    if asked.may("service_request.see"):
        late = found["requests_late"].count
        note = _("%(count)d overdue", count=late) if late else ""
        strip.append(item("requests_in_time", _("My customers' requests"), note, more=late))
    return strip


def _month(asked: Asked, found: Numbers) -> dict[str, Any]:
    """This month's order value against that of the same month last year; shares of one, None without a past."""
    (first, last), (first_before, last_before) = _months(asked.day)
    value, before = found["month"].amount, found["year_ago"].amount
    place = position(found[EXCEPTIONS].text, asked.day)
    expected = Decimal(place.number) / max(place.total, 1)
    return {
        "value": value,
        "before": before,
        "orders": found["month"].count,
        "share": value / before if before > 0 else None,
        "expected": expected,
        "missing": before * expected - value,
        "url": _orders_url(asked, first, last),
        "before_url": _orders_url(asked, first_before, last_before),
    }


def _orders_url(asked: Asked, first: date, last: date) -> str:
    days = {"_flt_1_ordered_on": first.isoformat(), "_flt_2_ordered_on": last.isoformat()}
    return links.orders(_flt_0_owner_id=asked.me, counted="y", **days)


SECTION = Section(
    "account",
    _l("My customers"),
    "Account Manager",
    ("plan.finish", "customer.see_own", "customer.see_team"),
    questions,
    page,
)
