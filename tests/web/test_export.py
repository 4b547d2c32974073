"""A list as a file: exactly what it shows, for whoever may take it away, and written down."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import Role
from openpyxl import load_workbook
from sqlalchemy import select

from app.accounts.queries import rights_of_role
from app.accounts.services.roles import set_rights
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.database import utc_now
from app.customers.models import Contact, Customer
from app.service.services import create_request
from app.web.views import exporting
from tests.support.customers import make_customer

LIST = "/customers/export"


def sheet_of(answer):
    assert answer.status_code == 200, answer.text[:500]
    rows = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
    return list(rows)


def lines_of(answer):
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def entry_of(session):
    session.expire_all()
    return session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_file_holds_the_rows_of_the_filters_in_the_order_of_the_list(session, as_, customers_of, kind):
    customers_of("manager", 2, level="B")
    wanted = customers_of("manager", 3, level="A")
    address = f"{LIST}?_flt_0_level=A&_oc_CustomerView=name&_od_CustomerView=desc&format={kind}"

    answer = as_("director").get(address)

    rows = sheet_of(answer) if kind == "xlsx" else lines_of(answer)
    names = list(session.scalars(select(Customer.name).where(Customer.id.in_(wanted))))
    assert [row[0] for row in rows[1:]] == sorted(names, reverse=True)
    assert f".{kind}" in answer.headers["Content-Disposition"]


def test_cells_are_typed_and_speak_the_readers_language(session, people, as_, customers_of):
    (pk,) = customers_of("manager", 1, level="A")
    customer = session.get(Customer, pk)
    customer.value_12m, customer.last_order_on = 1280, date(2026, 11, 2)
    session.commit()

    head, row = sheet_of(as_("director").get(f"{LIST}?_flt_0_level=A"))

    shown = dict(zip(head, row, strict=True))
    assert shown["级别"] == "A"
    assert shown["状态"] == "潜在客户"
    assert shown["负责人"] == "林晓梅"
    assert shown["近 12 个月"] == 1280
    assert f"{shown['最近下单']:%Y-%m-%d %H:%M}" == "2026-11-02 00:00"
    as_("director").post("/language/en")
    head, row = sheet_of(as_("director").get(f"{LIST}?_flt_0_level=A"))
    assert head[0] == "Customer"
    assert dict(zip(head, row, strict=True))["Status"] == "Prospect"


def test_only_visible_rows_leave_the_house(session, as_, customers_of):
    mine, _foreign = customers_of("manager", 2), customers_of("other", 2)
    role = session.scalars(select(Role).where(Role.name == "Account Manager")).one()
    rights = {*rights_of_role(session, role.id), "customer.export"}
    set_rights(role, rights, by=Actor.system("test"), at=utc_now())
    session.commit()

    rows = sheet_of(as_("manager").get(LIST))

    names = set(session.scalars(select(Customer.name).where(Customer.id.in_(mine))))
    assert {row[0] for row in rows[1:]} == names


def test_without_the_right_there_is_neither_button_nor_file(session, as_, customers_of):
    customers_of("manager", 1)

    assert LIST not in as_("manager").get("/customers/list/").text
    assert as_("manager").get(LIST).status_code in (302, 403)
    assert f"{LIST}?format=csv" in as_("director").get("/customers/list/").text


def test_ticked_rows_only_and_a_foreign_one_stops_it(session, people, as_, customers_of):
    first, second, _third = customers_of("manager", 3)

    rows = sheet_of(as_("director").get(LIST, query_string={"rowid": [second, first]}))

    names = [session.get(Customer, pk).name for pk in (second, first)]
    assert [row[0] for row in rows[1:]] == names
    assert as_("director").get(LIST, query_string={"rowid": [first, 987654321]}).status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_name_that_is_a_formula_runs_nowhere(session, people, as_, make_actor, kind):
    make_customer(by=make_actor(user=people["manager"]), name="=cmd|'/c calc'!A1", level="A")
    session.commit()

    answer = as_("director").get(f"{LIST}?_flt_0_level=A&format={kind}")

    if kind == "csv":
        assert lines_of(answer)[1][0] == "'=cmd|'/c calc'!A1"
        return
    cell = load_workbook(io.BytesIO(answer.data)).worksheets[0].cell(2, 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=cmd|'/c calc'!A1", "s", True)


def test_what_the_list_masks_stays_masked(session, as_, customers_of):
    (pk,) = customers_of("manager", 1)
    session.add(Contact(customer_id=pk, name="王敏", name_key="wangmin", mobile="13812345678", custom={}))
    session.commit()

    lines = lines_of(as_("director").get("/contacts/export?format=csv"))

    assert [line[lines[0].index("手机")] for line in lines[1:]] == ["138****5678"]


def test_that_somebody_took_rows_away_is_written_down(session, people, as_, customers_of):
    customers_of("manager", 2, level="A")

    as_("director").get(f"{LIST}?_flt_0_level=A&format=csv")

    entry = entry_of(session)
    assert (entry.kind, entry.actor_id) == ("customer", people["director"].id)
    assert entry.changes["rows"] == [None, 2]
    assert entry.changes["format"] == [None, "csv"]
    assert "_flt_0_level=A" in entry.changes["query"][1]
    assert {language: len(said) for language, said in entry.changes["filters"][1].items()} == {"zh": 1, "en": 1}


def test_more_rows_than_a_browser_waits_for_are_refused_with_a_sentence(session, as_, customers_of, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    customers_of("manager", 3, level="A")

    answer = as_("director").get(f"{LIST}?_flt_0_level=A")

    assert answer.status_code == 422
    assert "超过 2 行" in answer.text


def test_an_unknown_format_does_not_exist(session, as_):
    assert as_("director").get(f"{LIST}?format=pdf").status_code == 404


def test_long_texts_are_whole_in_the_file(session, as_, people, make_prospect):
    text = "热水器漏水，" * 40
    values = {"customer_id": make_prospect(owner_id=people["manager"].id).id, "type": "repair", "text": text.strip()}
    create_request(values, by=Actor.system("test"), at=utc_now())
    session.commit()

    rows = sheet_of(as_("director").get("/service-requests/export"))

    assert rows[1][0] == text.strip()
    assert len(rows[1][0]) > 200


@pytest.mark.parametrize(
    "path",
    ["/contacts", "/follow-ups", "/plans", "/opportunities", "/orders", "/products", "/service-requests", "/churn"],
)
def test_every_kind_that_may_be_exported_is(session, as_, path):
    rows = sheet_of(as_("director").get(f"{path}/export"))

    assert len(rows) == 1
    assert all(rows[0])
