"""The pages of orders, as the people who work with them meet them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.database import utc_now
from app.core.i18n import local_day
from app.orders.models import Order, OrderStatus
from tests.support.orders import line, statements


@pytest.fixture
def seller(make_user):
    return make_user("Account Manager", first_name="晓梅", last_name="林")


@pytest.fixture
def at_work(seller, client_as):
    return client_as(user=seller)


@pytest.fixture
def mine(session, seller, make_customer):
    customer = make_customer(owner_id=seller.id, name="宁波恒泰鲜食有限公司")
    session.commit()
    return customer


@pytest.fixture
def foreign(session, make_customer, make_order):
    order = make_order("completed", customer_id=make_customer().id)
    session.commit()
    return order


def form_of(customer_id: int | str, *lines: dict[str, Any], **values: Any) -> dict[str, Any]:
    fields = {f"lines-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    return {"customer_id": customer_id, "ordered_on": local_day(utc_now()).isoformat(), **fields, **values}


def the_order(session) -> Order:
    session.expire_all()
    return session.scalars(select(Order).order_by(Order.id.desc())).first()


def figure(page: str, label: str) -> str:
    """What stands below a label in the head of a page."""
    return re.search(rf"<dt>{label}</dt><dd[^>]*>(.*?)</dd>", page)[1]


def test_the_margin_of_an_order_is_said_only_when_every_line_has_a_cost(session, client_as, mine, make_product):
    dear, unknown = make_product(cost_price="60"), make_product(cost_price=None)
    session.commit()
    office, pages = client_as("Office Administrator"), []
    for product in (dear, unknown):
        line = {"product_id": product.id, "quantity": "2", "unit_price": "113", "vat_rate": "0.13"}
        pages.append(office.get(office.post("/orders/add", data=form_of(mine.id, line)).location).text)

    known, not_known = (figure(page, "毛利") for page in pages)

    assert "¥80" in known
    assert "40%" in known
    assert "未知" in not_known
    assert "100%" not in not_known
    # What is printed may go to the customer.
    assert all('<div class="no-print"><dt>毛利</dt>' in page for page in pages)
    assert "未知</td>" in pages[1]


def test_an_order_is_typed_confirmed_shipped_completed_and_returned(session, at_work, client_as, mine, make_product):
    product = make_product(name="伺服电机", list_price="113", cost_price="60")
    session.commit()
    lines = (
        {"product_id": product.id, "quantity": "2", "unit_price": "113"},
        {"text": "安装", "unit_price": "50", "vat_rate": "0.06"},
    )

    answer = at_work.post("/orders/add", data=form_of(mine.id, *lines, address="宁波"))
    assert answer.status_code == 302
    order = the_order(session)
    assert answer.location.endswith(f"/orders/show/{order.id}")
    assert (order.gross, order.net, order.status) == (276, Decimal("247.17"), OrderStatus.draft)

    page = at_work.get(answer.location).text
    assert "伺服电机" in page
    assert "安装" in page
    assert "¥276" in page
    assert "确认" in page
    assert "毛利" not in page

    assert at_work.post(f"/orders/{order.id}/move/confirm").status_code == 302
    assert at_work.post(f"/orders/{order.id}/move/ship").status_code == 403
    office = client_as("Office Administrator")
    margin = figure(office.get(answer.location).text, "毛利")
    assert "未知" in margin
    assert "1 行" in margin
    assert office.post(f"/orders/{order.id}/move/ship").status_code == 302
    dialog = at_work.get(f"/orders/{order.id}/move/complete").text
    assert "到货日期" in dialog
    today = local_day(utc_now()).isoformat()
    assert at_work.post(f"/orders/{order.id}/move/complete", data={"delivered_on": today}).status_code == 302
    assert the_order(session).status is OrderStatus.completed

    page = at_work.get(f"/orders/add?original_id={order.id}").text
    sold = order.lines
    assert f'value="{sold[0].id}"' in page
    assert "新建退货单" in page
    back = {
        "original_id": order.id,
        "ordered_on": today,
        "lines-0-original_line_id": sold[0].id,
        "lines-0-quantity": "1",
        "lines-1-original_line_id": sold[1].id,
        "lines-1-quantity": "",
    }
    answer = at_work.post("/orders/add", data=back)
    assert answer.status_code == 302, answer.text
    returned = the_order(session)
    assert (returned.value, returned.original_id, len(returned.lines)) == (-113, order.id, 1)
    assert returned.number in at_work.get(f"/orders/show/{order.id}").text


def test_what_was_typed_stays_when_it_is_refused(session, at_work, mine):
    lines = (
        {"text": "安装调试", "quantity": "2x", "unit_price": "50"},
        {"text": "培训", "quantity": "1", "unit_price": "-7"},
    )

    answer = at_work.post("/orders/add", data=form_of(mine.id, *lines, address="<script>alert(1)</script>"))

    assert answer.status_code == 200
    assert "安装调试" in answer.text
    assert 'value="2x"' in answer.text
    assert 'value="-7"' in answer.text
    assert "第 2 行，单价" in answer.text
    assert mine.name in answer.text
    assert "<script>alert(1)" not in answer.text
    assert session.scalar(select(func.count(Order.id))) == 0


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ({"text": "x", "quantity": "NaN", "unit_price": "1"},),
        ({"text": "x", "quantity": "1e309", "unit_price": "1"},),
        ({"text": "x", "quantity": "1", "unit_price": "９".rjust(40, "9")},),
        ({"text": "x" * 5000, "quantity": "1", "unit_price": "1", "discount": "101"},),
        ({"product_id": "9" * 30, "quantity": "1", "unit_price": "1"},),
        ({"product_id": "1 OR 1=1", "quantity": "1", "unit_price": "1"},),
        ({"text": "x", "unit_price": "1", "vat_rate": "13"},),
    ],
)
def test_bad_lines_are_refused_with_a_sentence(session, at_work, mine, lines):
    answer = at_work.post("/orders/add", data=form_of(mine.id, *lines))

    assert answer.status_code == 200
    assert "data-errors" in answer.text
    assert session.scalar(select(func.count(Order.id))) == 0


def test_a_foreign_order_and_customer_do_not_exist(session, at_work, mine, foreign):
    pk = foreign.id
    for address in (
        f"/orders/show/{pk}",
        f"/orders/edit/{pk}",
        f"/orders/preview/{pk}",
        f"/orders/add?original_id={pk}",
    ):
        assert at_work.get(address).status_code == 404, address
    assert at_work.get(f"/orders/related/customer_id/{foreign.customer_id}").status_code == 404
    assert at_work.get(f"/orders/card/{foreign.customer_id}").status_code == 404
    assert at_work.get(f"/orders/add?customer_id={foreign.customer_id}").status_code == 404
    for address in (f"/orders/{pk}/move/cancel", f"/orders/delete/{pk}"):
        assert at_work.post(address).status_code == 404, address
    assert at_work.post("/orders/bulk/confirm", data={"rowid": pk}).status_code == 404
    assert foreign.number not in at_work.get("/orders/list/").text
    assert foreign.number not in at_work.get(f"/lookup/order?q={foreign.number}").text

    answer = at_work.post("/orders/add", data=form_of(foreign.customer_id, {"text": "x", "unit_price": "1"}))
    assert answer.status_code == 200
    assert "data-errors" in answer.text
    line = foreign.lines[0].id
    data = {"original_id": pk, "lines-0-original_line_id": line, "lines-0-quantity": "1"}
    assert at_work.post("/orders/add", data=data).status_code == 404
    assert session.scalar(select(func.count(Order.id))) == 1


def test_only_a_draft_offers_its_lines_for_change(session, client_as, make_order):
    office = client_as("Office Administrator")
    draft, confirmed = make_order(), make_order("confirmed")
    session.commit()

    page = office.get(f"/orders/edit/{draft.id}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert 'name="lines-0-unit_price"' in page
    data = form_of(draft.customer_id, {"text": "Work", "quantity": "3", "unit_price": "10"}, version=version)
    assert office.post(f"/orders/edit/{draft.id}", data=data).status_code == 302
    assert the_order(session) is not None
    session.refresh(draft)
    assert draft.gross == 30

    page = office.get(f"/orders/edit/{confirmed.id}").text
    assert "lines-0" not in page
    assert 'name="customer_id"' not in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    data = {"address": "苏州", "notes": "改地址", "version": version, "lines-0-text": "x", "lines-0-unit_price": "1"}
    assert office.post(f"/orders/edit/{confirmed.id}", data=data).status_code == 302
    session.refresh(confirmed)
    assert (confirmed.address, confirmed.gross) == ("苏州", 100)


def test_odd_rates_and_discounts_are_shown_exactly_and_survive_an_edit(session, client_as, make_order):
    office = client_as("Office Administrator")
    order = make_order(lines=[{"text": "租赁", "unit_price": "100", "vat_rate": "0.015", "discount": "0.125"}])
    session.commit()

    page = office.get(f"/orders/show/{order.id}").text
    assert "1.5%" in page
    assert "12.5%" in page
    page = office.get(f"/orders/edit/{order.id}").text
    assert 'value="0.0150" selected' in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    line = {"text": "租赁", "quantity": "1", "unit_price": "100", "vat_rate": "0.0150", "discount": "12.5"}
    assert (
        office.post(f"/orders/edit/{order.id}", data=form_of(order.customer_id, line, version=version)).status_code
        == 302
    )
    session.refresh(order)
    assert (order.gross, order.net) == (Decimal("87.50"), Decimal("86.21"))


def test_two_people_editing_one_draft_lose_nothing(session, client_as, make_order):
    office, order = client_as("Office Administrator"), make_order()
    session.commit()
    version = re.search(r'name="version" value="(\d+)"', office.get(f"/orders/edit/{order.id}").text)[1]
    first = form_of(order.customer_id, {"text": "A", "quantity": "1", "unit_price": "10"}, version=version)
    second = form_of(
        order.customer_id, {"text": "B", "quantity": "1", "unit_price": "20"}, version=version, notes="mine"
    )

    assert office.post(f"/orders/edit/{order.id}", data=first).status_code == 302
    answer = office.post(f"/orders/edit/{order.id}", data=second)

    assert answer.status_code == 200
    assert "mine" in answer.text
    session.refresh(order)
    assert order.gross == 10


def test_lists_are_found_filtered_and_sorted(session, client_as, make_order, make_customer):
    customer = make_customer(name="宁波恒泰鲜食有限公司")
    orders = [make_order(status, customer_id=customer.id) for status in ("draft", "confirmed", "completed")]
    session.commit()
    office = client_as("Office Administrator")

    page = office.get("/orders/list/").text
    assert all(order.number in page for order in orders)
    page = office.get("/orders/list/?_flt_0_status=confirmed").text
    assert [order.number in page for order in orders] == [False, True, False]
    page = office.get(f"/orders/list/?q={orders[2].number}").text
    assert [order.number in page for order in orders] == [False, False, True]
    assert orders[0].number not in office.get("/orders/list/?_flt_0_value=NaN").text
    for address in (
        "?_oc_OrderView=owner.password",
        "?page_OrderView=abc",
        "?_flt_0_kind=return_",
        "?_flt_0_ordered_on=2026-02-31",
    ):
        assert office.get(f"/orders/list/{address}").status_code in {200, 400}, address
    assert orders[2].number in office.get(f"/search/palette?q={orders[2].number.lower()}").text
    related = office.get(f"/orders/related/customer_id/{customer.id}").text
    assert all(order.number in related for order in orders)
    assert "svg" in office.get(f"/orders/card/{customer.id}").text


def test_amounts_in_a_list_stand_under_each_other(session, client_as, make_order):
    office = client_as("Office Administrator")
    make_order("confirmed", lines=[line("120")])
    session.commit()
    assert "¥120<" in office.get("/orders/list/").text

    make_order("confirmed", lines=[line("7.50")])
    session.commit()
    page = office.get("/orders/list/").text
    assert "¥120.00<" in page
    assert "¥7.50<" in page


@pytest.mark.parametrize(
    "address", ["list/", "list/?q=Buyer", "add", "edit/{draft}", "show/{order}", "add?original_id={order}"]
)
def test_a_page_takes_few_statements_however_many_rows(app, session, client_as, make_order, make_product, address):
    product = make_product()
    orders = [
        make_order("shipped", lines=[{"product_id": product.id, "quantity": n} for n in (1, 2, 3)]) for _n in range(8)
    ]
    draft = make_order(lines=[{"product_id": make_product().id, "quantity": 1} for _n in range(3)])
    session.commit()
    office = client_as("Office Administrator")
    path = f"/orders/{address.format(draft=draft.id, order=orders[0].id)}"
    assert office.get(path).status_code == 200

    with statements(app) as seen:
        office.get(path)

    assert len(seen) <= 10, "\n".join(seen)


@pytest.mark.parametrize(
    "address",
    [
        "/orders/list/",
        "/orders/add",
        "/orders/show/{sold}",
        "/orders/show/{back}",
        "/orders/edit/{draft}",
        "/orders/preview/{sold}",
        "/orders/add?original_id={sold}",
        "/orders/{sold}/move/complete",
        "/orders/{draft}/move/cancel",
        "/orders/card/{customer}",
        "/products/list/",
        "/products/add",
        "/products/show/{product}",
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_speaks_one_language(session, make_user, client_as, make_order, make_product, address, language):
    product = make_product(name="7", category="component", unit="unit")
    sold = make_order("shipped", lines=[{"product_id": product.id, "quantity": 1}], notes="1")
    back = make_order(original_id=sold.id, lines=[{"original_line_id": sold.lines[0].id, "quantity": 1}])
    draft = make_order(customer_id=sold.customer_id, lines=[{"product_id": product.id, "quantity": 1}])
    sold.customer.name = "8"
    keys = {"sold": sold.id, "back": back.id, "draft": draft.id, "customer": sold.customer_id, "product": product.id}
    session.commit()
    office = client_as(user=make_user("Office Administrator", language=language, first_name="1", last_name="2"))

    answer = office.get(address.format(**keys))

    assert answer.status_code == 200
    page = re.sub(r"(?s).*<main[^>]*>|</main>.*|<script.*?</script>", "", answer.text)
    words = re.findall(r">([^<>]+)<|(?:placeholder|aria-label|title)=\"([^\"]*)\"", page)
    text = " ".join(" ".join(pair) for pair in words)
    foreign = re.findall(r"[\u4e00-\u9fff]+" if language == "en" else r"(?<![\w-])[A-Za-z]{3,}", text)
    assert set(foreign) <= {"Ctrl", "Test", "System", "Excel", "csv", "xlsx"}


def test_many_orders_move_together_or_not_at_all(session, client_as, make_order):
    office = client_as("Office Administrator")
    drafts, shipped = [make_order(), make_order()], make_order("shipped")
    session.commit()

    answer = office.post("/orders/bulk/confirm", data={"rowid": [drafts[0].id, shipped.id]})
    assert answer.status_code == 302
    session.expire_all()
    assert drafts[0].status is OrderStatus.draft
    office.post("/orders/bulk/confirm", data={"rowid": [order.id for order in drafts]})
    session.expire_all()
    assert {order.status for order in drafts} == {OrderStatus.confirmed}


def test_a_double_click_makes_one_order(session, at_work, mine):
    token = re.search(r'name="_once" value="([^"]+)"', at_work.get("/orders/add").text)[1]
    data = form_of(mine.id, {"text": "x", "unit_price": "1"}, _once=token)

    first, second = at_work.post("/orders/add", data=data), at_work.post("/orders/add", data=data)

    assert first.location == second.location
    assert session.scalar(select(func.count(Order.id))) == 1


def test_orders_by_rest(session, app, client, make_user, make_customer, make_order, make_product):
    from tests.support.people import PASSWORD

    seller = make_user("Account Manager")
    customer, foreign, product = make_customer(owner_id=seller.id), make_order(), make_product(list_price="113")
    session.commit()
    signed = client.post(
        "/api/v1/security/login", json={"username": seller.username, "password": PASSWORD, "provider": "db"}
    )
    headers = {"Authorization": f"Bearer {signed.json['access_token']}"}

    def send(method, path="", **options):
        return client.open(f"/api/v1/orders/{path}", method=method, headers=headers, **options)

    entered = send("POST", json={"customer_id": customer.id, "lines": [{"product_id": product.id, "quantity": 2}]})
    assert entered.status_code == 201, entered.text
    pk, result = entered.json["id"], entered.json["result"]
    assert (result["status"], result["kind"]) == ("draft", "sale")
    assert Decimal(str(result["gross"])) == 226
    assert "cost" not in result
    assert "unit_cost" not in result["lines"][0]
    assert send("POST", f"{pk}/confirm").json["result"]["status"] == "confirmed"
    assert send("POST", f"{pk}/confirm").status_code == 409
    assert send("POST", f"{pk}/ship").status_code == 403
    assert send("PUT", f"{pk}", json={"lines": [{"text": "x", "unit_price": "1"}]}).status_code == 409
    assert send("GET", f"{foreign.id}").status_code == 404
    assert send("POST", f"{foreign.id}/confirm").status_code == 404
    refused = send("POST", json={"customer_id": customer.id, "lines": [{"text": "x", "unit_price": "NaN"}]})
    assert refused.status_code == 422
    assert "lines-0-unit_price" in refused.json["fields"]
    for body in (
        {"status": "completed"},
        {"customer_id": foreign.customer_id},
        {"lines": 5},
        {"gross": 1},
        {},
        {"kind": []},
    ):
        assert send("POST", json=body).status_code == 422, body
    assert client.get("/api/v1/orders/").status_code == 401
    listed = send("GET").json
    assert [row["id"] for row in listed["result"]] == [pk]


def test_the_command_tells_differences_and_repairs_them(app, session, make_order):
    from sqlalchemy import update

    from app.customers.models import Customer

    order = make_order("confirmed", ordered_on=local_day(utc_now()), at=utc_now())
    session.commit()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["reconcile"]).exit_code == 0
    session.execute(update(Customer).where(Customer.id == order.customer_id).values(value_12m=5))
    session.commit()

    told = runner.invoke(args=["reconcile"])
    assert told.exit_code == 1
    assert "value_12m is 5.00, should be 100.00" in told.stderr
    assert runner.invoke(args=["reconcile", "--repair"]).exit_code == 0
    assert runner.invoke(args=["reconcile"]).exit_code == 0
