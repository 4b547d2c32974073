"""Dictionary, working calendar, numbers, audit log and recycle bin in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client

ClientAs = Callable[..., Client]


@pytest.fixture
def admin(client_as: ClientAs) -> Client:
    return client_as("Admin")


def terms(session: Session, name: str) -> list[Any]:
    from app.core.dictionary import Term

    session.expire_all()
    return list(session.scalars(select(Term).where(Term.list == name).order_by(Term.position)))


def as_form(entries: list[Any], *new: tuple[str, str, str]) -> dict[str, Any]:
    rows = [(str(t.id), str(t.id), t.code, t.label_zh, t.label_en) for t in entries]
    rows += [("", f"new-{number}", *line) for number, line in enumerate(new)]
    columns = zip(*rows, strict=True)
    form: dict[str, Any] = dict(zip(("id", "key", "code", "label_zh", "label_en"), map(list, columns), strict=True))
    form["active"] = [str(t.id) for t in entries if t.active] + [f"new-{number}" for number, _line in enumerate(new)]
    return form


# --- dictionary ---


def test_the_office_renames_orders_retires_and_adds_entries(session: Session, client_as: ClientAs) -> None:
    from app.core import dictionary

    before = terms(session, "source")
    first, second = before[0], before[1]
    form = as_form([second, first, *before[2:]], ("", "行业峰会", "Industry summit"))
    form["label_zh"][0] = "新名称"
    form["active"].remove(str(first.id))

    answer = client_as("Office Administrator").post("/dictionary/source", data=form)

    after = terms(session, "source")
    session.info.pop("terms", None)
    assert answer.status_code == 302
    assert [t.id for t in after[:2]] == [second.id, first.id]
    assert after[0].label_zh == "新名称"
    assert (after[-1].code, after[-1].label_en) == ("industry_summit", "Industry summit")
    assert first.code not in dictionary.codes(session, "source")
    assert first.code in dict(dictionary.choices(session, "source", keep=first.code))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("", "", "No Chinese"), "必填"),
        (("Bad Code", "某", "Some"), "请使用小写字母"),
        (("", "x" * 81, "Long"), "最多"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_the_input_kept(
    session: Session, admin: Client, line: tuple[str, str, str], said: str
) -> None:
    entries = terms(session, "source")
    before = [(t.id, t.label_zh) for t in entries]
    form = as_form(entries, line)
    form["label_zh"][0] = "不应保存"

    page = admin.post("/dictionary/source", data=form)

    assert page.status_code == 422
    assert said in page.text
    assert 'value="不应保存"' in page.text
    assert [(t.id, t.label_zh) for t in terms(session, "source")] == before


@pytest.mark.parametrize("change", [{"id": ["1"]}, {"id": ["x"] * 3, "code": ["a"] * 3}, {"id": [str(10**30)]}])
def test_a_form_that_no_browser_sends_is_refused(session: Session, admin: Client, change: dict[str, Any]) -> None:
    form = as_form(terms(session, "customer_level")) | change

    assert admin.post("/dictionary/customer_level", data=form).status_code in (400, 404)


def test_an_entry_of_another_list_cannot_be_changed_through_this_one(session: Session, admin: Client) -> None:
    stranger = terms(session, "industry")[0]
    form = as_form([*terms(session, "customer_level"), stranger])
    form["label_zh"][-1] = "changed"

    answer = admin.post("/dictionary/customer_level", data=form)

    assert answer.status_code == 404
    session.refresh(stranger)
    assert stranger.label_zh != "changed"


def test_a_list_that_does_not_exist_has_no_page(admin: Client) -> None:
    assert admin.get("/dictionary/no_such_list").status_code == 404
    assert admin.post("/dictionary/no_such_list", data={}).status_code == 404


# --- working calendar ---


def test_a_day_is_made_a_holiday_and_taken_back(session: Session, admin: Client) -> None:
    from app.core import calendar

    day = date(2026, 11, 25)
    admin.post("/calendar/2026", data={"day": "2026-11-25", "working": "0", "note": "公司周年"})
    closed = calendar.load(session, day, day).is_working(day)
    page = admin.get("/calendar/2026").text
    admin.post("/calendar/2026", data={"day": "2026-11-25", "working": "1"})

    session.expire_all()
    assert not closed
    assert "公司周年" in page
    assert calendar.load(session, day, day).is_working(day)


def test_a_year_nobody_knows_says_so_and_takes_entries_by_hand(session: Session, admin: Client) -> None:
    from app.core import calendar

    page = admin.get("/calendar/2031").text
    refused = admin.post("/calendar/2031/refill", follow_redirects=True).text
    admin.post("/calendar/2031", data={"day": "2031-01-01", "working": "0", "note": "元旦"})

    assert "2031 年的节假日还没有录入" in page
    assert "尚未收录" in refused
    assert calendar.load(session, date(2031, 1, 1), date(2031, 1, 1)).known_year(2031)


def test_refilling_a_year_restores_the_public_holidays(session: Session, admin: Client) -> None:
    from app.core.calendar import CalendarDay, exceptions_of

    admin.post("/calendar/2026", data={"day": "2026-10-01", "working": "1"})
    admin.post("/calendar/2026/refill")

    session.expire_all()
    days = session.scalars(
        select(CalendarDay.day).where(CalendarDay.day >= date(2026, 1, 1), CalendarDay.day < date(2027, 1, 1))
    )
    assert set(days) == {entry.day for entry in exceptions_of(2026)}


@pytest.mark.parametrize("day", ["", "2026-02-31", "x", "99999-01-01", "1800-01-01"])
def test_a_day_that_does_not_exist_is_refused(admin: Client, day: str) -> None:
    assert admin.post("/calendar/2026", data={"day": day, "working": "0"}).status_code in (400, 404)


@pytest.mark.parametrize("year", ["0", "1999", "2101", "99999999999999999999"])
def test_a_year_far_away_has_no_page(admin: Client, year: str) -> None:
    assert admin.get(f"/calendar/{year}").status_code == 404


# --- numbers ---


def test_new_numbers_follow_the_pattern(session: Session, admin: Client) -> None:
    from datetime import UTC, datetime

    from app.core.numbering import next_number

    admin.post("/settings/", data={"customer": "C{year}/{number:04d}"})

    session.expire_all()
    assert next_number(session, "customer", datetime(2026, 11, 23, tzinfo=UTC)).startswith("C2026/")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "KH",
        "{number:05d}{number:05d}",
        "{number.__class__}",
        "{number:99999999d}",
        "{0}",
        "{year}",
        "{",
        "{number:05d}" + "x" * 60,
        "{month}{number:05d}",
        "{number!r:>999999999}",
    ],
)
def test_a_pattern_that_makes_no_numbers_is_refused(session: Session, admin: Client, pattern: str) -> None:
    from app.core.numbering import NumberPattern

    page = admin.post("/settings/", data={"order": pattern})

    assert page.status_code == 422
    session.expire_all()
    assert session.get(NumberPattern, "order") is None


# --- audit log and recycle bin ---


def test_the_audit_log_shows_who_did_what_and_masks_what_is_private(session: Session, admin: Client) -> None:
    admin.post("/teams/add", data={"name": "审计一部", "position": "3"})

    page = admin.get("/audit/?q=审计一部").text

    assert "审计一部" in page
    assert "新建" in page
    assert "argon2" not in admin.get("/audit/").text
    assert (
        "没有符合" in admin.get("/audit/?q=nothing-like-this").text
        or "blank" in admin.get("/audit/?q=nothing-like-this").text
    )


@pytest.mark.parametrize(
    "query",
    [
        "user=x",
        "user=99999999999999999999",
        "before=-1",
        "kind=%27",
        "first=2026-02-31",
        "last=x",
        "action=move",
        "_external=1",
        "record=" + "9" * 30,
    ],
)
def test_odd_filters_of_the_audit_log_are_harmless(admin: Client, query: str) -> None:
    assert admin.get(f"/audit/?{query}").status_code == 200


def test_every_entry_is_reached_page_by_page(session: Session, admin: Client) -> None:
    import re

    from app.core import audit
    from app.core.actors import Actor
    from app.core.database import utc_now

    for number in range(120):
        audit.record(session, "update", "customer", f"page test {number}", {}, by=Actor.system("test"), at=utc_now())
    session.commit()

    seen, url = [], "/audit/?q=page+test"
    while url:
        page = admin.get(url).text
        seen += re.findall(r"page test (\d+)<", page)
        link = re.search(r'href="([^"]+)" rel="next"', page)
        url = link[1].replace("&amp;", "&") if link else ""

    assert [int(number) for number in seen] == list(range(119, -1, -1))


def test_a_deleted_customer_is_taken_out_of_the_recycle_bin(session: Session, admin: Client, make_actor: Any) -> None:
    from app.core.database import utc_now
    from app.customers import services
    from app.customers.models import Customer

    owner = make_actor("Account Manager")
    customer = services.create_customer({"name": "南京云锦包装有限公司"}, by=owner, at=utc_now())
    services.delete_customer(customer, by=owner, at=utc_now())
    session.commit()
    pk = customer.id

    page = admin.get("/recycle_bin/?kind=customer").text
    assert ">类型</th>" in page
    admin.post(f"/customers/undelete/{pk}")

    session.expire_all()
    assert "南京云锦包装有限公司" in page
    assert f"/customers/undelete/{pk}" in page
    assert session.scalars(select(Customer).where(Customer.id == pk)).one().deleted_at is None


@pytest.mark.parametrize(
    "url", ["/users/list/", "/roles/4", "/teams/", "/calendar/2026", "/settings/", "/audit/", "/recycle_bin/"]
)
@pytest.mark.parametrize("role", ["Office Administrator", "Account Manager", "Sales Director"])
def test_administration_is_closed_to_everybody_else(client_as: ClientAs, url: str, role: str) -> None:
    assert client_as(role).get(url).status_code == 403
