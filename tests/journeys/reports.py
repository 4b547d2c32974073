"""What a reader sees in the four reports about one customer, before its story and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from tests.support.journey import Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator

LONG = timedelta(days=3_000)

ORDERS = """SELECT sum(o.value) AS value, count(DISTINCT o.customer_id) AS customers,
    sum(CASE WHEN o.kind = 'sale' THEN 1 ELSE 0 END) AS orders
    FROM sales_order o JOIN customer c ON c.id = o.customer_id
    WHERE o.status IN ('confirmed', 'shipped', 'completed') AND NOT c.is_internal AND c.deleted_at IS NULL"""
LOST_CUSTOMERS = """SELECT count(*) AS customers, sum((SELECT sum(o.value) FROM sales_order o
    WHERE o.customer_id = c.id AND o.status IN ('confirmed', 'shipped', 'completed'))) AS value
    FROM customer c WHERE c.status = 'lost' AND NOT c.is_internal AND c.deleted_at IS NULL"""
COMPLAINTS = """SELECT count(*) AS requests, sum(CASE WHEN r.status = 'archived' THEN 0 ELSE 1 END) AS unfinished,
    avg(r.satisfaction) AS satisfaction FROM service_request r JOIN customer c ON c.id = r.customer_id
    WHERE r.type = 'complaint' AND r.deleted_at IS NULL AND NOT c.is_internal AND c.deleted_at IS NULL"""
COMPETITORS = """SELECT count(*) AS cases, sum(a.value_12m) AS value FROM churn_case a
    JOIN customer c ON c.id = a.customer_id WHERE a.status = 'lost' AND a.reason = 'competitor'
    AND NOT c.is_internal AND c.deleted_at IS NULL"""


@dataclass(frozen=True)
class Figures:
    """What the reports say; each was compared with one statement when it was read."""

    value: Decimal
    customers: int
    orders: int
    lost: int
    lost_value: Decimal
    complaints: int
    unfinished: int
    cases: int
    cases_value: Decimal


def figures(reader: Person, today: date) -> Figures:
    """Read all four reports over everything there is."""
    company = reader.company
    period = (today - LONG, today)

    reader.menu("/reports/contribution")
    choose_period(reader, *period)
    value, customers, orders, _share = reader.main.locator("dl.kpis dd").all_inner_texts()
    told = company.ask(ORDERS)
    assert (number(value), number(customers), number(orders)) == (money(told.value), told.customers, told.orders)

    reader.menu("/reports/composition")
    reader.follow(reader.main.locator("nav.views a[href*='by=status']"))
    choose_period(reader, *period)
    lost, _share, lost_value, _share = figures_of(row_of(reader, "_flt_0_status=lost"))
    told_lost = company.ask(LOST_CUSTOMERS)
    assert (lost, lost_value) == (told_lost.customers, money(told_lost.value))

    reader.menu("/reports/service")
    choose_period(reader, *period)
    complaints, unfinished, *_times, satisfaction = figures_of(row_of(reader, "_flt_0_type=complaint"))
    told_complaints = company.ask(COMPLAINTS)
    assert (complaints, unfinished) == (told_complaints.requests, told_complaints.unfinished)
    assert abs(satisfaction - Decimal(str(told_complaints.satisfaction))) <= Decimal("0.05")

    reader.menu("/reports/churn")
    reader.follow(reader.main.locator("nav.views a[href*='by=reason']"))
    choose_period(reader, *period)
    cases, cases_value = figures_of(row_of(reader, "_flt_0_reason=competitor"))
    told_cases = company.ask(COMPETITORS)
    assert (cases, cases_value) == (told_cases.cases, money(told_cases.value))

    return Figures(
        value=number(value),
        customers=int(number(customers)),
        orders=int(number(orders)),
        lost=int(lost),
        lost_value=lost_value,
        complaints=int(complaints),
        unfinished=int(unfinished),
        cases=int(cases),
        cases_value=cases_value,
    )


def drill_down(reader: Person, name: str, ordered_on: date, today: date, value: Decimal, folder: Path) -> None:
    """From the figure of a narrow period to the rows behind it, in each report; the customer is among them."""
    company = reader.company
    customer = company.ask("SELECT id FROM customer WHERE name = :name", name=name).id

    reader.menu("/reports/contribution")
    choose_period(reader, ordered_on, ordered_on)
    own = reader.main.locator(f"section.report-t tbody tr:has(a[href='/customers/show/{customer}'])")
    orders, worth, *_shares = figures_of(own)
    assert (orders, worth) == (1, value)
    in_the_workbook(reader, folder, name, value)
    reader.follow(own.locator("a.drill").last)
    assert [shown(line) for line in reader.main.locator("tbody tr").all_inner_texts()] == [name]
    assert number(reader.main.locator("tbody tr td.num.strong").inner_text()) == value

    reader.menu("/reports/composition")
    reader.follow(reader.main.locator("nav.views a[href*='by=status']"))
    listed(reader, "_flt_0_status=lost", name)
    reader.menu("/reports/service")
    choose_period(reader, today, today)
    listed(reader, "_flt_0_type=complaint", name)
    reader.menu("/reports/churn")
    reader.follow(reader.main.locator("nav.views a[href*='by=reason']"))
    choose_period(reader, today, today)
    listed(reader, "_flt_0_reason=competitor", name)


def listed(reader: Person, narrowing: str, name: str) -> None:
    """The figure leads to as many rows as it says, and ``name`` is in them."""
    link = row_of(reader, narrowing).locator("a.drill").first
    count = int(number(link.inner_text()))
    reader.follow(link)
    assert reader.main.locator("tbody tr").count() == count
    assert reader.main.locator("tbody tr", has_text=name).count() == 1


def in_the_workbook(reader: Person, folder: Path, name: str, value: Decimal) -> None:
    """The export of the page holds the customer's row."""
    with reader.page.expect_download() as started:
        reader.main.locator("a[download]").click()
    target = folder / "contribution.xlsx"
    started.value.save_as(target)
    rows = [row for sheet in load_workbook(target, data_only=True) for row in sheet.iter_rows(values_only=True)]
    (found,) = [row for row in rows if name in row and value in map(cell, row)]
    assert 1 in found


def choose_period(reader: Person, first: date, last: date) -> None:
    """Fill in both days and show the report."""
    if reader.phone:
        reader.main.locator("[data-filters-toggle]").click()
    reader.fill(first=str(first), last=str(last))
    reader.follow(reader.main.locator("form.report-f [type=submit]"))


def row_of(reader: Person, narrowing: str) -> Locator:
    """The row of the table whose figure leads to rows narrowed that way."""
    return reader.main.locator("section.report-t tbody tr", has=reader.page.locator(f"a.drill[href*='{narrowing}']"))


def figures_of(row: Locator) -> list[Decimal]:
    return [number(text) for text in row.locator("td.num").all_inner_texts()]


def number(text: str) -> Decimal:
    """A figure as the page writes it; what is not known is -1."""
    digits = re.sub(r"[^\d.-]", "", text.split("\n")[0].split(" ")[0])
    return Decimal(digits) if any(sign.isdigit() for sign in digits) else Decimal(-1)


def money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def cell(value: object) -> object:
    return money(value) if isinstance(value, int | float) else value


def shown(line: str) -> str:
    return next((part for part in re.split(r"[\t\n]", line) if part.endswith("公司")), line)
