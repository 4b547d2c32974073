"""Entering, changing and deleting opportunities, their stages and their development plan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from app.core.timeline import TimelineEntry
from app.core.visibility import find
from app.customers.models import Contact, Customer, CustomerStatus
from app.customers.services import LooksLikeAnother
from app.customers.services.plans import delete_plan, finish_plan, postpone_plan, reopen_plan, update_plan
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStage, OpportunityStageLog
from app.opportunities.models import OpportunityStatus as S
from app.opportunities.services import (
    add_step,
    create_opportunity,
    create_stage,
    create_with_prospect,
    delete_opportunity,
    order_stages,
    order_steps,
    restore_opportunity,
    update_opportunity,
    update_policy,
    update_stage,
    workflow,
)
from tests.support.opportunities import LATER, NEXT_DAY, NOW

SYSTEM = Actor.system("test")


# --- entering ---


def test_what_a_manager_enters_is_theirs_at_once(session, manager, make_prospect):
    customer = make_prospect(owner_id=manager.user_id)

    with acting_as(manager, session):
        opportunity = create_opportunity({"customer_id": customer.id, "title": "疫苗冷链温标"}, by=manager, at=NOW)

    assert (opportunity.status, opportunity.owner_id) == (S.developing, manager.user_id)
    assert (opportunity.stage, opportunity.probability) == ("initial_contact", 10)
    assert opportunity.created_by_id == manager.user_id


def test_what_a_director_enters_is_nobodys_until_it_is_assigned(session, director, manager, make_prospect):
    values = {"customer_id": make_prospect().id, "title": "疫苗冷链温标"}

    with acting_as(director, session):
        free = create_opportunity(values, by=director, at=NOW)
        given = create_opportunity({**values, "owner_id": manager.user_id}, by=director, at=NOW)

    assert (free.status, free.owner_id) == (S.unassigned, None)
    assert (given.status, given.owner_id) == (S.developing, manager.user_id)


def test_each_opportunity_has_the_next_number_of_its_year(make_opportunity):
    numbers = [make_opportunity().number for _ in range(2)]

    first = int(numbers[0].removeprefix("SJ-2026-"))
    assert numbers == [f"SJ-2026-{first:04d}", f"SJ-2026-{first + 1:04d}"]


def test_a_manager_assigns_nothing_to_others(session, manager, make_actor, make_prospect):
    values = {"customer_id": make_prospect(owner_id=manager.user_id).id, "title": "x"}

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        create_opportunity({**values, "owner_id": make_actor("Account Manager").user_id}, by=manager, at=NOW)

    assert set(refusal.value.fields) == {"owner_id"}


def test_who_may_not_add_opportunities_adds_none(session, make_actor, make_prospect):
    reader = make_actor("Sales Director")

    with acting_as(reader, session), pytest.raises(NotAllowed):
        create_opportunity({"customer_id": make_prospect().id, "title": "x"}, by=reader, at=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "  \x00 "),
        ("title", "长" * 121),
        ("need", "长" * 4001),
        ("amount", "-0.01"),
        ("amount", "NaN"),
        ("amount", "1e309"),
        ("probability", 101),
        ("probability", "half"),
        ("expected_close", "2026-02-31"),
        ("source", "not_in_the_list"),
        ("competitor", "not_in_the_list"),
        ("customer_id", 10**30),
        ("customer_id", "1"),
        ("contact_id", 987_654_321),
    ],
)
def test_what_is_entered_wrongly_is_refused_at_its_field(session, manager, make_prospect, field, value):
    values = {"customer_id": make_prospect(owner_id=manager.user_id).id, "title": "x", field: value}

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        create_opportunity(values, by=manager, at=NOW)

    assert set(refusal.value.fields) == {field}
    assert session.scalar(select(func.count()).select_from(Opportunity)) == 0


@pytest.mark.parametrize("field", ["status", "stage", "number", "closed_at", "lost_reason", "stage_since"])
def test_what_the_rules_keep_is_not_entered(session, manager, make_opportunity, field):
    opportunity = make_opportunity()

    with acting_as(manager, session):
        with pytest.raises(Invalid):
            update_opportunity(opportunity, {field: "won"}, by=manager, at=LATER)
        values = {"title": "x", "customer_id": opportunity.customer_id, field: "won"}
        with pytest.raises(Invalid):
            create_opportunity(values, by=manager, at=LATER)


def test_a_customer_or_contact_out_of_sight_is_no_choice(session, manager, make_actor, make_prospect):
    stranger = make_actor("Account Manager")
    hidden, own = make_prospect(owner_id=stranger.user_id), make_prospect(owner_id=manager.user_id)
    contact = Contact(customer_id=hidden.id, name="王强", name_key="wang qiang")
    session.add(contact)
    session.flush()

    with acting_as(manager, session):
        with pytest.raises(Invalid) as customer_refused:
            create_opportunity({"customer_id": hidden.id, "title": "x"}, by=manager, at=NOW)
        values = {"customer_id": own.id, "contact_id": contact.id, "title": "x"}
        with pytest.raises(Invalid) as contact_refused:
            create_opportunity(values, by=manager, at=NOW)

    assert set(customer_refused.value.fields) == {"customer_id"}
    assert set(contact_refused.value.fields) == {"contact_id"}


def test_the_contact_belongs_to_the_same_customer(session, director, make_prospect):
    one, other = make_prospect(), make_prospect()
    contact = Contact(customer_id=other.id, name="王强", name_key="wang qiang")
    session.add(contact)
    session.flush()

    with acting_as(director, session), pytest.raises(Invalid) as refusal:
        create_opportunity({"customer_id": one.id, "contact_id": contact.id, "title": "x"}, by=director, at=NOW)

    assert set(refusal.value.fields) == {"contact_id"}


# --- somebody not known yet ---


def test_a_prospect_its_contact_and_the_opportunity_are_entered_at_once(session, manager):
    with acting_as(manager, session):
        opportunity = create_with_prospect(
            {"title": "胶带集中采购", "source": "exhibition"},
            {"name": "绍兴黄酒酿造有限公司"},
            {"name": "王强", "mobile": "13812345678"},
            by=manager,
            at=NOW,
        )

    customer, contact = opportunity.customer, opportunity.contact
    assert (customer.status, customer.owner_id, customer.source) == (
        CustomerStatus.prospect,
        manager.user_id,
        "exhibition",
    )
    assert (contact.name, contact.customer_id, contact.is_primary) == ("王强", customer.id, True)


def test_who_is_given_the_opportunity_is_responsible_for_the_prospect(session, director, manager):
    with acting_as(director, session):
        values = {"title": "胶带集中采购", "owner_id": manager.user_id}
        opportunity = create_with_prospect(values, {"name": "绍兴黄酒酿造有限公司"}, {}, by=director, at=NOW)

    assert opportunity.customer.owner_id == manager.user_id
    assert opportunity.contact_id is None


@pytest.mark.parametrize(
    ("customer", "contact", "values", "refused"),
    [
        ({"name": ""}, {}, {}, "customer_name"),
        ({"name": "绍兴黄酒酿造有限公司", "phone": "12"}, {}, {}, "customer_phone"),
        ({"name": "绍兴黄酒酿造有限公司"}, {"name": "王强", "mobile": "12"}, {}, "contact_mobile"),
        ({"name": "绍兴黄酒酿造有限公司"}, {"name": "", "mobile": "13812345678"}, {}, "contact_name"),
        ({"name": "绍兴黄酒酿造有限公司"}, {}, {"amount": "x"}, "amount"),
    ],
)
def test_if_one_part_is_wrong_nothing_of_it_is_kept(session, manager, customer, contact, values, refused):
    with acting_as(manager, session):
        with pytest.raises(Invalid) as refusal:
            create_with_prospect({"title": "胶带", **values}, customer, contact, by=manager, at=NOW)
        kept = session.scalar(select(func.count()).select_from(Customer))

    assert refused in refusal.value.fields
    assert kept == 0


def test_a_prospect_like_a_known_customer_is_entered_only_on_purpose(session, manager, director):
    known = {"name": "绍兴黄酒酿造有限公司"}
    with acting_as(director, session):
        create_with_prospect({"title": "胶带"}, known, {}, by=director, at=NOW)

    with acting_as(manager, session):
        twin = {"name": "绍兴黄酒酿造（有限公司）"}
        with pytest.raises(LooksLikeAnother):
            create_with_prospect({"title": "胶带"}, twin, {}, by=manager, at=NOW)
        opportunity = create_with_prospect({"title": "胶带"}, twin, {}, by=manager, at=NOW, save_anyway=True)

    assert opportunity.owner_id == manager.user_id


# --- changing ---


def test_a_changed_amount_is_logged_and_a_changed_title_is_not(session, manager, make_opportunity):
    opportunity = make_opportunity()

    with acting_as(manager, session):
        update_opportunity(opportunity, {"title": "洗唛二期"}, by=manager, at=LATER)
        before = len(list(session.scalars(queries.log_of(opportunity.id))))
        update_opportunity(opportunity, {"amount": "52,000", "expected_close": "2026-12-31"}, by=manager, at=LATER)
        rows = list(session.scalars(queries.log_of(opportunity.id)))

    assert before == 2
    assert [(row.cause, row.amount, row.expected_close, row.actor_id) for row in rows[2:]] == [
        ("update", Decimal(52_000), date(2026, 12, 31), manager.user_id)
    ]


def test_saving_without_a_change_leaves_no_trace(session, manager, make_opportunity):
    opportunity = make_opportunity()
    entries = select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "opportunity")
    before = session.scalar(entries), session.scalar(select(func.count()).select_from(OpportunityStageLog))

    with acting_as(manager, session):
        values = {"title": opportunity.title, "amount": "48000", "probability": 10}
        update_opportunity(opportunity, values, by=manager, at=LATER)

    assert (session.scalar(entries), session.scalar(select(func.count()).select_from(OpportunityStageLog))) == before


@pytest.mark.parametrize("status", ["won", "lost"])
@pytest.mark.parametrize("value", [{"amount": 1}, {"probability": 50}, {"expected_close": "2027-01-01"}], ids=str)
def test_what_was_fixed_when_it_was_closed_does_not_change(session, manager, make_opportunity, status, value):
    opportunity = make_opportunity(status)

    with acting_as(manager, session), pytest.raises(Invalid) as refusal:
        update_opportunity(opportunity, value, by=manager, at=LATER)

    assert set(refusal.value.fields) == set(value)


def test_a_closed_opportunity_still_takes_a_better_title(session, manager, make_opportunity):
    opportunity = make_opportunity("won")

    with acting_as(manager, session):
        update_opportunity(opportunity, {"title": "2026 年度洗唛", "amount": "48000"}, by=manager, at=LATER)

    assert opportunity.title == "2026 年度洗唛"


def test_what_the_present_stage_needs_is_not_emptied(session, manager, make_opportunity):
    opportunity = make_opportunity(need="洗唛")
    with acting_as(manager, session):
        workflow.make("advance", opportunity, by=manager, at=LATER, stage="proposal")

        with pytest.raises(Invalid) as refusal:
            update_opportunity(opportunity, {"need": "", "amount": None, "source": None}, by=manager, at=LATER)

    assert set(refusal.value.fields) == {"need", "amount"}


def test_who_only_sees_the_customer_does_not_change_it(session, make_opportunity, make_prospect, make_actor):
    onlooker = make_actor("Account Manager")
    opportunity = make_opportunity(customer=make_prospect(owner_id=onlooker.user_id))

    with acting_as(onlooker, session), pytest.raises(NotAllowed):
        update_opportunity(opportunity, {"title": "改了"}, by=onlooker, at=LATER)


# --- deleting ---


def test_an_unassigned_opportunity_is_deleted_by_who_entered_it_and_comes_back(session, director, make_prospect):
    with acting_as(director, session):
        opportunity = create_opportunity({"customer_id": make_prospect().id, "title": "x"}, by=director, at=NOW)

        delete_opportunity(opportunity, by=director, at=LATER)
        gone = find(session, Opportunity, opportunity.id)
        back = restore_opportunity(opportunity.id, by=director, at=LATER)

        assert gone is None
        assert find(session, Opportunity, back.id) is back


def test_an_administrator_deletes_what_somebody_else_entered(session, make_actor, make_opportunity):
    admin = make_actor("Admin")
    opportunity = make_opportunity("unassigned")

    with acting_as(admin, session):
        delete_opportunity(opportunity, by=admin, at=LATER)

    assert opportunity.deleted_by_id == admin.user_id


@pytest.mark.parametrize("role", ["Marketing Director", "Account Manager", "Sales Director"])
def test_nobody_else_deletes_it_or_brings_it_back(session, make_actor, make_opportunity, role):
    opportunity, somebody = make_opportunity("unassigned"), make_actor(role)

    with acting_as(somebody, session), pytest.raises(NotAllowed):
        delete_opportunity(opportunity, by=somebody, at=LATER)
    with acting_as(SYSTEM, session):
        delete_opportunity(opportunity, by=SYSTEM, at=LATER)
    with acting_as(somebody, session), pytest.raises((NotAllowed, NotFound)):
        restore_opportunity(opportunity.id, by=somebody, at=LATER)


@pytest.mark.parametrize("status", ["developing", "won", "lost"])
def test_only_an_unassigned_one_can_be_deleted(session, make_actor, make_opportunity, status):
    admin = make_actor("Admin")

    with acting_as(admin, session), pytest.raises(IllegalMove):
        delete_opportunity(make_opportunity(status), by=admin, at=LATER)


# --- traces ---


def test_the_customers_timeline_tells_the_whole_story(session, manager, make_opportunity):
    from app.core.timeline import telling_of

    opportunity = make_opportunity(need="洗唛")
    with acting_as(manager, session):
        workflow.make("advance", opportunity, by=manager, at=LATER)
        workflow.make("win", opportunity, by=manager, at=NEXT_DAY, note="签了年度框架")

    entries = session.scalars(
        select(TimelineEntry).where(TimelineEntry.record_id == opportunity.id).order_by(TimelineEntry.id)
    )
    told = [telling_of(entry.event).sentence(entry.words) for entry in entries if entry.event.startswith("opp")]
    assert told == [
        "新销售机会：酒店布草洗唛，¥48,000",
        f"“酒店布草洗唛”已分配给 {manager.name}",
        "“酒店布草洗唛”推进到“需求确认”",
        "赢单：酒店布草洗唛，¥48,000：签了年度框架",
    ]


def test_a_move_is_one_audit_entry_with_before_and_after(session, manager, make_opportunity):
    opportunity = make_opportunity()

    workflow.make("win", opportunity, by=manager, at=LATER, amount=50_000)

    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.kind == "opportunity", AuditEntry.action == "move:win")
    ).one()
    assert (entry.actor_id, entry.at, entry.record_id) == (manager.user_id, LATER, opportunity.id)
    assert entry.changes["status"] == ["developing", "won"]
    assert entry.changes["amount"] == ["48000.00", "50000.00"]


# --- development plan ---


def test_steps_follow_each_other_and_can_be_put_in_another_order(session, manager, make_opportunity):
    opportunity = make_opportunity()
    with acting_as(manager, session):
        steps = [
            add_step(opportunity, {"what": what, "kind": "visit", "due_at": NEXT_DAY}, by=manager, at=NOW)
            for what in ("寄样", "报价", "签约")
        ]
        order_steps(opportunity, [steps[2].id, steps[0].id, steps[1].id], by=manager, at=NOW)

        planned = [step.what for step in session.scalars(queries.development_plan(opportunity.id))]

    assert planned == ["签约", "寄样", "报价"]
    assert {step.owner_id for step in steps} == {manager.user_id}


def test_when_the_next_step_is_due_follows_the_open_plans(session, manager, make_opportunity):
    first, second = make_opportunity(), make_opportunity()

    def due():
        session.expire_all()
        return [opportunity.next_due_at for opportunity in (first, second)]

    with acting_as(manager, session):
        late, soon = (
            add_step(first, {"what": what, "kind": "visit", "due_at": at}, by=manager, at=NOW)
            for what, at in (("签约", NEXT_DAY), ("寄样", LATER))
        )
        assert due() == [LATER, None]
        finish_plan(soon, by=manager, at=LATER)
        assert due() == [NEXT_DAY, None]
        reopen_plan(soon, by=manager, at=LATER)
        assert due() == [LATER, None]
        postpone_plan(soon, NEXT_DAY + timedelta(days=1), by=manager, at=LATER)
        assert due() == [NEXT_DAY, None]
        update_plan(late, {"opportunity_id": second.id, "customer_id": second.customer_id}, by=manager, at=LATER)
        assert due() == [NEXT_DAY + timedelta(days=1), NEXT_DAY]
        delete_plan(late, by=manager, at=LATER)
        assert due() == [NEXT_DAY + timedelta(days=1), None]
        finish_plan(soon, by=manager, at=LATER)

    assert due() == [None, None]


def test_an_order_that_names_other_plans_is_refused(session, manager, make_opportunity):
    opportunity, other = make_opportunity(), make_opportunity()
    with acting_as(manager, session):
        values = {"what": "寄样", "kind": "visit", "due_at": NEXT_DAY}
        step = add_step(opportunity, values, by=manager, at=NOW)
        foreign = add_step(other, values, by=manager, at=NOW)

        for order in ([step.id, foreign.id], [], [step.id, step.id]):
            with pytest.raises(Invalid):
                order_steps(opportunity, order, by=manager, at=NOW)


def test_nothing_is_planned_for_an_opportunity_that_is_closed(session, manager, make_opportunity):
    with acting_as(manager, session), pytest.raises(IllegalMove):
        add_step(make_opportunity("won"), {"what": "x", "kind": "visit", "due_at": NEXT_DAY}, by=manager, at=NOW)


def test_a_step_takes_only_its_own_fields(session, manager, make_opportunity):
    values = {"what": "x", "kind": "visit", "due_at": NEXT_DAY, "customer_id": 1}

    with acting_as(manager, session), pytest.raises(Invalid):
        add_step(make_opportunity(), values, by=manager, at=NOW)


# --- stages and policy ---


def row_of(session, code):
    return session.scalars(select(OpportunityStage).where(OpportunityStage.code == code)).one()


def test_an_administrator_changes_adds_and_orders_stages(session, make_actor):
    office = make_actor("Office Administrator")
    with acting_as(office, session):
        first = row_of(session, "initial_contact")
        update_stage(first, {"label_zh": "初次接触", "probability": 15, "required": ["source"]}, by=office, at=NOW)
        values = {"code": "trial", "label_zh": "试用", "label_en": "Trial", "probability": 60, "normal_days": 30}
        create_stage(values, by=office, at=NOW)
        codes = [stage.code for stage in queries.stages(session)]
        order_stages([codes[-1], *codes[:-1]], by=office, at=NOW)

        assert [stage.code for stage in queries.stages(session)][:2] == ["trial", "initial_contact"]
    assert (str(first), first.probability, first.required) == ("初次接触", 15, ["source"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "Bad code"}, "code"),
        ({"code": "proposal"}, "code"),
        ({"probability": 101}, "probability"),
        ({"probability": None}, "probability"),
        ({"normal_days": 0}, "normal_days"),
        ({"label_en": ""}, "label_en"),
        ({"required": ["owner_id"]}, "required"),
        ({"required": "amount"}, "required"),
    ],
)
def test_a_wrong_stage_is_refused(session, values, field):
    whole = {"code": "trial", "label_zh": "试用", "label_en": "Trial", "probability": 60, "normal_days": 30}

    with acting_as(SYSTEM, session), pytest.raises(Invalid) as refusal:
        create_stage({**whole, **values}, by=SYSTEM, at=NOW)

    assert set(refusal.value.fields) == {field}


def test_a_stage_in_use_is_not_retired_and_neither_is_the_last(session, make_opportunity):
    opportunity = make_opportunity()
    with acting_as(SYSTEM, session):
        first, *others = (row_of(session, stage.code) for stage in queries.stages(session))
        with pytest.raises(Invalid):
            update_stage(first, {"active": False}, by=SYSTEM, at=NOW)
        for stage in others:
            update_stage(stage, {"active": False}, by=SYSTEM, at=NOW)
        workflow.make("win", opportunity, by=SYSTEM, at=NOW)
        with pytest.raises(Invalid):
            update_stage(first, {"active": False}, by=SYSTEM, at=NOW)

        assert [stage.code for stage in queries.stages(session)] == ["initial_contact"]


def test_an_order_that_leaves_a_stage_out_is_refused(session):
    with acting_as(SYSTEM, session), pytest.raises(Invalid):
        order_stages(["proposal"], by=SYSTEM, at=NOW)


def test_managers_change_neither_stages_nor_policy(session, manager):
    first = row_of(session, "initial_contact")

    with acting_as(manager, session):
        with pytest.raises(NotAllowed):
            update_stage(first, {"probability": 1}, by=manager, at=NOW)
        with pytest.raises(NotAllowed):
            update_policy({"holding_cap": 1}, by=manager, at=NOW)


def test_the_policy_is_what_was_set(session):
    update_policy({"holding_cap": 5, "daily_claims": 3}, by=SYSTEM, at=NOW)

    assert queries.policy(session) == (5, 3)
