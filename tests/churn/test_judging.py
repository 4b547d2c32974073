"""The nightly judgement: who is warned of, once, and who is told."""

from __future__ import annotations

import csv
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from app.accounts.models import User
from app.churn import services
from app.churn.models import ChurnCase, ChurnRun, ChurnStatus
from app.churn.services import judging
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.notifications import Notification
from app.core.timeline import TimelineEntry
from app.customers.models import ChurnBand, Customer, CustomerStatus
from app.orders.models import Order, OrderKind, OrderStatus
from tests.support.churn import ASOF, AT

BY = Actor.system("judge")
SAMPLE = Path(os.environ.get("CHANGKE_SAMPLE_DATA", "/nowhere"))
LONG_AGO = {"2025-03-01": "100", "2026-01-05": "250.50"}


def judge(session, asof: date = ASOF) -> services.Verdict:
    verdict = services.judge(session, asof, by=BY, at=AT)
    session.expire_all()
    return verdict


def test_a_silence_opens_one_case_however_often_it_is_judged(session, make_history):
    customer = make_history(LONG_AGO)

    first, second = judge(session), judge(session, ASOF + timedelta(days=1))

    assert (first.judged, first.warned, first.already_open) == (1, 1, 0)
    assert (second.judged, second.warned, second.already_open) == (1, 0, 1)
    case = session.scalars(select(ChurnCase)).one()
    assert (case.customer_id, case.status, case.last_order_on) == (customer.id, ChurnStatus.warned, date(2026, 1, 5))
    assert (case.opened_on, case.value_12m) == (ASOF, Decimal("250.50"))
    assert case.evidence["silent_days"] == (ASOF - date(2026, 1, 5)).days
    assert case.evidence["orders"] == 2


def test_who_ordered_within_six_months_is_not_warned_of(session, make_history):
    make_history({"2026-05-25": "1"})  # 183 days
    make_history({"2026-05-24": "1"})  # 184 days

    verdict = judge(session)

    assert (verdict.judged, verdict.warned) == (2, 1)
    assert session.scalars(select(ChurnCase.last_order_on)).all() == [date(2026, 5, 24)]


def test_a_judgement_of_the_past_sees_no_order_after_its_day(session, make_history):
    customer = make_history({"2025-01-01": "1", "2026-11-20": "1"})
    session.get(Customer, customer.id).last_order_on = date(2026, 11, 20)

    assert judge(session, date(2025, 7, 3)).warned == 0
    assert judge(session, date(2025, 7, 4)).warned == 1
    assert session.scalars(select(ChurnCase)).one().opened_on == date(2025, 7, 4)


def test_customers_without_order_internal_and_deleted_ones_are_not_judged(session, make_history):
    make_history({})
    make_history(LONG_AGO, is_internal=True)
    make_history(LONG_AGO, deleted_at=AT)

    verdict = judge(session)

    assert (verdict.customers, verdict.judged, verdict.warned) == (1, 0, 0)


def test_an_order_given_back_does_not_end_the_silence(session, make_history):
    make_history([*LONG_AGO.items(), ("2026-10-01", "80"), ("2026-10-09", "-80")])

    judge(session)

    assert session.scalars(select(ChurnCase)).one().last_order_on == date(2026, 1, 5)


def test_a_silence_judged_once_is_not_judged_again_after_the_decision(session, make_case):
    case = make_case()
    services_workflow("confirm", case, reason="price")

    verdict = judge(session)

    assert (verdict.warned, verdict.already_open) == (0, 1)


def services_workflow(name: str, case: ChurnCase, **data: object) -> ChurnCase:
    from app.churn.workflow import workflow

    return workflow.make(name, case, by=BY, at=AT, **data)


def test_the_next_silence_is_a_case_of_its_own(session, make_history):
    customer = make_history(LONG_AGO)
    judge(session, date(2026, 8, 1))
    make_history({"2026-09-01": "5"}, customer=customer)
    assert list(services.recover_returned(session, ASOF, by=BY, at=AT)) == [1]

    later = judge(session, date(2027, 4, 1))

    assert later.warned == 1
    statuses = session.scalars(select(ChurnCase.status).order_by(ChurnCase.id)).all()
    assert statuses == [ChurnStatus.recovered, ChurnStatus.warned]


def test_who_ordered_while_everybody_was_being_judged_is_not_warned_of(session, make_history):
    customer = make_history(LONG_AGO)
    seen = services.look(session, ASOF, today=ASOF)
    make_history({"2026-11-24": "5"}, customer=customer)

    assert list(services.act_on(session, seen, by=BY, at=AT))[-1].warned == 0


def test_two_judgements_at_once_open_one_case(session, make_history):
    make_history(LONG_AGO)
    seen = [services.look(session, ASOF, today=ASOF) for _ in range(2)]

    opened = [list(services.act_on(session, one, by=BY, at=AT))[-1].warned for one in seen]

    assert opened == [1, 0]
    assert session.scalar(select(func.count()).select_from(ChurnCase)) == 1
    assert session.scalar(select(func.count()).select_from(Notification)) == 1


def test_a_case_is_audited_and_told_in_the_timeline(session, make_history):
    customer = make_history(LONG_AGO)

    judge(session)

    case = session.scalars(select(ChurnCase)).one()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.kind == "churn_case")).one()
    assert (entry.action, entry.record_id, entry.actor_name) == ("create", case.id, "judge")
    line = session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id == customer.id)).one()
    assert (line.event, line.record_id) == ("churn_case.warn", case.id)


