"""What a sales director looks at: the four reports in a few figures, each with its change to the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import url_for

from app.churn.models import ChurnCase, ChurnStatus
from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, _l, format_day, format_number, format_percent
from app.customers.models import Customer
from app.orders.models import OrderDay
from app.reports.home import links
from app.reports.home.asked import Asked
from app.reports.home.numbers import Number, Numbers, Question, counted, whole
from app.reports.home.queries import analysis as queries
from app.reports.home.sections import Section
from app.reports.home.turnover import turnover
from app.reports.queries.contribution import money
from app.reports.queries.scope import ReportScope
from app.service.models import ServiceRequest
from app.theme.widgets import Kpi

DAYS = 30
WHAT = ("value", "entered", "requests", "rated", "cases", "lost")


@dataclass(frozen=True)
class Line:
    """One line of a card, with its bar as a share of the largest; the name opens ``url``, the figure ``rows``."""

    label: Any
    value: str
    share: Decimal
    url: str
    rows: str


@dataclass(frozen=True)
class ReportCard:
    """One report: its name, its address for the period, its figures, and the largest lines behind one of them."""

    title: str
    icon: str
    url: str
    figures: list[Kpi]
    lines_title: str
    lines: list[Line]


def _scope(asked: Asked) -> ReportScope:
    return ReportScope(asked.day - timedelta(days=DAYS - 1), asked.day)


def questions(asked: Asked) -> list[Question]:
    """The figures of the last days and of as many before, counted as the reports count them."""
    if not asked.may("report.open"):
        return []
    return [
        question
        for name, scope in (("now", _scope(asked)), ("before", _scope(asked).before()))
        for question in _of_period(name, scope)
    ]


def _of_period(name: str, scope: ReportScope) -> list[Question]:
    start, end = scope.moments()

    def of(what: str, key: Any, customer: Any, *where: Any, amount: Any = None) -> Question:
        question = counted(f"{what}_{name}", key, *where, amount=amount)
        return question.where(*(scope.customers() if customer is None else [scope.of_counted(db.session(), customer)]))

    day, request, opened = OrderDay, ServiceRequest, ChurnCase.opened_on.between(scope.first, scope.last)
    received = (request.received_at >= start, request.received_at < end)
    rated = (*received, request.satisfaction.is_not(None))
    lost = (opened, ChurnCase.status == ChurnStatus.lost)
    in_period = day.day.between(scope.first, scope.last)
    entered = (Customer.created_at >= start, Customer.created_at < end)
    return [
        of("value", day.customer_id.distinct(), day.customer_id, in_period, amount=day.gross),
        of("entered", Customer.id, None, *entered),
        of("requests", request.id, request.customer_id, *received),
        of("rated", request.id, request.customer_id, *rated, amount=request.satisfaction),
        of("cases", ChurnCase.id, ChurnCase.customer_id, opened, amount=ChurnCase.value_12m),
        of("lost", ChurnCase.id, ChurnCase.customer_id, *lost, amount=ChurnCase.value_12m),
    ]


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """A card for each report."""
    if not asked.may("report.open"):
        return {"strip": [], "cards": []}
    scope = _scope(asked)
    days: dict[str, Any] = {"first": scope.first.isoformat(), "last": scope.last.isoformat()}
    urls = {name: url_for(f"ReportView.{name}", **days) for name in ("contribution", "composition", "service", "churn")}
    entered = links.customers(_flt_0_is_internal="n", **_days(days, "created_at"))
    now, before = ({what: found[f"{what}_{name}"] for what in WHAT} for name in ("now", "before"))

    def count(what: str, label: str, url: str, bad: bool = False) -> Kpi:
        note, tone = _change(Decimal(now[what].count), Decimal(before[what].count), more_is_bad=bad)
        return Kpi(label, format_number(now[what].count), note, url, note_tone=tone)

    def amount(what: str, label: str, url: str, bad: bool = False) -> Kpi:
        note, tone = _change(now[what].amount, before[what].amount, more_is_bad=bad)
        return Kpi(label, whole(now[what].amount), note, url, note_tone=tone)

    rating, rating_before = _mean(now["rated"]), _mean(before["rated"])
    mean = Kpi(_("Average satisfaction"), format_number(rating, 2) or "–", *_rating_change(rating, rating_before))
    session = db.session()
    best = [
        (
            customer.name,
            money(value),
            whole(money(value)),
            url_for("CustomerView.show", pk=customer.id),
            links.orders(counted="y", _flt_0_customer_id=customer.id, **_days(days, "ordered_on")),
        )
        for customer, value in session.execute(queries.best_customers(session, scope))
    ]
    sources = [
        (
            dictionary.label(session, "source", code) or _("not entered"),
            number,
            format_number(number),
            "",
            links.customers(
                _flt_0_is_internal="n",
                **({"_flt_0_source": code} if code else {"_flt_4_source": "y"}),
                **_days(days, "created_at"),
            ),
        )
        for code, number in session.execute(queries.new_by_source(scope))
    ]
    types = [
        (
            dictionary.label(session, "request_type", code),
            number,
            format_number(number),
            "",
            links.requests(counted="y", _flt_0_type=code, **_days(days, "received_at")),
        )
        for code, number in session.execute(queries.requests_by_type(session, scope))
    ]
    cases = [
        (case.customer.name, case.value_12m, whole(case.value_12m), *[url_for("ChurnView.show", pk=case.id)] * 2)
        for case in session.scalars(queries.dearest_cases(session, scope))
    ]
    return {
        "strip": [],
        "turnover": turnover(session, asked.day),
        "period": _("%(first)s to %(last)s", first=format_day(scope.first), last=format_day(scope.last)),
        "cards": [
            ReportCard(
                _("Customer contribution"),
                "ti-chart-bar",
                urls["contribution"],
                [
                    amount("value", _("Order value"), urls["contribution"]),
                    count("value", _("Customers with orders"), urls["contribution"]),
                ],
                _("Who ordered most"),
                _lines(best),
            ),
            ReportCard(
                _("Customer composition"),
                "ti-chart-donut",
                urls["composition"],
                [count("entered", _("New customers"), entered)],
                _("New customers by source"),
                _lines(sources),
            ),
            ReportCard(
                _("Customer service"),
                "ti-headset",
                urls["service"],
                [count("requests", _("Service requests"), urls["service"], True), mean],
                _("Service requests by type"),
                _lines(types),
            ),
            ReportCard(
                _("Customer churn"),
                "ti-heartbeat",
                urls["churn"],
                [
                    count("cases", _("Churn warnings"), urls["churn"], True),
                    amount("cases", _("Value of warned customers"), urls["churn"], True),
                    count("lost", _("Confirmed lost"), urls["churn"], True),
                ],
                _("The largest warnings"),
                _lines(cases),
            ),
        ],
    }


def _days(days: dict[str, Any], column: str) -> dict[str, Any]:
    """The condition that ``column`` lies in the period."""
    return {f"_flt_1_{column}": days["first"], f"_flt_2_{column}": days["last"]}


def _lines(rows: list[tuple[Any, Any, str, str, str]]) -> list[Line]:
    most = max((Decimal(size) for _label, size, *_rest in rows), default=Decimal(0))
    return [
        Line(label, value, Decimal(size) / most if most > 0 else most, url, opened)
        for label, size, value, url, opened in rows
    ]


def _mean(number: Number) -> Decimal | None:
    return (number.amount / number.count).quantize(Decimal("0.01")) if number.count else None


def _change(value: Decimal, before: Decimal, *, more_is_bad: bool) -> tuple[str, str]:
    """(the change, its tone); nothing when there was nothing before."""
    if before <= 0 or value == before:
        return "", ""
    change = value / before - 1
    share = format_percent(change, 1)
    return share if change < 0 else f"+{share}", "bad" if (change > 0) is more_is_bad else "good"


def _rating_change(value: Decimal | None, before: Decimal | None) -> tuple[str, str, str, str]:
    """Note, address, tone and tone of the note of the mean rating."""
    if value is None or before is None or value == before:
        return "", "", "", ""
    return f"{value - before:+.2f}", "", "", "good" if value > before else "bad"


SECTION = Section("sales", _l("Analysis"), "Sales Director", ("report.open",), questions, page)
