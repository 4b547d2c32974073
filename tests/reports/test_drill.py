"""Every figure with rows behind it opens exactly those; sums of parts are never guessed from the parts' means."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from app.core.actors import Actor, acting_as
from tests.support.churn import make_case, make_history
from tests.support.orders import TODAY

__all__ = ["make_case", "make_history"]
SYSTEM = Actor.system("test")
GROUPINGS = {
    "contribution": ("",),
    "composition": ("level", "industry", "region", "credit", "satisfaction", "source", "status"),
    "service": ("type", "status", "specialist", "priority", "month"),
    "churn": ("status", "reason", "owner", "level", "month"),
}
CUSTOMER = re.compile(r'<a class="name" href="([^"]+)">[^<]*</a></td><td[^>]*>([ABC])</td>')
FIELDS = ["", "level=A", "industry=food", "region=330000", "status=prospect", "owner={owner}"]


@pytest.fixture
def busy(session, company, make_user, make_case):
    """The company with service requests in every hand and churn cases of every outcome."""
    from app.service.services import create_request, workflow

    at = datetime.combine(TODAY, time(4), UTC)
    specialists = [make_user("Service Specialist") for _ in range(2)]
    plan = [(0, "complaint", 30, (2, 3), 0), (0, "repair", 20, (5, None), 0), (1, "complaint", 20, None, 1)]
    plan += [(2, "suggestion", 200, (40, 90), 1), (2, "complaint", 3, (1, None), 1)]
    with acting_as(SYSTEM, session):
        for number, kind, ago, hours, owner in plan:
            came = at - timedelta(days=ago)
            values = {"customer_id": company["customers"][number].id, "type": kind, "text": "破损"}
            request = create_request(values, by=SYSTEM, at=came)
            workflow.make("assign", request, by=SYSTEM, at=came, owner_id=specialists[owner].id)
            if hours is None:
                continue
            request.responded_at = came + timedelta(hours=hours[0])
            if hours[1]:
                done = came + timedelta(hours=hours[1])
                workflow.make("process", request, by=SYSTEM, at=done, solution="补发")
                workflow.make("record_feedback", request, by=SYSTEM, at=done, satisfaction=3 + 2 * owner)
                workflow.make("archive", request, by=SYSTEM, at=done)
    for number, status in enumerate(("warned", "postponed", "lost", "recovered")):
        make_case(status=status, customer=company["customers"][number], owner_id=company["managers"][number % 2].id)
    session.commit()
    return company


def drills(page: str) -> list[tuple[str, int]]:
    """The address behind each figure that counts something, and the figure."""
    found = re.findall(r'<a[^>]*class="drill"[^>]*href="(/[^"]*/list/[^"]*)"[^>]*>([\d,]+)</a>', page)
    return [(unescape(url), int(number.replace(",", ""))) for url, number in found]


@pytest.mark.parametrize("report", GROUPINGS)
def test_every_figure_opens_as_many_rows_as_it_says(busy, client_as, report):
    director = client_as("Sales Director")
    asked = [(by, fields.format(owner=busy["managers"][0].id)) for by in GROUPINGS[report] for fields in FIELDS]

    figures = {
        (by, fields): set(drills(director.get(f"/reports/{report}?by={by}&{fields}").text)) for by, fields in asked
    }

    assert all(found for (_by, fields), found in figures.items() if not fields)
    for url, number in set().union(*figures.values()):
        path, _mark, args = url.partition("?")
        count = director.get(path.replace("/list/", "/count") + f"?{args}").json["count"]
        assert count == number, url


def test_the_means_of_all_requests_are_what_plain_sql_finds_however_they_are_grouped(session, busy, client_as):
    hours = (
        "(julianday({0}) - julianday(received_at)) * 24"
        if session.get_bind().dialect.name == "sqlite"
        else "EXTRACT(EPOCH FROM ({0} - received_at)) / 3600.0"
    )
    first, solved, rated = session.execute(
        text(
            f"SELECT AVG({hours.format('responded_at')}), AVG({hours.format('processed_at')}), AVG(satisfaction)"
            " FROM service_request"
        )
    ).one()
    plain = [f"{float(first):.1f}", f"{float(solved):.1f}", f"{Decimal(str(rated)):.2f}"]

    director = client_as("Sales Director")
    for by in GROUPINGS["service"]:
        page = director.get(f"/reports/service?by={by}").text
        labels = ("首次响应", "解决用时", "满意度")
        shown = [re.search(rf"<dt>{label}</dt><dd[^>]*>\s*([\d.]+)", page).group(1) for label in labels]
        total = re.findall(r"<td[^>]*>(.*?)</td>", page.partition("<tfoot>")[2].partition("</tfoot>")[0])
        assert (shown, [total[3], total[4], total[6]]) == (plain, plain), by


AMOUNT = re.compile(r'<a class="drill" href="(/orders/list/[^"]*)">(-?¥[\d,.]+)</a>')


def amount(shown: str) -> Decimal:
    return Decimal(shown.replace("¥", "").replace(",", ""))


def added_up(reader, url: str) -> Decimal:
    """The amounts of the orders in the file of a list; a return is taken off there, too."""
    path, _mark, args = unescape(url).partition("?")
    answer = reader.get(f"{path.replace('/list/', '/export')}?{args}&format=csv")
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    return sum((amount(row[head.index("含税金额")]) for row in rows), Decimal(0))


@pytest.mark.parametrize("fields", ["", "level=A", "industry=food"])
def test_every_amount_of_the_contribution_opens_orders_that_add_up_to_it(busy, client_as, fields):
    director = client_as("Sales Director")
    amounts = set(AMOUNT.findall(director.get(f"/reports/contribution?{fields}").text))

    assert len(amounts) >= 2
    for url, shown in amounts:
        assert added_up(director, url) == amount(shown), url


@pytest.mark.parametrize("by", GROUPINGS["composition"])
@pytest.mark.parametrize("fields", ["", "region=330000"])
def test_every_amount_of_the_composition_opens_orders_that_add_up_to_it(busy, client_as, by, fields):
    director = client_as("Sales Director")
    page = director.get(f"/reports/composition?by={by}&{fields}").text
    amounts = AMOUNT.findall(page)
    rows = page.partition('id="table-parts"')[2].partition("</tbody>")[0].count("<tr>") - 1
    bars = [json.loads(data) for data in re.findall(r"data-values='([^']*)'", page)]

    assert len(amounts) >= rows + 1
    for url, shown in set(amounts):
        assert added_up(director, url) == amount(shown), url
    (worth,) = (bar for bar in bars if bar.get("money"))
    assert {unescape(url) for url, _shown in amounts} >= set(worth["links"])


def test_every_amount_of_the_churn_opens_the_cases_it_is_made_of(busy, client_as):
    director = client_as("Sales Director")
    for by in GROUPINGS["churn"]:
        table = director.get(f"/reports/churn?by={by}").text.partition('id="table-cases"')[2]
        rows = re.findall(
            r'class="drill" href="([^"]*)">\d+</a></td><td[^>]*><a class="drill" href="([^"]*)">-?¥', table
        )
        assert len(rows) == table.partition("</table>")[0].count("<tr>") - 1, by
        assert all(cases == value for cases, value in rows)


def test_the_number_of_a_class_opens_its_customers(busy, client_as):
    director = client_as("Sales Director")
    page = director.get("/reports/contribution").text
    classes = re.findall(
        r'<td[^>]*>([ABC])</td><td[^>]*><a class="drill" href="([^"]*abc=[ABC])#[^"]*">(\d+)</a>', page
    )
    assert re.findall(r'href="([^"]*abc=[ABC])#[^"]*">¥', page) == [url for _name, url, _number in classes]

    opened = {
        name: director.get(unescape(url)).text.partition('id="table-customers"')[2] for name, url, _number in classes
    }
    everybody = set(CUSTOMER.findall(page.partition('id="table-customers"')[2]))

    assert len(classes) >= 2
    for name, _url, number in classes:
        rows = CUSTOMER.findall(opened[name])
        assert len(rows) == int(number)
        assert {letter for _customer, letter in rows} == {name}
        assert f"{name} 类客户" in opened[name]
    assert {row for part in opened.values() for row in CUSTOMER.findall(part)} == everybody


@pytest.mark.parametrize("report", ["service", "churn"])
def test_every_part_of_a_bar_opens_as_many_rows_as_it_is_long(busy, client_as, report):
    director = client_as("Sales Director")
    parts = []
    for by in GROUPINGS[report]:
        page = director.get(f"/reports/{report}?by={by}").text
        for chart in map(json.loads, re.findall(r"data-values='([^']*)'", page)):
            counted = [one for one in chart.get("series", [chart]) if "links" in one and not chart.get("money")]
            parts += [(url, number) for one in counted for url, number in zip(one["links"], one["y"], strict=True)]

    assert sum(number for _url, number in parts)
    for url, number in set(parts):
        path, _mark, args = url.partition("?")
        if number:
            assert director.get(path.replace("/list/", "/count") + f"?{args}").json["count"] == number, url


@pytest.mark.parametrize("report", GROUPINGS)
def test_the_workbook_says_the_same_as_every_cell_of_every_table(busy, client_as, report):
    director = client_as("Sales Director")
    for by in GROUPINGS[report]:
        page = director.get(f"/reports/{report}?by={by}").text
        answer = director.get(f"/reports/{report}/export?by={by}")
        title = re.search(r"<h1>(.*?)</h1>", page).group(1)
        book = load_workbook(io.BytesIO(answer.data))

        tables = re.findall(
            r'<section class="card report-t".*?<h2[^>]*>(.*?)</h2>.*?<table.*?>(.*?)</table>', page, re.DOTALL
        )
        assert tables
        assert quote(title) in answer.headers["Content-Disposition"]
        for name, table in tables:
            rows = [
                re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
                for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
            ]
            cells = [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in rows]
            sheet = [list(row) for row in book[name].iter_rows(values_only=True)]
            assert [list(map(as_shown, row, told)) for row, told in zip(sheet, cells, strict=True)] == cells, (by, name)


def as_shown(value, shown: str) -> str:
    """A cell of the workbook, written as the page writes it."""
    if value is None:
        return shown if shown in ("", "–") else "nothing"
    if isinstance(value, str):
        return value
    if shown.endswith("%"):
        return f"{value * 100:.1f}%"
    if shown.startswith(("¥", "-¥")):
        return f"{value:,.2f}".replace("-", "-¥") if value < 0 else f"¥{value:,.2f}"
    places = len(shown.partition(".")[2])
    return f"{value:,.{places}f}"
