"""The board by closing month: what stands where, and what dragging a card to another month does."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.calendar import WorkingCalendar
from app.core.database import utc_now
from app.core.i18n import local_day
from app.opportunities.models import Opportunity, OpportunityStageLog
from app.opportunities.queries.board import CARDS
from app.opportunities.queries.closing import closing_board, day_in, period_of, periods
from app.opportunities.services import add_step, close_in, workflow
from tests.support.opportunities import LATER, NEXT_DAY, NOW
from tests.support.orders import statements

SYSTEM = Actor.system("test")
TODAY = date(2026, 11, 23)
BASE = "/opportunities"
JSON = {"X-Requested-With": "fetch", "Accept": "application/json"}
CODES = ["overdue", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "later", "none"]


# --- which day is meant ---


def test_the_columns_are_overdue_this_month_the_next_four_later_and_none():
    assert [column.code for column in periods(TODAY)] == CODES


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2020, 1, 1), "overdue"),
        (date(2026, 11, 22), "overdue"),
        (date(2026, 11, 23), "2026-11"),
        (date(2026, 11, 30), "2026-11"),
        (date(2026, 12, 1), "2026-12"),
        (date(2027, 3, 31), "2027-03"),
        (date(2027, 4, 1), "later"),
        (date(9999, 12, 31), "later"),
        (None, "none"),
    ],
)
def test_a_day_belongs_to_one_column(day, code):
    assert period_of(day, periods(TODAY)).code == code


@pytest.mark.parametrize(
    ("code", "wished", "meant"),
    [
        ("2026-12", date(2026, 11, 25), date(2026, 12, 25)),
        ("2027-01", date(2026, 12, 31), date(2027, 1, 31)),
        ("2027-02", date(2026, 12, 31), date(2027, 2, 26)),  # the 28th is a Sunday
        ("2026-12", None, date(2026, 12, 31)),
        ("2026-11", date(2026, 12, 24), date(2026, 11, 24)),
        ("2026-11", date(2026, 12, 20), date(2026, 11, 30)),  # the 20th is over
        ("later", date(2026, 12, 5), date(2027, 4, 5)),
        ("later", None, date(2027, 4, 30)),
    ],
)
def test_the_day_of_the_month_is_kept_or_else_it_is_the_last_working_day(code, wished, meant):
    column = next(column for column in periods(TODAY) if column.code == code)

    assert day_in(column, wished, WorkingCalendar()) == meant


def test_the_last_working_day_follows_the_holidays():
    column = next(column for column in periods(TODAY) if column.code == "2027-02")
    calendar = WorkingCalendar({date(2027, 2, 26): False, date(2027, 2, 28): True})

    assert day_in(column, None, calendar) == date(2027, 2, 28)


def test_where_no_working_day_is_left_the_last_day_of_the_month_is_meant():
    column = next(column for column in periods(date(2027, 2, 27)) if column.code == "2027-02")

    assert day_in(column, date(2027, 5, 1), WorkingCalendar()) == date(2027, 2, 28)


# --- what stands where ---


@pytest.fixture
def look(session):
    """The board as an actor sees it at ten o'clock of Tuesday."""

    def look(actor=SYSTEM, *conditions):
        with acting_as(actor, session):
            return {
                column.code: column for column in closing_board(session, conditions, now=NEXT_DAY, today=TODAY).columns
            }

    return look


def test_each_column_has_the_count_sum_and_weighted_sum_of_its_days(session, make_opportunity, manager, look):
    late = make_opportunity(amount=100, expected_close="2026-11-01")
    make_opportunity(amount=200, probability=50, expected_close="2026-12-01")
    make_opportunity(amount=400, expected_close="2026-12-31")
    make_opportunity(amount=800, expected_close="2027-09-01")
    make_opportunity(amount=None, expected_close=None)
    for status in ("unassigned", "won", "lost"):
        make_opportunity(status, expected_close="2026-12-05")
    with acting_as(manager, session):
        add_step(late, {"what": "拜访", "kind": "visit", "due_at": LATER}, by=manager, at=NOW)

    found = look()

    figures = {code: (column.count, column.amount, column.weighted) for code, column in found.items() if column.count}
    assert figures == {
        "overdue": (1, Decimal(100), Decimal(10)),
        "2026-12": (2, Decimal(600), Decimal(140)),
        "later": (1, Decimal(800), Decimal(80)),
        "none": (1, Decimal(0), Decimal(0)),
    }
    assert found["overdue"].shares == {"plan": 0, "late": 100, "none": 0}
    assert [card.step for card in found["overdue"].cards] == ["late"]
    assert [card.opportunity.amount for card in found["2026-12"].cards] == [200, 400]


