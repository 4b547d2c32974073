"""Orders come from files: totals and lines, sales and returns, again and again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.database import db
from app.core.kept import reconcile
from app.core.remembered import SettingsMark
from app.core.timeline import TimelineEntry
from app.customers.models import Customer, CustomerStatus
from app.exchange.services import importing
from app.exchange.services.orders import OrderWriter
from app.orders.models import Order, OrderDay, OrderKind, OrderLine, OrderStatus

COUNTS = ("read", "created", "updated", "unchanged", "failed")


def counts(said):
    return tuple(said.line[name] for name in COUNTS)


def test_orders_of_unknown_customers_make_active_customers(command, write, session):
    path = write("customer_id,date,amount,order_id\n00042,2011-01-18,77183.60,541431\n00042,2011-01-20,5.005,541432\n")

    said = command("import", "orders", path)

    assert (said.code, said.line) == (
        0,
        {"read": 2, "created": 2, "updated": 0, "unchanged": 0, "failed": 0, "errors_file": None},
    )
    customer = session.scalars(select(Customer).where(Customer.external_id == "00042")).one()
    assert (customer.code, customer.name, customer.status) == ("00042", "00042", CustomerStatus.active)
    assert customer.last_order_on == date(2011, 1, 20)
    order = session.scalars(select(Order).where(Order.external_id == "541431")).one()
    assert (order.status, order.kind, order.ordered_on) == (OrderStatus.completed, OrderKind.sale, date(2011, 1, 18))
    line = order.lines[0]
    assert (line.quantity, line.unit_price, line.product_id, len(order.lines)) == (1, Decimal("77183.60"), None, 1)


def test_running_it_twice_changes_nothing(command, write, session):
    path = write(
        "customer_id,date,amount,order_id\nA,2011-01-18,10,1\nB,2011-01-19,20,2\nA,2011-02-01,-4,\nB,2011-02-02,7,\n"
    )
    first = command("import", "orders", path)
    entries = session.scalar(select(func.count(AuditEntry.id)))

    second = command("import", "orders", path)

    assert counts(first) == (4, 4, 0, 0, 0)
    assert (second.code, counts(second)) == (0, (4, 0, 0, 4, 0))
    assert session.scalar(select(func.count(AuditEntry.id))) == entries


def test_what_changed_in_the_file_changes_here(command, write, session):
    command("import", "orders", write("customer_id,date,amount,order_id\nA,2011-01-18,10,1\nA,2011-01-19,20,2\n"))

    said = command(
        "import", "orders", write("customer_id,date,amount,order_id\nA,2011-01-18,12.50,1\nA,2011-01-19,20,2\n")
    )

    assert counts(said) == (2, 0, 1, 1, 0)
    order = session.scalars(select(Order).where(Order.external_id == "1")).one()
    assert (order.gross, order.lines[0].unit_price) == (Decimal("12.50"), Decimal("12.50"))
    assert reconcile(session, date(2026, 11, 23)) == []


def test_a_negative_amount_is_a_return_known_by_customer_and_day(command, write, session):
    path = write("customer_id,date,amount\n12615,2009-12-01,-12.600000000000001\n12615,2009-12-02,-3\n")

    said = command("import", "orders", path)
    again = command("import", "orders", write("customer_id,date,amount\n12615,2009-12-01,-13\n"))

    assert (counts(said), counts(again)) == ((2, 2, 0, 0, 0), (1, 0, 1, 0, 0))
    kept = session.execute(select(Order.kind, Order.gross, Order.value).order_by(Order.ordered_on)).all()
    assert kept == [(OrderKind.return_, 13, -13), (OrderKind.return_, 3, -3)]
    assert session.scalar(select(func.sum(OrderDay.gross))) == -16


def test_sales_of_one_day_without_numbers_stay_several(command, write, session):
    path = write("customer_id,date,amount\nA,1997-01-01,5\nA,1997-01-01,5\nA,1997-01-01,0\n")

    first, second = command("import", "orders", path), command("import", "orders", path)

    assert (counts(first), counts(second)) == ((3, 3, 0, 0, 0), (3, 0, 0, 3, 0))
    assert session.scalar(select(OrderDay.orders)) == 3


def test_rows_that_repeat_a_number_are_the_lines_of_one_order(command, write, session, make_product):
    product = make_product(code="BQ-1", list_price="9.80")
    path = write(
        "订单编号,客户编号,客户名称,下单日期,产品编码,数量,含税单价\n"
        "DD1,K1,宁波海川食品有限公司,2026/1/5,BQ-1,10,9.50\n"
        "DD1,K1,宁波海川食品有限公司,2026/1/5,运费,1,30\n"
        "DD2,K1,宁波海川食品有限公司,2026年1月6日,BQ-1,-2,9.50\n"
    )

    first, second = command("import", "orders", path), command("import", "orders", path)

    assert (counts(first), counts(second)) == ((3, 2, 0, 0, 0), (3, 0, 0, 2, 0))
    order, back = session.scalars(select(Order).order_by(Order.external_id)).all()
    assert [(line.product_id, line.text, line.quantity) for line in order.lines] == [
        (product.id, None, 10),
        (None, "运费", 1),
    ]
    assert (order.gross, back.kind, back.gross) == (125, OrderKind.return_, 19)
    assert session.scalar(select(Customer.name)) == "宁波海川食品有限公司"


def test_import_leaves_what_entering_one_order_leaves(command, write, session, system, make_customer):
    """The rows of both ways, side by side: order, line, sums, audit, timeline."""
    from app.orders import services
    from tests.support.orders import NOW

    one, other = make_customer(external_id="one"), make_customer(external_id="other")
    values = {
        "customer_id": other.id,
        "ordered_on": date(2026, 3, 4),
        "external_id": "E2",
        "lines": [{"unit_price": "113"}],
    }
    services.enter_order(values, OrderStatus.completed, by=system, at=NOW)
    command("import", "orders", write("customer,date,amount,order_id\none,2026-03-04,113,E1\n"))

    def left(customer, number):
        order = session.scalars(select(Order).where(Order.external_id == number)).one()
        own = {"id", "number", "external_id", "customer_id", "created_at", "changed_at", "order_id"}
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "order", AuditEntry.record_id == order.id)
        )
        told = session.scalars(select(TimelineEntry).where(TimelineEntry.record_id == order.id)).all()
        return (
            {name: getattr(order, name) for name in (c.name for c in Order.__table__.c) if name not in own},
            [
                {n: getattr(line, n) for n in (c.name for c in OrderLine.__table__.c) if n not in own}
                for line in order.lines
            ],
            [(e.action, sorted(e.changes), {n: v for n, v in e.changes.items() if n not in own}) for e in entries],
            [(e.event, e.at, e.words | {"number": ""}) for e in told],
            session.execute(
                select(OrderDay.day, OrderDay.gross, OrderDay.net).where(OrderDay.customer_id == customer.id)
            ).all(),
            (customer.last_order_on, customer.orders_12m, customer.value_12m),
        )

    assert left(one, "E1") == left(other, "E2")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,2011-02-31,5,1", "2011-02-31"),
        ("A,tomorrow,5,1", "2026-11-22"),
        ("A,2999-01-01,5,1", "未来"),
        ("A,0001-01-01,5,1", "日期"),
        ("A,2011-01-01,NaN,1", "NaN"),
        ("A,2011-01-01,1e309,1", "1e309"),
        ("A,2011-01-01,Infinity,1", "Infinity"),
        ("A,2011-01-01,😀,1", "😀"),
        ("A,2011-01-01,=1+1,1", "=1+1"),
        ("A,2011-01-01,9999999999999999,1", "12"),
        ("A,2011-01-01,,1", "金额"),
        ("A,,5,1", "下单日期"),
        (",2011-01-01,5,1", "客户"),
        (f"{'长' * 65},2011-01-01,5,1", "64"),
        (f"A,2011-01-01,5,{'9' * 65}", "64"),
        ("A,2011-01-01,5,good", "good"),
    ],
)
def test_a_bad_row_is_listed_with_its_number_and_reason(command, write, session, read_errors, row, said):
    path = write(f"customer_id,date,amount,order_id\nGood,2011-01-01,5,good\n{row}\nGood,2011-01-02,6,fine\n")

    answer = command("import", "orders", path)

    assert (answer.code, counts(answer)) == (1, (3, 2, 0, 0, 1))
    (number, reason, *cells), *others = read_errors(answer)
    assert (number, others) == ("3", [])
    assert said in reason
    assert len(cells) == 4
    assert f"第 3 行：{reason}" in answer.errors
    assert sorted(session.scalars(select(Customer.name))) == ["Good"]


def test_nothing_good_in_a_file_is_another_exit_code(command, write):
    said = command("import", "orders", write("customer_id,date,amount\nA,2011-02-31,5\n"))

    assert (said.code, counts(said)) == (2, (1, 0, 0, 0, 1))


def test_new_customers_get_the_owner_that_was_named(command, write, session, make_user):
    user = make_user("Account Manager", username="linxm")
    path = write("customer_id,date,amount\nA,2011-01-01,5\n")

    said = command("import", "orders", path, "--owner", "linxm")
    refused = command("import", "orders", path, "--owner", "nobody")

    assert (said.code, refused.code, counts(refused)) == (0, 2, (0, 0, 0, 0, 0))
    assert "nobody" in refused.errors
    assert session.execute(
        select(Customer.owner_id, Order.owner_id).join(Order, Order.customer_id == Customer.id)
    ).all() == [(user.id, user.id)]


def test_a_prospect_who_ordered_becomes_active(command, write, session, make_customer):
    customer = make_customer(code="KH-00007", status=CustomerStatus.prospect)

    command("import", "orders", write("客户编号,日期,金额\nKH-00007,2026-01-05,100\n"))

    assert customer.status is CustomerStatus.active


def test_generated_codes_go_on_after_those_of_the_file(command, write, session, system):
    from app.customers import services
    from tests.support.orders import NOW

    command("import", "orders", write("customer_id,date,amount\nKH-00500,2011-01-01,5\n"))

    assert services.create_customer({"name": "后来者有限公司"}, by=system, at=NOW).code == "KH-00501"


def test_rows_are_understood_before_anybody_is_kept_from_saving(command, write, session, monkeypatch):
    writing = []

    def prepare(writer, groups, *, once=OrderWriter.prepare):
        writing.append(db.session().in_transaction())
        return once(writer, groups)

    monkeypatch.setattr(OrderWriter, "prepare", prepare)
    said = command("import", "orders", write("id,customer,date,amount\n1,K1,2026-01-05,10\n2,K1,2026-01-06,20\n"))

    assert said.line["created"] == 2
    assert writing == [False]


@pytest.mark.parametrize("rows", [2, 3])
def test_the_planner_is_told_of_many_new_rows(session, command, write, monkeypatch, rows):
    """Else the next question reads the tables by a plan for empty ones; and who owns much is asked anew."""
    told, mark = [], session.scalar(select(SettingsMark.mark))
    monkeypatch.setattr(importing, "MANY", 3)
    monkeypatch.setattr(importing, "analyze", told.append)

    command("import", "orders", write([["customer_id", "date", "amount"], *[["A", "2011-01-18", 10]] * rows]))

    assert len(told) == (1 if rows == 3 else 0)
    assert (session.scalar(select(SettingsMark.mark)) == mark) is (rows != 3)


@pytest.mark.parametrize("rows", [2, 5])
def test_the_planner_of_a_new_company_is_told_early(command, write, monkeypatch, rows):
    """Else the rest of a long file is written by a plan for empty tables."""
    told = []
    monkeypatch.setattr(importing, "FEW", 2)
    monkeypatch.setattr(importing, "analyze", told.append)
    monkeypatch.setattr(importing.Pace, "__init__", lambda pace: setattr(pace, "records", 1))
    monkeypatch.setattr(importing.Pace, "took", lambda *_args: None)
    cells = [["customer_id", "date", "amount"], *[[f"A{number}", "2011-01-18", 10] for number in range(rows)]]

    command("import", "orders", write(cells))

    assert len(told) == 1, "once, after the first rows"
    command("import", "orders", write([cells[0], *[[f"B{number}", "2011-01-18", 10] for number in range(3)]]))
    assert len(told) == 1, "a company of many customers has its plans"