def test_an_owner_gets_one_message_about_all_of_their_customers(session, make_history, make_user):
    owner, other = make_user(), make_user()
    make_history(LONG_AGO, owner_id=owner.id, name="Small")
    make_history({"2026-01-05": "900"}, owner_id=owner.id, name="Big")
    make_history(LONG_AGO, owner_id=other.id)

    judge(session)

    told = {row.user_id: row for row in session.scalars(select(Notification))}
    assert set(told) == {owner.id, other.id}
    words = told[owner.id].words
    assert (words["count"], words["name"], words["value"]) == (2, "Big", "1150.50")


def test_without_a_marketing_director_an_administrator_is_told(session, make_history):
    make_history(LONG_AGO)

    judge(session)

    told = session.scalars(select(Notification)).one()
    assert session.get(User, told.user_id).roles[0].name == "Admin"


def test_cases_without_owner_go_to_the_marketing_director(session, make_history, make_user):
    director = make_user("Marketing Director")
    make_user("Account Manager")
    make_history(LONG_AGO)

    judge(session)

    told = session.scalars(select(Notification)).all()
    assert [(row.user_id, row.words["ownerless"]) for row in told] == [(director.id, True)]


def test_the_band_follows_the_rule_and_a_judgement_of_the_past_leaves_it(session, make_history):
    silent = make_history(LONG_AGO)
    fine = make_history({"2026-11-01": "1"})
    never = make_history({}, churn_band=ChurnBand.at_risk)

    judge(session, ASOF - timedelta(days=1))
    assert silent.churn_band is None
    judge(session)

    assert (silent.churn_band, fine.churn_band, never.churn_band) == (ChurnBand.at_risk, ChurnBand.on_track, None)


def test_a_run_is_kept_with_what_it_found(session, make_history):
    make_history(LONG_AGO)
    make_history({"2026-11-01": "1", "2026-11-11": "1"})

    judge(session)

    run = session.scalars(select(ChurnRun)).one()
    assert (run.asof, run.customers, run.judged, run.warned, run.silence_days) == (ASOF, 2, 2, 1, 183)
    assert run.mean_gap == round(Decimal(310 + 10) / 2, 2)


def test_many_silences_are_written_in_portions(session, make_history, monkeypatch):
    monkeypatch.setattr(judging, "WRITTEN_AT_ONCE", 2)
    for _ in range(5):
        make_history(LONG_AGO)
    seen = services.look(session, ASOF, today=ASOF)

    warned = [verdict.warned for verdict in services.act_on(session, seen, by=BY, at=AT)]

    assert warned[:3] == [2, 4, 5]


def test_histories_are_read_in_ranges_of_keys(session, make_history, monkeypatch):
    monkeypatch.setattr("app.churn.rule.READ_AT_ONCE", 2)
    for _ in range(5):
        make_history(LONG_AGO)

    assert judge(session).warned == 5


def test_an_imported_order_closes_the_case_and_regains_a_lost_customer(session, make_case, make_history):
    case = make_case()
    services_workflow("confirm", case, reason="price")
    customer = session.get(Customer, case.customer_id)
    assert customer.status is CustomerStatus.lost
    make_history({"2026-11-20": "10"}, customer=customer)

    assert list(services.recover_returned(session, ASOF, by=BY, at=AT))[-1] == 1

    session.expire_all()
    assert (case.status, customer.status) == (ChurnStatus.recovered, CustomerStatus.active)
    assert case.recovered_by_order_id is not None


def test_an_order_given_back_closes_no_case(session, make_case, make_history):
    case = make_case()
    make_history([("2026-11-20", "10"), ("2026-11-21", "-10")], customer=session.get(Customer, case.customer_id))

    assert list(services.recover_returned(session, ASOF, by=BY, at=AT)) == [0]
    assert case.status is ChurnStatus.warned


@pytest.mark.skipif(not SAMPLE.joinpath("online_retail_ii.csv").exists(), reason="CHANGKE_SAMPLE_DATA is not set")
def test_of_the_sample_2252_of_4944_customers_are_warned_of(session):
    keys: dict[str, int] = {}
    orders = []
    with SAMPLE.joinpath("online_retail_ii.csv").open() as file:
        for number, row in enumerate(csv.DictReader(file)):
            pk = keys.setdefault(row["customer_id"], 900_000 + len(keys))
            amount = round(Decimal(row["amount"]), 2)
            orders.append(
                {
                    "number": f"S-{number}",
                    "kind": OrderKind.sale,
                    "status": OrderStatus.completed,
                    "customer_id": pk,
                    "ordered_on": date.fromisoformat(row["date"]),
                    "gross": amount,
                    "net": amount,
                    "cost": 0,
                    "value": amount,
                    "version": 1,
                    "created_at": AT,
                    "changed_at": AT,
                }
            )
    common = {
        "kind": "company",
        "status": "active",
        "is_internal": False,
        "orders_12m": 0,
        "value_12m": 0,
        "custom": {},
        "version": 1,
        "created_at": AT,
        "changed_at": AT,
    }
    session.execute(
        insert(Customer.__table__),
        [{"id": pk, "code": code, "name": code, "name_key": code, **common} for code, pk in keys.items()],
    )
    session.execute(insert(Order.__table__), orders)

    first, second = judge(session, date(2011, 6, 9)), judge(session, date(2011, 6, 9))

    assert (first.customers, first.judged, first.warned, first.already_open) == (5852, 4944, 2252, 0)
    assert (second.warned, second.already_open) == (0, 2252)
