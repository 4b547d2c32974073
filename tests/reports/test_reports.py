"""Every figure on page, drill-down, export and list is the one a plain SQL query finds."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from app.core.actors import acting_as
from app.core.database import utc_now
from app.reports.queries.composition import DIMENSIONS, composition
from app.reports.queries.contribution import by_month, contribution, total, value_by_day
from app.reports.queries.scope import ReportScope
from tests.support.orders import TODAY

YEAR = (TODAY - timedelta(days=364), TODAY)


def scope(**fields) -> ReportScope:
    return ReportScope(*YEAR, **fields)


def plain_value(session, extra="", **values) -> Decimal:
    """The value of the period by a query of this test's own: orders that count, returns taken off."""
    statement = f"""
        SELECT COALESCE(SUM(CASE WHEN o.kind = 'return' THEN -o.gross ELSE o.gross END), 0)
        FROM sales_order o JOIN customer c ON c.id = o.customer_id
        WHERE o.status IN ('confirmed', 'shipped', 'completed') AND c.is_internal = FALSE AND c.deleted_at IS NULL
          AND o.ordered_on BETWEEN :first AND :last {extra}"""
    found = session.execute(text(statement), {"first": str(YEAR[0]), "last": str(YEAR[1]), **values}).scalar()
    return Decimal(str(found)).quantize(Decimal("0.01"))


def test_contribution_is_what_plain_sql_finds(session, company):
    found = contribution(session, scope())

    assert found.value == plain_value(session) == Decimal("1600.00")
    assert found.value == sum(row.value for row in found.rows) == total(scope(), value_by_day(session, scope()))
    assert [row.value for row in found.rows] == sorted((row.value for row in found.rows), reverse=True)
    assert found.customers == 3
    assert found.rows[-1].running == found.value


def test_classes_hold_every_customer_once(session, company):
    found = contribution(session, scope())

    assert [(row.name, row.customers, row.value) for row in found.classes] == [
        ("A", 1, Decimal("1200.00")),
        ("B", 2, Decimal("400.00")),
    ]


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"level": "A"}, "AND c.level = 'A'"),
        ({"industry": "food"}, "AND c.industry = 'food'"),
        ({"region": "330000"}, "AND c.region LIKE '33%'"),
        ({"region": "330200"}, "AND c.region LIKE '3302%'"),
        ({"source": "website"}, "AND c.source = 'website'"),
        ({"status": "lost"}, "AND c.status = 'lost'"),
    ],
)
def test_each_field_narrows_the_sum(session, company, fields, extra):
    assert contribution(session, scope(**fields)).value == plain_value(session, extra)


def test_owner_and_team_narrow_the_sum(session, company):
    one, two = company["managers"]

    assert contribution(session, scope(owner_id=one.id)).value == plain_value(session, f"AND c.owner_id = {one.id}")
    assert contribution(session, scope(owner_id=two.id)).value == plain_value(session, f"AND c.owner_id = {two.id}")


def test_months_add_up_to_the_period(session, company):
    assert sum(by_month(scope(), value_by_day(session, scope()))) == plain_value(session)


def test_a_reader_of_own_rows_gets_the_sum_of_own_rows(session, company, make_actor):
    one, _two = company["managers"]
    with acting_as(make_actor(user=one), session):
        assert contribution(session, scope()).value == plain_value(session, f"AND c.owner_id = {one.id}")
        assert sum(part.customers for part in composition(session, scope(), "level")) == 2


def test_what_is_left_out_is_left_out_for_everybody_and_when_narrowed(session, company):
    company["customers"][2].deleted_at = utc_now()
    session.commit()

    for fields, extra in (({}, ""), ({"level": "A"}, "AND c.level = 'A'")):
        days = value_by_day(session, scope(**fields))
        found = contribution(session, scope(**fields))
        assert found.value == total(scope(), days) == plain_value(session, extra) > 0
        assert all(row.customer.deleted_at is None and not row.customer.is_internal for row in found.rows)


def test_a_ragged_period_and_the_one_before_share_one_question(session, company):
    asked = ReportScope(TODAY - timedelta(days=90), TODAY - timedelta(days=30))
    days = value_by_day(session, replace(asked, first=asked.before().first))

    assert total(asked, days) == sum(by_month(asked, days)) == contribution(session, asked).value
    assert total(asked.before(), days) == contribution(session, asked.before()).value
    assert days[TODAY - timedelta(days=30)] < 0