def test_a_long_column_shows_the_nearest_and_counts_the_rest(make_opportunity, make_prospect, look):
    customer = make_prospect()
    for _n in range(CARDS + 2):
        make_opportunity(customer=customer, expected_close="2026-12-10")
    first = make_opportunity(customer=customer, expected_close="2026-12-09")

    column = look()["2026-12"]

    assert (len(column.cards), column.count, column.hidden) == (CARDS, CARDS + 3, 3)
    assert column.cards[0].opportunity.id == first.id


def test_a_manager_sees_and_counts_only_their_own(make_opportunity, make_actor, look, manager):
    make_opportunity(amount=100, expected_close="2026-12-01")
    make_opportunity(amount=200, expected_close="2026-12-01", owner_id=make_actor("Account Manager").user_id)

    assert look(manager)["2026-12"].amount == Decimal(100)
    assert look(SYSTEM, Opportunity.amount > 150)["2026-12"].amount == Decimal(200)


# --- moving ---


def test_moving_to_another_month_is_audited_and_logged(session, make_opportunity, manager):
    deal = make_opportunity(expected_close="2026-11-25")
    version = deal.version

    close_in(deal, "2027-01", by=manager, at=LATER, today=TODAY)

    session.flush()
    assert (deal.expected_close, deal.version) == (date(2027, 1, 25), version + 1)
    logged = session.scalars(
        select(OpportunityStageLog.expected_close)
        .where(OpportunityStageLog.opportunity_id == deal.id)
        .order_by(OpportunityStageLog.id.desc())
    )
    assert logged.first() == date(2027, 1, 25)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.kind == "opportunity", AuditEntry.record_id == deal.id)
    )
    assert ["2026-11-25", "2027-01-25"] in [entry.changes.get("expected_close") for entry in entries]


def test_a_holiday_of_the_calendar_moves_the_last_working_day(session, make_opportunity, manager):
    from app.core.calendar import CalendarDay

    session.add(CalendarDay(day=date(2026, 12, 31), working=False))
    deal = make_opportunity(expected_close=None)

    close_in(deal, "2026-12", by=manager, at=LATER, today=TODAY)

    assert deal.expected_close == date(2026, 12, 30)


def test_dropping_where_it_stands_changes_nothing(make_opportunity, manager):
    deal = make_opportunity(expected_close="2028-05-05")
    version = deal.version

    close_in(deal, "later", by=manager, at=LATER, today=TODAY)

    assert (deal.expected_close, deal.version) == (date(2028, 5, 5), version)


# --- over HTTP ---


@pytest.fixture
def people(make_user):
    return {
        "manager": make_user("Account Manager"),
        "other": make_user("Account Manager"),
        "director": make_user("Marketing Director"),
        "reader": make_user("Sales Director"),
    }


@pytest.fixture
def given(session, people, make_opportunity):
    """The id of an opportunity of the manager."""

    def make(status="developing", *, stage="", **values):
        deal = make_opportunity(status, **{"owner_id": people["manager"].id, **values})
        if stage:
            workflow.make("advance", deal, by=SYSTEM, at=LATER, stage=stage)
        session.commit()
        return deal.id

    return make


@pytest.fixture
def close_of(session):
    """The day on which an opportunity is expected to close, as stored."""

    def read(pk):
        session.expire_all()
        return session.get(Opportunity, pk).expected_close

    return read


def next_month(number=1):
    """The first day of the month ``number`` months ahead."""
    day = local_day(utc_now())
    for _n in range(number):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day


def drop(browser, pk, to, **more):
    return browser.post(f"{BASE}/{pk}/close", json={"to": to, **more}, headers=JSON)


def test_a_dropped_card_gets_the_day_of_the_other_month_and_can_be_taken_back(as_, given, close_of):
    pk, browser = given(expected_close=next_month(1).replace(day=15).isoformat()), as_("manager")

    answer = drop(browser, pk, f"{next_month(2):%Y-%m}")

    assert (answer.status_code, close_of(pk)) == (200, next_month(2).replace(day=15))
    assert next_month(2).replace(day=15).isoformat() in answer.json["message"]
    back = browser.post(answer.json["undo"], headers=JSON)
    assert (back.status_code, close_of(pk)) == (200, next_month(1).replace(day=15))


def test_a_cleared_day_can_be_taken_back(as_, given, close_of):
    day = next_month(1)
    pk, browser = given(expected_close=day.isoformat()), as_("manager")

    answer = drop(browser, pk, "none")

    assert (answer.status_code, close_of(pk)) == (200, None)
    assert browser.post(answer.json["undo"], headers=JSON).status_code == 200
    assert close_of(pk) == day


