"""The page of a customer, as the people who work with it meet it."""

from __future__ import annotations

import dataclasses
import re

import pytest

from app.core.actors import acting_as
from app.customers import services
from app.customers.changes import changes
from tests.support.customers import NOW, make_customer
from tests.support.orders import make_order, statements, system

__all__ = ["make_order", "system"]


@pytest.fixture
def lin(make_user):
    return make_user("Account Manager", first_name="晓梅", last_name="林")


@pytest.fixture
def at_work(lin, client_as):
    return client_as(user=lin)


@pytest.fixture
def mine(session, lin, make_actor):
    customer = make_customer(by=make_actor(user=lin), name="宁波恒泰鲜食有限公司", phone="0574-87653321", credit=3)
    session.commit()
    return customer


@pytest.fixture
def foreign(session, make_actor):
    customer = make_customer(by=make_actor("Account Manager"))
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
