"""Customers and what people record about them, as a program reads and writes them."""

from __future__ import annotations

import prison
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.accounts.queries import rights_of_role
from app.accounts.services.roles import set_rights
from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.errors import NotAllowed
from app.customers import services
from app.customers.models import Customer
from tests.support.customers import NOW, make_customer
from tests.support.people import PASSWORD


@pytest.fixture
def api_as(app, session, client):
    """``api_as(user)``: a function that sends requests in their name."""

    def sign_in(user):
        session.commit()
        credentials = {"username": user.username, "password": PASSWORD, "provider": "db"}
        token = client.post("/api/v1/security/login", json=credentials).json["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return lambda method, path, **options: client.open(f"/api/v1/{path}", method=method, headers=headers, **options)

    return sign_in


@pytest.fixture
def director(make_user):
    return make_user("Marketing Director")


@pytest.fixture
def as_director(api_as, director):
    return api_as(director)


def filtered(column, operator, value):
    return {"q": prison.dumps({"filters": [{"col": column, "opr": operator, "value": value}]})}


def test_a_customer_is_read_with_tags_and_colleagues_it_is_shared_with(session, manager, make_user, as_director):
    colleague = make_user("Account Manager")
    with acting_as(manager, session):
        customer = make_customer(by=manager, tags=["重点", "冷链"])
        services.share(customer, [colleague.id], by=manager, at=NOW)
    make_customer(by=manager)
    session.commit()

    one = as_director("GET", f"customers/{customer.id}").json["result"]
    listed = {row["id"]: row for row in as_director("GET", "customers/").json["result"]}
    named = as_director("GET", "customers/", query_string={"q": prison.dumps({"columns": ["code"]})}).json["result"]

    assert (one["tags"], one["collaborators"]) == (["冷链", "重点"], [colleague.id])
    assert sorted(row["tags"] for row in listed.values()) == [[], ["冷链", "重点"]]
    assert {tuple(row) for row in named} == {("code",)}


def test_a_customer_like_another_is_saved_when_the_program_says_so(session, manager, as_director):
    make_customer(by=manager, name="宁波恒泰鲜食有限公司", phone="0574-87653321")
    session.commit()
    like = {
        "name": "恒泰鲜食（宁波）有限公司",
        "phone": "0574-87653321",
        "kind": "company",
        "owner_id": manager.user_id,
    }

    refused = as_director("POST", "customers/", json=like)
    saved = as_director("POST", "customers/", json={**like, "save_anyway": True})

    assert refused.status_code == 422
    assert "宁波恒泰鲜食有限公司" in refused.json["message"]
    assert (saved.status_code, saved.json["result"]["owner_id"]) == (201, manager.user_id)


@pytest.mark.parametrize("field", ["owner_id", "save_anyway"])
def test_what_is_said_of_a_new_customer_only_is_refused_at_its_field_later(session, manager, as_director, field):
    customer = make_customer(by=manager)
    session.commit()

    refused = as_director("PUT", f"customers/{customer.id}", json={field: 1})

    assert refused.status_code == 422
    assert list(refused.json["fields"]) == [field]
    session.expire_all()
    assert session.scalars(select(Customer.owner_id)).one() == manager.user_id


@pytest.mark.parametrize("at", ["2026-11-20T02:30:00+00:00", "2026-11-20T02:30:00Z", "2026-11-20T10:30:00.000+08:00"])
def test_a_moment_is_taken_as_it_is_answered(session, manager, as_director, at):
    customer = make_customer(by=manager)
    session.commit()
    told = {"customer_id": customer.id, "kind": "phone", "at": at, "content": "谈了明年的用量"}

    entered = as_director("POST", "follow-ups/", json=told).json["result"]
    again = as_director("PUT", f"follow-ups/{entered['id']}", json={"at": entered["at"]})

    assert entered["at"] == "2026-11-20T02:30:00+00:00"
    assert (again.status_code, again.json["result"]["at"]) == (200, entered["at"])


def test_a_program_asks_for_what_changed_since_a_moment(session, manager, as_director):
    early, late = make_customer(by=manager), make_customer(by=manager)
    session.commit()
    late.notes = "改过"
    session.commit()
    since = as_director("GET", f"customers/{late.id}").json["result"]["changed_at"]

    def found(operator, value):
        answer = as_director("GET", "customers/", query_string=filtered("changed_at", operator, value))
        return answer.status_code, set(answer.json.get("ids", ()))

    assert found("gte", since) == (200, {late.id})
    assert found("eq", since) == (200, {late.id})
    assert found("lte", since) == (200, {early.id, late.id})
    assert found("gte", since[:10]) == (200, {early.id, late.id})


@pytest.mark.parametrize(
    ("column", "value"),
    [("changed_at", "yesterday"), ("changed_at", "2026-02-30T10:00:00Z"), ("value_12m", "viel"), ("status", "old")],
)
def test_a_filter_that_cannot_be_read_is_refused_with_a_sentence(as_director, column, value):
    refused = as_director("GET", "customers/", query_string=filtered(column, "eq", value))

    assert refused.status_code == 400
    assert column in refused.json["message"]


def test_a_plan_is_put_off_finished_and_reopened_by_a_program(session, manager, as_director):
    customer = make_customer(by=manager)
    session.commit()
    given = {"customer_id": customer.id, "what": "寄样品", "kind": "visit", "due_at": "2026-12-01T09:00:00+08:00"}
    pk = as_director("POST", "plans/", json=given).json["id"]

    no_day = as_director("POST", f"plans/{pk}/postpone", json={})
    later = as_director("POST", f"plans/{pk}/postpone", json={"due_at": "2026-12-03T01:00:00Z"})
    done = as_director("POST", f"plans/{pk}/finish", json={"result": "样品已签收"})
    too_late = as_director("POST", f"plans/{pk}/postpone", json={"due_at": "2026-12-04"})
    again = as_director("POST", f"plans/{pk}/reopen")
    unknown = as_director("POST", f"plans/{pk}/win")

    assert (no_day.status_code, list(no_day.json["fields"])) == (422, ["due_at"])
    assert later.json["result"]["due_at"] == "2026-12-03T01:00:00+00:00"
    assert done.json["result"]["result"] == "样品已签收"
    assert done.json["result"]["done_at"] is not None
    assert too_late.status_code == 409
    assert (again.status_code, again.json["result"]["done_at"]) == (200, None)
    assert unknown.status_code == 404


def test_a_plan_is_finished_only_by_who_may(session, manager, api_as, make_user):
    with acting_as(manager, session):
        customer = make_customer(by=manager)
        given = {"customer_id": customer.id, "what": "回访", "due_at": NOW}
        plan = services.create_plan(given, by=manager, at=NOW)
    as_reader, as_specialist = api_as(make_user("Sales Director")), api_as(make_user("Service Specialist"))

    assert as_reader("POST", f"plans/{plan.id}/finish").status_code == 403
    assert as_specialist("POST", f"plans/{plan.id}/finish").status_code == 404


PRIVATE = {
    "customers": {
        "phone": "0574-88883321",
        "fax": "0574-88883322",
        "email": "wangjianping@hengtai.example.com",
        "bank_account": "6222021234567890128",
    },
    "contacts": {
        "mobile": "13912345678",
        "phone": "0574-88883329",
        "email": "zhouting@hengtai.example.com",
        "wechat": "zhouting-hengtai",
    },
}


@pytest.mark.parametrize("resource", PRIVATE)
def test_private_fields_are_masked_in_every_answer_and_shown_one_by_one(session, manager, api_as, make_user, resource):
    user = make_user("Account Manager")
    send, fields = api_as(user), PRIVATE[resource]
    with acting_as(manager, session):
        owner = make_customer(by=manager)
        services.share(owner, [user.id], by=manager, at=NOW)
    session.commit()
    about = {"customer_id": owner.id, "name": "周婷"} if resource == "contacts" else {"name": "宁波恒泰鲜食有限公司"}

    made = send("POST", f"{resource}/", json=about | fields)
    pk = made.json["id"]
    answers = [
        made,
        send("GET", f"{resource}/{pk}"),
        send("GET", f"{resource}/"),
        send("GET", f"{resource}/", query_string={"q": prison.dumps({"columns": [*fields]})}),
        send("GET", f"{resource}/{pk}", query_string={"q": prison.dumps({"columns": [*fields]})}),
        send("PUT", f"{resource}/{pk}", json={"notes" if resource == "customers" else "title": "好说话"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 200]
    shown = answers[1].json["result"]

    assert [value for value in fields.values() for answer in answers if value in answer.text] == []
    assert all(shown[name] and "*" in shown[name] for name in fields)
    for name, value in fields.items():
        looked = send("POST", f"{resource}/{pk}/private/{name}")
        assert (looked.status_code, looked.json["value"]) == (200, value)
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "look", AuditEntry.actor_id == user.id)).all()
    assert [(look.record_id, *look.changes) for look in looks] == [(pk, name) for name in fields]
    assert send("POST", f"{resource}/{pk}/private/name").status_code == 404


def test_without_the_right_nobody_looks_at_a_private_field(session, manager, api_as, make_user, as_director):
    phone = PRIVATE["customers"]["phone"]
    customer = make_customer(by=manager, phone=phone)
    role = session.scalars(select(Role).where(Role.name == "Marketing Director")).one()
    rights = rights_of_role(session, role.id) - {"customer.see_private"}
    set_rights(role, rights, by=Actor.system("test"), at=NOW)
    session.commit()

    answer = as_director("POST", f"customers/{customer.id}/private/phone")

    assert answer.status_code == 403
    assert phone not in answer.text


def test_the_rule_itself_asks_for_the_right(session, manager):
    customer = make_customer(by=manager, phone=PRIVATE["customers"]["phone"])

    with pytest.raises(NotAllowed):
        services.show_private(customer, "phone", by=Actor(user_id=manager.user_id, name="x"), at=NOW)