def test_a_reader_without_rows_gets_no_sum(session, company, make_actor, make_user):
    with acting_as(make_actor(user=make_user("Account Manager")), session):
        assert contribution(session, scope()).rows == ()
        assert value_by_day(session, scope()) == {}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_composition_counts_every_customer_once(session, company, dimension):
    parts = composition(session, scope(), dimension)

    assert sum(part.customers for part in parts) == 4
    assert sum(part.value for part in parts) == plain_value(session)


def test_composition_by_level_is_what_plain_sql_finds(session, company):
    plain = session.execute(
        text("SELECT level, count(*) FROM customer WHERE is_internal = FALSE AND deleted_at IS NULL GROUP BY level")
    )

    assert {part.key: part.customers for part in composition(session, scope(), "level")} == {
        key or "": count for key, count in plain
    }


def test_an_empty_period_is_empty_not_an_error(session, company):
    empty = ReportScope(date(1990, 1, 1), date(1990, 12, 31))

    assert contribution(session, empty).rows == ()
    assert contribution(session, empty).value == 0


# --- over HTTP ---


@pytest.fixture
def director(client_as):
    return client_as("Sales Director")


def count_of(client, link: str) -> int:
    path, _mark, query = link.partition("?")
    return client.get(path.replace("/list/", "/count") + f"?{query}").json["count"]


@pytest.mark.parametrize("by", DIMENSIONS)
def test_a_number_opens_exactly_its_customers(session, company, director, by):
    page = director.get(f"/reports/composition?by={by}").text
    numbers = re.findall(r'<a class="drill" href="(/customers/list/[^"]*)">([\d,]+)</a>', page)

    assert numbers
    for link, number in numbers:
        assert count_of(director, link.replace("&amp;", "&")) == int(number.replace(",", "")), link


def test_an_order_count_opens_exactly_its_orders(session, company, director):
    page = director.get("/reports/contribution").text
    numbers = set(re.findall(r'<a class="drill" href="(/orders/list/[^"]*kind=sale[^"]*)">([\d,]+)</a>', page))

    assert len(numbers) == 4, "three customers and all together"
    for link, number in numbers:
        assert count_of(director, link.replace("&amp;", "&")) == int(number), link


@pytest.mark.parametrize("name", ["contribution", "composition", "service", "churn"])
def test_the_workbook_holds_the_numbers_of_the_page(session, company, director, name):
    answer = director.get(f"/reports/{name}/export")

    book = load_workbook(io.BytesIO(answer.data))
    assert answer.status_code == 200
    assert len(book.sheetnames) >= 2
    if name == "contribution":
        sheet = book[book.sheetnames[-1]]
        assert Decimal(str(sheet.cell(sheet.max_row, 5).value)) == plain_value(session)


def test_a_name_that_is_a_formula_stays_a_text(session, company, director, make_order):
    company["customers"][0].name = "=HYPERLINK(1)"
    session.commit()

    book = load_workbook(io.BytesIO(director.get("/reports/contribution/export").data))

    cells = [cell for row in book[book.sheetnames[-1]].iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]


def test_an_export_is_written_down_and_needs_its_right(session, company, director, client_as):
    director.get("/reports/contribution/export")

    assert session.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'export'")).scalar() == 1
    assert client_as("Office Administrator").get("/reports/contribution/export").status_code == 403


@pytest.mark.parametrize("role", ["Account Manager", "Service Specialist"])
def test_who_may_not_open_the_analysis_is_told_so(company, client_as, role):
    assert client_as(role).get("/reports/contribution").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-02-31",
        "first=abc&last=%00",
        "first=2026-12-31&last=2020-01-01",
        "owner=999999999999999999999",
        "team=x",
        "region=zz",
        "by=password",
        "page=-1",
        "page=99999999",
        "first=0001-01-01",
    ],
)
@pytest.mark.parametrize("name", ["contribution", "composition", "service", "churn"])
def test_an_odd_address_is_no_server_error(company, director, name, query):
    assert director.get(f"/reports/{name}?{query}").status_code in {200, 400}
