"""The churn pages and the REST resource, as people meet them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.churn import services
from app.churn.models import ChurnCase, ChurnMeasure, ChurnStatus
from app.core.actors import Actor
from app.core.database import db, utc_now
from app.core.i18n import local_day
from app.customers.models import Customer, CustomerStatus
from tests.support.people import PASSWORD


@pytest.fixture
def today():
    return local_day(utc_now())


@pytest.fixture
def silent_customer(session, make_history, today):
    """``silent_customer(name=…)``: somebody who used to order every 30 days and has not for 200."""

    def make(**columns):
        days = [today - timedelta(days=200 + 30 * n) for n in range(6)]
        return make_history({day.isoformat(): "1000" for day in days}, **columns)

    return make


@pytest.fixture
def judged(session, today):
    """Judge everybody as of today, and commit."""

    def judge():
        services.judge(session, today, by=Actor.system("test"), at=utc_now())
        session.commit()

    return judge


def the_case(session, customer):
    session.expire_all()
    return session.query(ChurnCase).filter_by(customer_id=customer.id).one()


def test_a_manager_finds_postpones_and_gives_up_a_silent_customer(
    session, make_user, client_as, silent_customer, judged, today
):
    manager = make_user("Account Manager")
    customer = silent_customer(name="宁波恒泰鲜食品有限公司", owner_id=manager.id)
    judged()
    mine = client_as(user=manager)
    case = the_case(session, customer)

    page = mine.get("/churn/")
    assert "宁波恒泰鲜食品有限公司" in page.text
    assert "平常 30 天" in page.text
    panel = mine.get(f"/churn/preview/{case.id}").text
    assert "已 200 天没有下单" in panel
    assert "通常约每 30 天下单一次（共 6 笔）" in panel

    until = today + timedelta(days=14)
    data = {"measures": ["visit", "price"], "text": "降价 3%", "look_again_on": until.isoformat(), "_back": "/churn/"}
    answer = mine.post(f"/churn/{case.id}/move/postpone", data=data)
    assert (answer.status_code, answer.location) == (302, "/churn/")
    assert the_case(session, customer).status is ChurnStatus.postponed
    assert session.query(ChurnMeasure).one().measures == ["visit", "price"]
    assert "上门拜访" in mine.get("/churn/").text
    assert "上门拜访、价格优惠" in mine.get(f"/customers/show/{customer.id}").text

    mine.post(f"/churn/{case.id}/move/confirm", data={"reason": "competitor", "note": "签了别家"})
    assert the_case(session, customer).status is ChurnStatus.lost
    assert session.get(Customer, customer.id).status is CustomerStatus.lost
    shown = mine.get(f"/churn/show/{case.id}").text
    assert "转向竞争对手" in shown
    assert "签了别家" in shown


def test_a_refused_decision_comes_back_with_what_was_typed(session, make_case, client_as):
    case = make_case()
    director = client_as("Marketing Director")

    answer = director.post(f"/churn/{case.id}/move/postpone", data={"text": "我的说明", "look_again_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "我的说明" in answer.text
    assert the_case(session, session.get(Customer, case.customer_id)).status is ChurnStatus.warned


def test_somebody_elses_case_does_not_exist(session, make_case, make_user, client_as):
    case = make_case(owner_id=make_user("Account Manager").id)
    stranger = client_as("Account Manager")

    for address in (f"/churn/show/{case.id}", f"/churn/preview/{case.id}", f"/churn/{case.id}/move/confirm"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/churn/{case.id}/move/confirm", data={"reason": "price"}).status_code == 404
    bulk = stranger.post("/churn/bulk/confirm", data={"rowid": case.id, "reason": "price"})
    assert bulk.status_code == 404
    assert stranger.get("/churn/show/99999999999999999999").status_code == 404
    name = session.get(Customer, case.customer_id).name
    assert name not in stranger.get("/churn/").text
    assert name not in stranger.get("/churn/list/").text
    assert the_case(session, session.get(Customer, case.customer_id)).status is ChurnStatus.warned


@pytest.mark.parametrize("role", ["Sales Director", "Office Administrator"])
def test_a_reader_sees_the_cases_and_decides_none(session, make_case, client_as, role):
    case = make_case()
    reader = client_as(role)

    assert reader.get("/churn/").status_code == 200
    assert "move/confirm" not in reader.get(f"/churn/show/{case.id}").text
    assert reader.post(f"/churn/{case.id}/move/confirm", data={"reason": "price"}).status_code == 403


def test_a_specialist_has_no_churn_page(session, client_as):
    specialist = client_as("Service Specialist")

    assert specialist.get("/churn/").status_code in (302, 403)
    assert "/churn/" not in specialist.get("/customers/list/").text


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99999999999", "?level=%3Cscript%3E", "?who=you"])
def test_odd_addresses_are_harmless(session, make_case, client_as, query):
    make_case()

    page = client_as("Marketing Director").get(f"/churn/{query}")

    assert page.status_code == 200
    assert "<script>" not in page.text.split("<body")[1].split("</main>")[0]


def test_cases_are_sorted_by_money_and_filtered_by_level_and_owner(
    session, make_user, client_as, silent_customer, judged, make_history
):
    director = make_user("Marketing Director")
    silent_customer(name="绍兴小雨伞厂", level="A", owner_id=director.id)
    big = silent_customer(name="绍兴大桥集团", level="B")
    make_history({(utc_now() - timedelta(days=201)).date().isoformat(): "99999"}, customer=big)
    judged()
    browser = client_as(user=director)

    text = browser.get("/churn/").text
    assert text.index("绍兴大桥集团") < text.index("绍兴小雨伞厂")
    assert "绍兴大桥集团" not in browser.get("/churn/?level=A").text
    assert "绍兴大桥集团" not in browser.get("/churn/?who=me").text


def test_the_page_takes_few_statements_however_many_cases(session, client_as, silent_customer, judged, app, make_case):
    for n in range(12):
        silent_customer(name=f"Silent {n}")
    judged()
    make_case("postponed")
    director = client_as("Marketing Director")
    director.get("/churn/")
    seen = []
    with app.app_context():
        engine = db.engine

    def listener(*args):
        seen.append(args[2])

    event.listen(engine, "before_cursor_execute", listener)
    try:
        director.get("/churn/")
    finally:
        event.remove(engine, "before_cursor_execute", listener)

    selects = [statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]
    assert len(selects) <= 10, "\n".join(selects)


def test_the_page_of_a_case_says_what_is_known(session, silent_customer, judged, client_as, make_user):
    from app.service.models import ServiceRequest

    customer = silent_customer()
    since = utc_now() - timedelta(days=3)
    request = {"number": "FW-1", "type": "complaint", "text": "溢胶", "received_at": since, "custom": {}}
    session.add(ServiceRequest(customer_id=customer.id, **request))
    judged()

    page = client_as("Marketing Director").get(f"/churn/show/{the_case(session, customer).id}").text

    assert f"有一宗投诉自 {local_day(since).isoformat()} 起尚未办结" in page
    assert "近 12 个月订单额 ¥6,000" in page


def test_sums_over_very_many_cases_come_after_the_page(session, silent_customer, judged, client_as, monkeypatch):
    monkeypatch.setattr("app.churn.queries.MANY", 1)
    silent_customer(level="A")
    judged()
    director = client_as("Marketing Director")

    page, part = director.get("/churn/").text, director.get("/churn/figures").text

    assert "其中 A 级 1" not in page
    assert "/churn/figures" in page
    assert "其中 A 级 1" in part


def test_a_customers_page_says_how_the_customer_is(session, make_user, client_as, silent_customer, judged):
    manager = make_user("Account Manager")
    customer = silent_customer(owner_id=manager.id)
    judged()
    case = the_case(session, customer)

    page = client_as(user=manager).get(f"/customers/show/{customer.id}").text

    assert "通常约每 30 天下单一次" in page
    assert f"/churn/show/{case.id}" in page
    assert "流失预警：已 200 天没有下单" in page


def test_the_command_prints_one_line_of_json(session, app, silent_customer, make_history, today):
    silent_customer()
    make_history({today.isoformat(): "5"})
    session.commit()

    first = app.test_cli_runner().invoke(args=["churn", "judge", "--asof", today.isoformat()])
    second = app.test_cli_runner().invoke(args=["churn", "judge"])

    assert first.output == '{"customers": 2, "judged": 2, "warned": 1, "already_open": 0}\n'
    assert second.output == '{"customers": 2, "judged": 2, "warned": 0, "already_open": 1}\n'
    assert app.test_cli_runner().invoke(args=["churn", "judge", "--asof", "2026-02-31"]).exit_code == 2


@pytest.fixture
def api_as(session, make_user, client):
    """``api_as(user)``: a function that sends requests in their name."""

    def sign_in(user):
        session.commit()
        login = {"username": user.username, "password": PASSWORD, "provider": "db"}
        token = client.post("/api/v1/security/login", json=login).json["access_token"]

        def send(method, path="", **options):
            headers = {"Authorization": f"Bearer {token}"}
            return client.open(f"/api/v1/churn-cases/{path}", method=method, headers=headers, **options)

        return send

    return sign_in


def test_rest_follows_the_same_rules(session, make_case, make_user, api_as, today):
    manager = make_user("Account Manager")
    case, other = make_case(owner_id=manager.id), make_case(owner_id=make_user("Account Manager").id)
    send = api_as(manager)

    listed = send("GET").json
    assert [row["id"] for row in listed["result"]] == [case.id]
    assert listed["result"][0]["status"] == "warned"
    assert send("GET", f"{other.id}").status_code == 404
    assert send("POST", f"{other.id}/confirm", json={"reason": "price"}).status_code == 404
    assert send("POST", f"{case.id}/confirm", json={}).status_code == 422
    assert send("POST", f"{case.id}/postpone", json={"measures": "visit"}).status_code == 422
    later = (today + timedelta(days=3)).isoformat()
    moved = send("POST", f"{case.id}/postpone", json={"measures": ["visit"], "look_again_on": later})
    assert (moved.status_code, moved.json["result"]["status"]) == (200, "postponed")
    assert send("POST", f"{case.id}/recover", json={"note": "又下单了"}).json["result"]["status"] == "recovered"
    assert send("POST", f"{case.id}/confirm", json={"reason": "price"}).status_code == 409
    assert send("POST", json={"customer_id": 1}).status_code in (404, 405)
    assert send("DELETE", f"{case.id}").status_code in (404, 405)
