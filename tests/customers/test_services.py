"""Customers, contacts, follow-ups and plans keep what they promise."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import search, timeline
from app.core.actors import acting_as
from app.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from app.customers import services
from app.customers.models import Contact, Customer, CustomerKey, CustomerStatus, FollowUp, Plan
from app.customers.services import LooksLikeAnother
from tests.support.customers import NOW, make_customer

USCC = "91330203MA2GX07R41"


def test_a_new_customer_is_a_prospect_of_whoever_enters_it(session, manager):
    customer = make_customer(
        by=manager, name=" 宁波恒泰鲜食品有限公司 ", uscc=USCC.lower(), phone="138 1234 5678", tags=["冷链"]
    )

    assert customer.status is CustomerStatus.prospect
    assert (customer.owner_id, customer.name, customer.uscc) == (manager.user_id, "宁波恒泰鲜食品有限公司", USCC)
    assert (customer.phone, customer.region) == ("13812345678", "330203")
    assert customer.code.startswith("KH-")
    assert services.tags_of(session, customer.id) == ["冷链"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "字" * 201),
        ("uscc", "91330203MA2GX07R42"),
        ("uscc", "123"),
        ("phone", "1386712345"),
        ("email", "nobody"),
        ("postcode", "12"),
        ("website", "javascript:alert(1)"),
        ("level", "no such level"),
        ("industry", "'; drop table customer; --"),
        ("credit", 6),
        ("staff", -1),
        ("staff", "NaN"),
        ("registered_capital", "1e309"),
        ("registered_capital", "NaN"),
        ("annual_revenue", -1),
        ("region", "999999"),
        ("kind", "robot"),
        ("parent_id", 10**30),
        ("tags", ["长" * 41]),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(session, manager, field, value):
    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        make_customer(by=manager, **{field: value})

    assert list(refusal.value.fields) == [field]
    assert session.scalar(select(func.count()).select_from(Customer)) == 0


@pytest.mark.parametrize("field", ["owner_id", "status", "value_12m", "orders_12m", "last_order_on", "id", "code"])
def test_owner_status_and_roll_ups_cannot_be_typed(manager, field):
    with pytest.raises(Invalid):
        make_customer(by=manager, **{field: 1})


@pytest.mark.parametrize("role", ["Admin", "Office Administrator", "Marketing Director"])
def test_who_sees_all_customers_chooses_who_is_responsible_for_a_new_one(session, make_actor, manager, role):
    by = make_actor(role)

    with acting_as(by, session):
        given = make_customer(by=by, owner_id=manager.user_id)
        nobodys = make_customer(by=by)

    assert (given.owner_id, nobodys.owner_id) == (manager.user_id, None)


def test_others_are_responsible_for_what_they_enter(session, make_actor, manager):
    other = make_actor("Account Manager")

    with acting_as(manager, session):
        own = make_customer(by=manager, owner_id=manager.user_id)
        with pytest.raises(Invalid) as refusal:
            make_customer(by=manager, owner_id=other.user_id)

    assert own.owner_id == manager.user_id
    assert list(refusal.value.fields) == ["owner_id"]


@pytest.mark.parametrize("owner", ["left", 10**30, -1, "x", True])
def test_a_new_customer_is_given_to_nobody_who_is_not_there(session, make_actor, make_user, owner):
    by, leaver = make_actor("Marketing Director"), make_user("Account Manager")
    leaver.active = False
    session.flush()

    with acting_as(by, session), pytest.raises(Invalid) as refusal:
        make_customer(by=by, owner_id=leaver.id if owner == "left" else owner)

    assert list(refusal.value.fields) == ["owner_id"]


def test_the_form_of_a_new_customer_asks_directors_who_is_responsible(session, manager, make_user, client_as):
    session.commit()
    director, other = client_as("Marketing Director"), client_as("Account Manager")

    assert 'name="owner_id"' in director.get("/customers/add").text
    assert 'name="owner_id"' not in other.get("/customers/add").text
    director.post(
        "/customers/add", data={"name": "苏州新港包装有限公司", "kind": "company", "owner_id": manager.user_id}
    )

    customer = session.scalars(select(Customer)).one()
    assert customer.owner_id == manager.user_id
    assert 'name="owner_id"' not in director.get(f"/customers/edit/{customer.id}").text


def test_a_credit_code_belongs_to_one_customer_whoever_sees_it(session, make_actor, manager):
    other = make_actor("Account Manager", first_name="三", last_name="张")
    make_customer(by=other, uscc=USCC)

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        make_customer(by=manager, uscc=USCC)

    assert "张三" in str(refusal.value.fields["uscc"])


def test_a_deleted_customer_frees_its_credit_code_until_it_is_restored(session, manager):
    first = make_customer(by=manager, uscc=USCC)
    with acting_as(manager, session):
        services.delete_customer(first, by=manager, at=NOW)
    make_customer(by=manager, uscc=USCC)

    with acting_as(manager, session), pytest.raises(Invalid):
        services.restore_customer(first.id, by=manager, at=NOW)


def test_one_like_it_is_shown_before_it_is_saved(session, make_actor, manager):
    other = make_actor("Account Manager", first_name="四", last_name="李")
    make_customer(by=other, name="北京云杉科技有限公司")

    with acting_as(manager, session), pytest.raises(LooksLikeAnother) as refusal:
        services.create_customer({"name": "云杉科技（北京）有限责任公司"}, by=manager, at=NOW)

    hit = refusal.value.hits[0]
    assert (hit.name, hit.owner_name, hit.visible) == ("北京云杉科技有限公司", "李四", False)
    with acting_as(manager, session):
        saved = services.create_customer({"name": "云杉科技（北京）有限责任公司"}, by=manager, at=NOW, save_anyway=True)
    assert saved.id


def test_the_same_phone_is_a_reason_too(session, manager):
    make_customer(by=manager, name="苏州锦帆电子商务有限公司", phone="0512-66881234")

    with acting_as(manager, session), pytest.raises(LooksLikeAnother):
        services.create_customer({"name": "锦帆商贸有限公司", "phone": "0512 6688 1234"}, by=manager, at=NOW)


@pytest.mark.parametrize("words", ["恒泰", "hengtai", "nbht", "htx", "KH-", "王建平", "13812345678", "宁波恒泰鲜"])
def test_a_customer_is_found_by_name_pinyin_initials_contact_and_phone(session, manager, words):
    customer = make_customer(by=manager, name="宁波恒泰鲜食品有限公司", phone="13812345678")
    with acting_as(manager, session):
        services.create_contact({"customer_id": customer.id, "name": "王建平"}, by=manager, at=NOW)
        found = session.scalars(
            select(Customer.id).where(Customer.id.in_(search.matching_ids("customer", words)))
        ).all()

    assert found == [customer.id]


def test_a_renamed_customer_is_no_longer_found_by_its_old_name(session, manager):
    customer = make_customer(by=manager, name="宁波恒泰鲜食品有限公司")
    with acting_as(manager, session):
        services.update_customer(customer, {"name": "舟山远洋水产有限公司"}, by=manager, at=NOW)

    assert session.scalars(search.matching_ids("customer", "恒泰")).all() == []
    keys = session.scalars(select(CustomerKey.key).where(CustomerKey.customer_id == customer.id)).all()
    assert keys
    assert not any("恒泰" in key for key in keys)


def test_deleting_takes_the_contacts_along_and_restoring_brings_them_back(session, manager):
    customer = make_customer(by=manager)
    with acting_as(manager, session):
        gone = services.create_contact({"customer_id": customer.id, "name": "早已离职"}, by=manager, at=NOW)
        services.delete_contact(gone, by=manager, at=NOW - timedelta(days=9))
        services.create_contact({"customer_id": customer.id, "name": "王建平"}, by=manager, at=NOW)
        services.delete_customer(customer, by=manager, at=NOW)
        assert session.scalars(select(Contact)).all() == []
        services.restore_customer(customer.id, by=manager, at=NOW)

        assert [contact.name for contact in session.scalars(select(Contact))] == ["王建平"]


def test_only_one_contact_is_the_primary_one(session, manager):
    customer = make_customer(by=manager)
    with acting_as(manager, session):
        first = services.create_contact({"customer_id": customer.id, "name": "第一位"}, by=manager, at=NOW)
        second = services.create_contact({"customer_id": customer.id, "name": "第二位"}, by=manager, at=NOW)
        assert (first.is_primary, second.is_primary) == (True, False)

        services.update_contact(second, {"is_primary": True}, by=manager, at=NOW)

    assert (first.is_primary, second.is_primary) == (False, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("birthday", "2026-02-31"), ("birthday", "2999-01-01"), ("mobile", "12"), ("email", "@"), ("consent", ["fax"])],
)
def test_a_contact_is_checked_as_well(session, manager, field, value):
    customer = make_customer(by=manager)

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        services.create_contact({"customer_id": customer.id, "name": "王", field: value}, by=manager, at=NOW)

    assert field in refusal.value.fields


def test_a_follow_up_and_its_next_plan_are_saved_together_or_not_at_all(session, manager):
    customer = make_customer(by=manager)
    session.commit()
    values = {"customer_id": customer.id, "kind": "phone", "content": "改胶样品试贴 5 天没有溢胶。\n下周补单。"}

    with acting_as(manager, session):
        with pytest.raises(Invalid):
            services.create_follow_up(values, by=manager, at=NOW, next_plan={"what": "", "due_at": NOW})
        session.rollback()
        assert session.scalars(select(FollowUp)).all() == []

        saved = services.create_follow_up(
            values, by=manager, at=NOW, next_plan={"what": "确认补单数量", "due_at": NOW + timedelta(days=2)}
        )
        plan = session.scalars(select(Plan)).one()

    session.refresh(customer)
    assert saved.summary == "改胶样品试贴 5 天没有溢胶。"
    assert (plan.owner_id, plan.customer_id) == (manager.user_id, customer.id)
    assert (customer.last_contact_at, customer.next_plan_at) == (NOW, plan.due_at)


def test_last_contact_and_next_plan_follow_every_change(session, manager):
    customer = make_customer(by=manager)
    early, late = NOW - timedelta(days=5), NOW - timedelta(days=1)
    with acting_as(manager, session):
        make = lambda at: services.create_follow_up(  # noqa: E731 - two of the same
            {"customer_id": customer.id, "kind": "visit", "summary": "拜访", "at": at}, by=manager, at=NOW
        )
        make(early)
        newest = make(late)
        plan = services.create_plan({"customer_id": customer.id, "what": "回电", "due_at": NOW}, by=manager, at=NOW)
        services.delete_follow_up(newest, by=manager, at=NOW)
        services.postpone_plan(plan, NOW + timedelta(days=3), by=manager, at=NOW)
        session.refresh(customer)
        assert (customer.last_contact_at, customer.next_plan_at) == (early, NOW + timedelta(days=3))

        services.finish_plan(plan, by=manager, at=NOW)
        session.refresh(customer)
        assert customer.next_plan_at is None
        with pytest.raises(IllegalMove):
            services.finish_plan(plan, by=manager, at=NOW)


def test_a_follow_up_in_the_future_is_a_plan(session, manager):
    customer = make_customer(by=manager)

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        services.create_follow_up(
            {"customer_id": customer.id, "kind": "phone", "summary": "明天", "at": NOW + timedelta(days=1)},
            by=manager,
            at=NOW,
        )

    assert "at" in refusal.value.fields


def test_a_contact_of_another_customer_cannot_be_named(session, manager):
    one, other = make_customer(by=manager), make_customer(by=manager)
    with acting_as(manager, session):
        contact = services.create_contact({"customer_id": other.id, "name": "王建平"}, by=manager, at=NOW)
        with pytest.raises(Invalid) as refusal:
            services.create_plan(
                {"customer_id": one.id, "contact_id": contact.id, "what": "回电", "due_at": NOW}, by=manager, at=NOW
            )

    assert "contact_id" in refusal.value.fields


def test_the_timeline_tells_the_newest_first_and_goes_on_where_it_stopped(session, manager):
    customer = make_customer(by=manager)
    with acting_as(manager, session):
        for number in range(30):
            at = NOW - timedelta(hours=30 - number)
            services.create_follow_up(
                {"customer_id": customer.id, "kind": "phone", "summary": f"{number}", "at": at}, by=manager, at=NOW
            )
    first = timeline.page(session, customer.id, limit=20)
    rest = timeline.page(session, customer.id, before=(first[-1].at, first[-1].id), limit=20)

    told = [entry.words.get("summary") for entry in [*first, *rest] if entry.event == "follow_up.create"]
    assert told == [str(number) for number in reversed(range(30))]


def test_the_timeline_leaves_out_what_somebody_may_see_none_of(session, manager, make_actor, client_as):
    customer = make_customer(by=manager)
    timeline.tell(session, customer.id, "opportunity.create", NOW, record_id=1, title="标签订单")
    session.commit()

    specialist = client_as("Service Specialist").get(f"/customers/show/{customer.id}").text
    director = client_as("Sales Director").get(f"/customers/show/{customer.id}").text

    assert "标签订单" in director
    assert "kind=opportunity" in director
    assert "标签订单" not in specialist
    assert "kind=opportunity" not in specialist
    hidden = timeline.hidden_events(make_actor("Service Specialist"))
    assert hidden >= {"opportunity.create", "churn_case.warn"}
    assert not hidden & {"plan.create", "order.confirm", "customer.create"}


def test_the_timeline_leaves_out_plans_of_colleagues_where_one_sees_only_ones_own(
    session, manager, make_user, make_actor, client_as
):
    specialist = make_user("Service Specialist")
    customer = make_customer(by=manager)
    for by, what in ((manager, "谈年度价格"), (make_actor(user=specialist), "回访维修结果")):
        with acting_as(by, session):
            given = {"customer_id": customer.id, "what": what, "due_at": NOW + timedelta(days=2)}
            plan = services.create_plan(given, by=by, at=NOW)
            services.finish_plan(plan, by=by, at=NOW)
    session.commit()

    told = client_as(user=specialist).get(f"/customers/{customer.id}/timeline").text

    assert told.count("回访维修结果") == 2
    assert "谈年度价格" not in told
    assert client_as("Sales Director").get(f"/customers/{customer.id}/timeline").text.count("谈年度价格") == 2


def test_the_timeline_goes_on_telling_of_what_lies_in_the_recycle_bin(session, manager):
    customer = make_customer(by=manager)
    with acting_as(manager, session):
        contact = services.create_contact({"customer_id": customer.id, "name": "王建平"}, by=manager, at=NOW)
        services.delete_contact(contact, by=manager, at=NOW)

        told = timeline.page(session, customer.id)

    assert "contact.create" in {entry.event for entry in told}


@pytest.mark.parametrize("role", ["Sales Director", "Service Specialist"])
def test_who_only_reads_changes_nothing(session, make_actor, manager, role):
    customer = make_customer(by=manager)
    reader = make_actor(role)

    with acting_as(reader, session):
        for act in (
            lambda: services.update_customer(customer, {"notes": "x"}, by=reader, at=NOW),
            lambda: services.delete_customer(customer, by=reader, at=NOW),
            lambda: services.create_customer({"name": "新客户"}, by=reader, at=NOW),
            lambda: services.hand_over(customer, reader.user_id, by=reader, at=NOW),
            lambda: services.share(customer, [reader.user_id], by=reader, at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_handing_over_takes_the_customer_out_of_sight(session, make_actor, manager):
    director, other = make_actor("Marketing Director"), make_actor("Account Manager")
    customer = make_customer(by=manager)
    with acting_as(director, session):
        services.hand_over(customer, other.user_id, by=director, at=NOW)
    session.expunge_all()

    with acting_as(manager, session), pytest.raises(NotFound):
        services.restore_customer(customer.id, by=manager, at=NOW)
    with acting_as(other, session):
        assert session.scalars(select(Customer.id)).one() == customer.id
