"""The demonstration company: full, believable, the same again, and as the services would have written it."""

from __future__ import annotations

import gc
import json
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, date, datetime
from itertools import groupby

import pytest
from sqlalchemy import func, inspect, select

from app.churn import services as churn
from app.churn.models import ChurnCase, ChurnStatus
from app.core import audit, calendar
from app.core.actors import Actor
from app.core.errors import Invalid
from app.core.i18n import local_day
from app.core.identifiers import normalise_email, normalise_phone, normalise_uscc
from app.core.kept import reconcile
from app.core.search import matching_ids
from app.customers.models import Contact, Customer, CustomerStatus, Plan
from app.exchange.demo import people, telling
from app.exchange.demo.company import make_up
from app.exchange.demo.drawing import draw
from app.opportunities.models import Opportunity, OpportunityStatus
from app.orders.models import Order, OrderKind, OrderStatus
from app.orders.services import refresh
from app.service.models import RequestStatus, ServiceRequest
from tests.exchange.replay import Replay, left

NOW = datetime(2026, 11, 24, 3, 20, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def company(app, session, request):
    """``company(customers, orders, seed)``: fill the empty database."""

    def fill(customers=200, orders=1_200, seed=1):
        session.commit()
        return make_up(session, customers=customers, orders=orders, seed=seed, password="changke-demo", now=NOW)

    return fill


def test_every_status_has_somebody_in_it(company, session):
    made = company()

    assert (made.rows["customer"], made.rows["sales_order"]) == (200, 1_200)
    for column, statuses in (
        (Customer.status, CustomerStatus),
        (Opportunity.status, OpportunityStatus),
        (Order.status, OrderStatus),
        (Order.kind, OrderKind),
        (ServiceRequest.status, RequestStatus),
        (ChurnCase.status, ChurnStatus),
    ):
        found = set(session.scalars(select(column).distinct()))
        assert found == set(statuses), column
    stages = select(Opportunity.stage).where(Opportunity.status == OpportunityStatus.developing).distinct()
    assert len(session.scalars(stages).all()) == 4


def test_every_role_has_work_waiting(company, session):
    company()
    users = {user.username: user.id for user in session.scalars(select(people.User))}

    def count(*conditions):
        return session.scalar(select(func.count()).where(*conditions))

    manager = users["manager1"]
    assert count(Plan.owner_id == manager, Plan.done_at.is_(None), Plan.due_at < NOW) > 0
    assert count(Plan.owner_id == manager, func.date(Plan.due_at) == TODAY, Plan.done_at.is_(None)) > 0
    assert count(ChurnCase.owner_id == manager, ChurnCase.status == ChurnStatus.warned) > 0
    assert count(Opportunity.owner_id == manager, Opportunity.status == OpportunityStatus.developing) > 0
    assert count(ServiceRequest.owner_id == users["service1"], ServiceRequest.status == RequestStatus.assigned) > 0
    assert count(ServiceRequest.owner_id == users["service1"], ServiceRequest.status == RequestStatus.processed) > 0
    assert count(ServiceRequest.status == RequestStatus.created) > 0
    assert count(Opportunity.status == OpportunityStatus.unassigned) > 0
    assert count(ChurnCase.owner_id.is_(None), ChurnCase.status == ChurnStatus.warned) > 0


def test_the_steps_of_a_development_plan_follow_each_other(company, session):
    company()

    rows = session.execute(
        select(Plan.opportunity_id, Plan.due_at, Plan.done_at)
        .where(Plan.opportunity_id.is_not(None))
        .order_by(Plan.opportunity_id, Plan.position)
    ).all()

    plans = [list(steps) for _deal, steps in groupby(rows, lambda row: row.opportunity_id)]
    assert any(len([step for step in steps if step.done_at is None]) > 1 for steps in plans)
    for steps in plans:
        assert [step.due_at for step in steps] == sorted(step.due_at for step in steps)


def test_what_is_still_to_be_done_is_due_on_a_working_day_or_today(company, session):
    company()

    days = {local_day(due) for due in session.scalars(select(Plan.due_at).where(Plan.done_at.is_(None)))} - {TODAY}
    kept = calendar.load(session, min(days), max(days))

    assert len(days) > 15
    assert sorted(day for day in days if not kept.is_working(day)) == []


def test_what_is_kept_is_what_the_rows_say(company, session):
    company()

    assert reconcile(session, TODAY) == []
    due = select(func.min(Plan.due_at)).where(Plan.opportunity_id == Opportunity.id, Plan.done_at.is_(None))
    other = Opportunity.next_due_at.is_distinct_from(due.correlate(Opportunity).scalar_subquery())
    assert session.scalars(select(Opportunity.id).where(other)).all() == []
    assert session.scalar(select(func.count(Opportunity.next_due_at))) > 0
    verdict = churn.judge(session, TODAY, by=Actor.system("churn.judge"), at=NOW)
    assert verdict.warned == 0
    audit.seal(session, 1_000_000)
    assert audit.verify(session).intact


def test_names_numbers_and_addresses_are_valid_and_unlike(company, session):
    company(300, 600)

    names = Counter(session.scalars(select(Customer.name)))
    assert max(names.values()) == 1
    assert session.scalar(select(func.count(Customer.industry.distinct()))) >= 25
    assert session.scalar(select(func.count(Customer.region.distinct()))) >= 30
    for customer in session.scalars(select(Customer)):
        assert normalise_uscc(customer.uscc) == customer.uscc
        assert normalise_phone(customer.phone) == customer.phone
        assert not customer.email or normalise_email(customer.email) == customer.email
    for contact in session.scalars(select(Contact)):
        assert normalise_phone(contact.mobile) == contact.mobile
        assert not contact.email or normalise_email(contact.email) == contact.email


def test_complaints_are_of_many_kinds(company, session):
    company(600, 2_400)

    complaints = select(ServiceRequest.text).where(ServiceRequest.type == "complaint").distinct()
    assert len(session.scalars(complaints).all()) >= 60


def test_the_same_seed_makes_the_same_company():
    def told(seed):
        return [
            (
                one.name,
                one.industry,
                [(sale.day, sale.number) for sale in one.sales],
                [deal.course for deal in one.deals],
            )
            for one in draw(120, 600, seed, TODAY)
        ]

    assert told(7) == told(7)
    assert told(7) != told(8)


@pytest.mark.parametrize(("customers", "orders"), [(1, 0), (1, 1), (3, 0), (10, 4), (40, 400)])
def test_a_company_of_any_size_has_what_was_asked_for(customers, orders):
    prints = draw(customers, orders, 1, TODAY)

    assert (len(prints), sum(len(one.sales) for one in prints)) == (customers, orders)
    days = [sale.day for one in prints for sale in one.sales]
    assert max(days, default=0) <= TODAY.toordinal()


def test_numbers_follow_time():
    sales = [sale for one in draw(100, 900, 1, TODAY) for sale in one.sales]
    by_number = sorted(sales, key=lambda sale: sale.number)

    assert [sale.day for sale in by_number] == sorted(sale.day for sale in sales)
    assert [sale.id for sale in by_number] == list(range(1, 901))


def test_a_database_with_customers_is_refused(company, session):
    company(5, 10)

    with pytest.raises(Invalid):
        company(5, 10)
    assert session.scalar(select(func.count(Customer.id))) == 5


def test_a_database_for_work_is_refused_unless_confirmed(command, session):
    refused = command("demo", "--customers", "3", "--orders", "5")
    said = command("demo", "--customers", "3", "--orders", "5", "--yes")

    assert (refused.code, refused.line) == (1, {})
    assert "CHANGKE_DEMO" in refused.errors
    assert (said.code, said.line["rows"]["customer"], said.line["rows"]["sales_order"]) == (0, 3, 5)


def test_the_demo_accounts_can_sign_in(company, session, client):
    company(3, 5)

    for username, *_rest in people.ACCOUNTS:
        client.get("/logout/")
        client.post("/login/", data={"username": username, "password": "changke-demo"})
        assert client.get("/").status_code == 200, username


def test_numbering_goes_on_after_the_demo(company, session, system):
    from app.customers.services import create_customer

    company(12, 30)

    assert create_customer({"name": "新来的有限公司"}, by=system, at=NOW).code == "KH-00013"


def test_the_services_would_have_written_the_same(company, session):
    """Everything that happened to some customers is made to happen to copies of them, through the services."""
    company(60, 400)
    original = [pk for pk in session.scalars(select(Customer.id).order_by(Customer.id)) if pk <= 40]

    replays = {pk: Replay(session, pk) for pk in original}
    copies = {pk: replay.run() for pk, replay in replays.items()}
    # What happens by the clock.
    refresh(session, TODAY)
    churn.judge(session, TODAY, by=Actor.system("churn.judge"), at=NOW)

    for pk, replay in replays.items():
        assert pretty(left(session, copies[pk], replay.same)) == pretty(left(session, pk, {})), pk


def pretty(found):
    return json.dumps(found, ensure_ascii=False, indent=1, default=str, sort_keys=True).splitlines()


def test_what_was_told_is_freed_without_a_search_for_garbage(company, monkeypatch):
    """The collector is off while a big company is told: stories that refer to each other would fill the memory."""
    found = []

    def tell(world, prints, *, once=telling.tell):
        gc.collect()
        once(world, prints)
        found.append(gc.collect())
        return once(world, prints)

    monkeypatch.setattr(telling, "tell", tell)
    company(30, 150)

    assert found == [0]


def test_filling_bare_tables_leaves_indexes_keys_and_search_as_they_were(company, session, monkeypatch):
    def kept():
        found = inspect(session.connection())
        names = found.get_table_names()
        indexes = sorted(
            (name, each["name"], each["column_names"]) for name in names for each in found.get_indexes(name)
        )
        keys = sorted(
            (name, each["constrained_columns"], each["referred_table"], each["options"])
            for name in names
            for each in found.get_foreign_keys(name)
        )
        return indexes, keys

    monkeypatch.setattr("app.exchange.demo.company.WORTH_HELP", 1)
    # The test's one connection is in a transaction, in which SQLite keeps its kind of journal.
    monkeypatch.setattr("app.exchange.demo.company.written_once", lambda _engine: nullcontext())
    before = kept()
    company(30, 90)

    assert kept() == before
    name = session.scalar(select(Customer.name).where(Customer.id == 7))
    assert 7 in session.scalars(matching_ids("customer", name)).all()
    assert reconcile(session, TODAY) == []