@pytest.mark.parametrize("to", ["overdue", "nonsense", "1999-01", "", None, 7, {"a": 1}])
def test_there_is_no_way_into_the_past_or_nowhere(as_, given, close_of, to):
    pk = given(expected_close=next_month().isoformat())

    answer = drop(as_("manager"), pk, to)

    assert (answer.status_code, close_of(pk)) == (409, next_month())
    assert re.search(r"[一-鿿]", answer.json["message"])


def test_what_the_stage_needs_is_not_cleared(as_, given, close_of):
    pk = given(expected_close=next_month().isoformat(), need="洗唛", stage="negotiation")

    answer = drop(as_("manager"), pk, "none")

    assert (answer.status_code, close_of(pk)) == (422, next_month())
    assert answer.json["message"] == "预计成交日：进入“商务谈判”阶段必须填写此项。"


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_closed_card_does_not_move(as_, given, close_of, status):
    pk = given(status, expected_close=next_month().isoformat())

    assert drop(as_("manager"), pk, "none").status_code == 409
    assert close_of(pk) == next_month()


def test_a_foreign_card_does_not_exist(as_, given, close_of):
    pk = given(expected_close=next_month().isoformat())

    assert drop(as_("other"), pk, "none").status_code == 404
    assert close_of(pk) == next_month()


def test_who_only_reads_does_not_move_a_card(as_, given, close_of):
    pk = given(expected_close=next_month().isoformat())

    assert drop(as_("reader"), pk, "none").status_code == 403
    assert close_of(pk) == next_month()


def test_a_card_that_somebody_else_changed_is_not_moved(session, as_, given, close_of):
    pk = given(expected_close=next_month().isoformat(), title="酒店布草洗唛")
    seen = session.get(Opportunity, pk).version
    drop(as_("director"), pk, f"{next_month(2):%Y-%m}", version=seen)

    answer = drop(as_("manager"), pk, f"{next_month(3):%Y-%m}", version=seen)

    assert (answer.status_code, close_of(pk)) == (409, next_month(2))
    assert "酒店布草洗唛" in answer.json["message"]


def test_a_day_that_is_none_is_refused(as_, given, close_of):
    pk = given(expected_close=next_month().isoformat())

    assert as_("manager").post(f"{BASE}/{pk}/close?day=2026-13-01", headers=JSON).status_code == 400
    assert close_of(pk) == next_month()


@pytest.mark.parametrize("query", ["", "who=me", "owner={other}", "stage=proposal", "q=布草"])
def test_each_figure_of_the_board_opens_the_rows_behind_it(as_, given, people, query):
    for day in (None, "2020-02-02", local_day(utc_now()).isoformat(), next_month().isoformat(), "2099-01-01"):
        given(expected_close=day)
        given(expected_close=day, owner_id=people["other"].id, title="另一个")
    given(expected_close=next_month().isoformat(), need="x", stage="proposal")
    browser = as_("director")

    page = browser.get(f"{BASE}/closing?{query.format(other=people['other'].id)}").text

    heads = re.findall(r'<h2 id="col-([\w-]+)"><a href="([^"]+)">.*?class="count">(\d+)<', page)
    assert len(heads) == 8
    assert any(int(figure) for _column, _link, figure in heads) is (query != "who=me")
    for column, link, figure in heads:
        rows = browser.get(link.replace("&amp;", "&")).text
        assert re.search(r'data-count="[^"]*">(\d+)', rows)[1] == figure, (column, link)


def test_the_two_boards_lead_to_each_other_as_they_are_narrowed(as_, given):
    given()
    browser = as_("director")

    stages = browser.get(f"{BASE}/board?who=me&q=布草&month={next_month():%Y-%m}").text
    months = browser.get(f"{BASE}/closing?who=me&q=布草&stage=proposal").text

    query = "who=me&amp;q=%E5%B8%83%E8%8D%89"
    assert f'href="{BASE}/closing?{query}"' in stages
    assert f'href="{BASE}/board?{query}"' in months


def test_the_board_takes_few_statements_however_many_cards(app, as_, given, make_prospect):
    browser = as_("manager")
    browser.get(f"{BASE}/closing")
    for n in range(40):
        given(expected_close=next_month(n % 5).isoformat() if n % 6 else None)

    with statements(app) as asked:
        page = browser.get(f"{BASE}/closing").text

    assert page.count("data-card=") > 30
    assert len(asked) <= 10
