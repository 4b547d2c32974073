"""The page of a customer, as the people who work with it meet it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from html import unescape

import pytest

from app.core import timeline
from app.core.actors import acting_as
from app.core.database import utc_now
from app.core.i18n import local_day
from app.customers import panels, services
from app.customers.changes import changes
from app.customers.models import AccessReason
from app.service.models import ServiceRequest
from tests.support.customers import NOW
from tests.support.customers import make_customer as entered
from tests.support.orders import line, make_customer, make_order, statements, system

__all__ = ["make_customer", "make_order", "system"]


@pytest.fixture
def lin(make_user):
    return make_user("Account Manager", first_name="晓梅", last_name="林")


@pytest.fixture
def at_work(lin, client_as):
    return client_as(user=lin)


@pytest.fixture
def mine(session, lin, make_actor):
    customer = entered(by=make_actor(user=lin), name="宁波恒泰鲜食有限公司", phone="0574-87653321", credit=3)
    session.commit()
    return customer


@pytest.fixture
def foreign(session, make_actor):
    customer = entered(by=make_actor("Account Manager"))
    session.commit()
    return customer


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- changes ---


def test_the_changes_say_who_changed_what_with_private_values_masked(session, app, lin, at_work, mine, make_actor):
    by = make_actor(user=lin)
    contact = services.create_contact(
        {"customer_id": mine.id, "name": "王建平", "mobile": "13812345678"}, by=by, at=NOW
    )
    services.update_contact(contact, {"title": "采购经理"}, by=by, at=NOW)
    services.update_customer(mine, {"credit": 4, "phone": "0574-87659999"}, by=by, at=NOW)
    session.commit()
    path = f"/customers/{mine.id}/changes"
    at_work.get(path)

    with statements(app) as seen:
        told = text_of(at_work.get(path).text)

    assert f"/customers/{mine.id}/changes" in at_work.get(f"/customers/show/{mine.id}").text
    assert "信用 3 → 4" in told
    assert "联系人 王建平" in told
    assert "采购经理" in told
    assert lin.name in told
    assert "0574-****9999" in told
    for private in ("87653321", "87659999", "13812345678"):
        assert private not in told
    assert told.index("信用 3 → 4") < told.index("采购经理")  # the newest first
    assert len(seen) <= 4, "\n".join(seen)


def test_changes_are_read_in_portions(session, lin, at_work, mine, make_actor):
    for step in range(40):
        services.update_customer(mine, {"notes": f"第{step}版说明"}, by=make_actor(user=lin), at=NOW)
    session.commit()

    first = at_work.get(f"/customers/{mine.id}/changes").text
    more = re.search(r'hx-get="([^"]+)"', first)
    assert more is not None
    second = at_work.get(more[1]).text

    assert "第39版说明" in first
    assert "第5版说明" not in first
    assert "第5版说明" in second
    assert "<table" not in second


def test_the_changes_of_customers_out_of_reach_do_not_exist(at_work, foreign, mine):
    assert at_work.get(f"/customers/{foreign.id}/changes").status_code == 404
    assert at_work.get("/customers/999999999999999999999/changes").status_code == 404
    assert at_work.get(f"/customers/{mine.id}/changes?before=x").status_code == 200


def test_the_changes_of_contacts_one_may_not_see_are_left_out(session, app, lin, mine, make_actor):
    contact = services.create_contact({"customer_id": mine.id, "name": "王建平"}, by=make_actor(user=lin), at=NOW)
    kept = {entry.kind for entry in changes(session, mine.id)}
    blind = dataclasses.replace(make_actor(user=lin), rights=frozenset({"customer.see"}))

    with acting_as(blind):
        seen = {entry.kind for entry in changes(session, mine.id)}
    services.delete_contact(contact, by=make_actor(user=lin), at=NOW)

    assert kept == {"customer", "contact"}
    assert seen == {"customer"}


def test_looks_at_private_fields_stay_in_the_log_of_administrators(session, at_work, mine):
    assert at_work.post(f"/customers/{mine.id}/private/phone").json == {"value": "0574-87653321"}

    assert "查看" not in text_of(at_work.get(f"/customers/{mine.id}/changes").text)


# --- figures ---


def test_each_figure_opens_the_rows_it_counts(session, app, lin, at_work, mine, make_order, make_actor):
    now = utc_now()
    for amount, back in (("100", 30), ("200", 300), ("400", 400)):
        day = local_day(now) - timedelta(days=back)
        make_order("confirmed", at=now, customer_id=mine.id, ordered_on=day, lines=[line(amount)])
    make_order("draft", at=now, customer_id=mine.id, ordered_on=local_day(now), lines=[line("999")])
    plan = services.create_plan(
        {"customer_id": mine.id, "what": "寄样品", "due_at": NOW, "kind": "phone"}, by=make_actor(user=lin), at=NOW
    )
    session.commit()
    path = f"/customers/show/{mine.id}"
    at_work.get(path)

    with statements(app) as seen:
        html = at_work.get(path).text

    strip = html[html.index('<dl class="kpis') : html.index("</dl>", html.index('<dl class="kpis'))]
    links = [unescape(url) for url in re.findall(r'<a class="drill" href="([^"]+)"', strip)]
    told = text_of(strip)
    assert "\N{MINUS SIGN}25%" in told
    assert "前 12 个月：1" in told
    orders = at_work.get(links[0]).text
    assert len(set(re.findall(r"/orders/show/(\d+)", orders))) == 2
    assert len(set(re.findall(r"/orders/show/(\d+)", at_work.get(links[1]).text))) == 2
    assert len(set(re.findall(r"/orders/show/(\d+)", at_work.get(links[2]).text))) == 1
    assert links[-1] == f"/plans/show/{plan.id}"
    assert len(seen) <= 10, "\n".join(seen)


def test_a_figure_has_no_link_to_rows_one_may_not_see(app, lin, mine, make_actor):
    mine.satisfaction = 4
    clerk = make_actor(user=lin)
    blind = dataclasses.replace(clerk, rights=frozenset({"customer.see_own"}))

    with app.test_request_context():
        assert set(panels.figures(mine, clerk)) >= {"value_12m", "orders_12m", "satisfaction"}
        assert panels.figures(mine, blind) == {}


# --- timeline ---


def test_the_timeline_is_searched_in_what_was_written(session, lin, at_work, mine, make_actor):
    by = make_actor(user=lin)
    for content in ("改胶样品试贴没有溢胶", "报价 100%_已发", "Follow the OFFER"):
        services.create_follow_up({"customer_id": mine.id, "kind": "phone", "content": content}, by=by, at=NOW)
    session.commit()

    def found(words: str) -> str:
        return text_of(at_work.get(f"/customers/{mine.id}/timeline", query_string={"words": words}).text)

    assert "溢胶" in found("溢胶")
    assert "报价" not in found("溢胶")
    assert "OFFER" in found("offer")
    assert "已发" in found("100%_")
    for nothing in ("content", "kind", "0%已"):
        assert "OFFER" not in found(nothing)
    assert "溢胶" in text_of(at_work.get(f"/customers/show/{mine.id}?words=溢胶").text)


def test_a_search_in_the_timeline_tells_nothing_one_may_not_see(session, mine, make_user, client_as):
    helper = make_user("Service Specialist")
    services.grant_access(session, mine.id, helper.id, AccessReason.service_request)
    timeline.tell(session, mine.id, "opportunity.create", NOW, record_id=1, title="绝密年框")
    session.commit()
    browser = client_as(user=helper)

    assert browser.get(f"/customers/{mine.id}/timeline").status_code == 200
    assert "年框" not in browser.get(f"/customers/{mine.id}/timeline?words=绝密").text


def test_a_follow_up_answers_with_the_parts_that_changed(session, lin, at_work, mine, make_actor):
    overdue = services.create_plan(
        {"customer_id": mine.id, "what": "寄样品", "due_at": NOW, "kind": "phone"}, by=make_actor(user=lin), at=NOW
    )
    session.commit()
    typed = {"kind": "visit", "content": "样品合格", "next_what": "谈价格", "next_on": "2099-01-05"}
    path = f"/customers/{mine.id}/follow-up"
    script = {"X-Requested-With": "fetch"}

    refused = at_work.post(path, data={**typed, "content": ""}, headers=script)
    answer = at_work.post(path, data={**typed, "complete_plan": overdue.id}, headers=script)

    assert refused.status_code == 422
    assert refused.json["message"]
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert re.findall(r'id="(follow-up|timeline|plans-card)"', answer.text) == ["follow-up", "timeline", "plans-card"]
    told = text_of(answer.text)
    assert "样品合格" in told
    assert "谈价格" in text_of(answer.text[answer.text.index('id="plans-card"') :])
    assert "寄样品" not in text_of(answer.text[answer.text.index('id="plans-card"') :])
    assert "2099-01-05" in told[told.index("下次计划") :]
    assert at_work.post(path, data=typed).location.endswith(f"/customers/show/{mine.id}")


def test_the_parts_of_a_customer_out_of_reach_do_not_exist(at_work, foreign):
    for part in ("timeline", "plans-card"):
        assert at_work.get(f"/customers/{foreign.id}/{part}").status_code == 404
    assert at_work.post(f"/customers/{foreign.id}/follow-up", headers={"X-Requested-With": "fetch"}).status_code == 404


def test_the_tabs_are_counted_as_far_as_one_may_see(session, app, lin, at_work, mine, foreign, make_order, make_actor):
    services.create_contact({"customer_id": mine.id, "name": "王建平"}, by=make_actor(user=lin), at=NOW)
    for customer in (mine, mine, foreign):
        make_order("draft", customer_id=customer.id)
    session.commit()
    at_work.get(f"/customers/{mine.id}/tab-counts")

    with statements(app) as seen:
        found = at_work.get(f"/customers/{mine.id}/tab-counts").json

    assert found == {
        "contacts": "1", "follow-ups": "0", "plans": "0", "opportunities": "0", "orders": "2", "service-requests": "0", "churn": "0",
    }  # fmt: skip
    assert len(seen) <= 3, "\n".join(seen)
    assert at_work.get(f"/customers/{foreign.id}/tab-counts").status_code == 404


# --- facts and people ---


def test_what_is_masked_is_not_hidden_in_a_button_either(session, lin, at_work, mine, make_actor):
    by = make_actor(user=lin)
    services.update_customer(
        mine, {"address": "宁波市海曙区望春路 88 号", "email": "wang@hengtai.example"}, by=by, at=NOW
    )
    contact = {"customer_id": mine.id, "name": "王建平", "mobile": "13812345678", "decision_role": "decides"}
    services.create_contact(contact, by=by, at=NOW)
    session.commit()

    html = at_work.get(f"/customers/show/{mine.id}").text

    assert 'data-copy="宁波市海曙区望春路 88 号"' in html
    assert 'data-scheme="tel"' in html
    assert 'data-scheme="mailto"' in html
    for private in ("87653321", "wang@hengtai.example", "13812345678"):
        assert private not in html
    assert "决策人" in text_of(html[html.index("王建平") :])


def test_the_last_five_ratings_stand_as_marks_that_open_their_requests(session, lin, at_work, mine, foreign):
    for number, rating in enumerate((1, 5, 4, 3, 2, 5)):
        request = ServiceRequest(
            number=f"FW-T-{number}", customer_id=mine.id, type="complaint", text="标签溢胶", satisfaction=rating,
            received_at=NOW, reviewed_at=NOW + timedelta(hours=number),
        )  # fmt: skip
        session.add(request)
    session.commit()

    html = at_work.get(f"/customer-service/{mine.id}").text

    assert re.findall(r"<b>(\d)</b>", html) == ["5", "4", "3", "2", "5"]
    assert len(re.findall(r'href="/[\w-]+/show/\d+"', html)) == 5
    assert at_work.get(f"/customer-service/{foreign.id}").status_code == 404
