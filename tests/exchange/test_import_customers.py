"""Customers and contacts come from files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.search import matching_ids
from app.core.timeline import TimelineEntry
from app.customers import services
from app.customers.models import Contact, Customer, CustomerKey, CustomerStatus
from tests.support.orders import NOW

HEADERS = "客户编号,客户名称,统一社会信用代码,行业,级别,信用,所在地区,电话,员工人数,注册资本,标签,负责人,客户状态\n"
ROW = "K-01,宁波恒泰鲜食品有限公司,91330203MA2GX07R4X,食品加工,A,4,浙江省宁波市海曙区,0574 8888 3321,320,1200万元,冷链、集采,林晓梅,正式客户\n"


def code_of(first17):
    from stdnum.cn import uscc

    return first17 + uscc.calc_check_digit(first17)


@pytest.fixture
def row():
    return ROW.replace("91330203MA2GX07R4X", code_of("91330203MA2GX07R4"))


def test_customers_with_chinese_headers_are_made_updated_and_left_alone(command, write, session, make_user, row):
    owner = make_user("Account Manager", first_name="晓梅", last_name="林")
    path = write(HEADERS + row)

    first, second = command("import", "customers", path), command("import", "customers", path)
    third = command("import", "customers", write(HEADERS + row.replace("320", "350").replace(",A,", ",,")))

    assert [(s.line["created"], s.line["updated"], s.line["unchanged"], s.code) for s in (first, second, third)] == [
        (1, 0, 0, 0),
        (0, 0, 1, 0),
        (0, 1, 0, 0),
    ]
    customer = session.scalars(select(Customer)).one()
    assert (customer.code, customer.industry, customer.level, customer.credit) == ("K-01", "food", "A", 4)
    assert (customer.region, customer.phone, customer.staff) == ("330203", "0574-88883321", 350)
    assert (customer.registered_capital, customer.owner_id) == (Decimal(12_000_000), owner.id)
    assert customer.status is CustomerStatus.active
    assert services.tags_of(session, customer.id) == ["集采", "冷链"]  # ji cai, leng lian
    assert session.scalars(matching_ids("customer", "htxsp")).all() == [customer.id]


def test_import_leaves_what_entering_one_customer_leaves(command, write, session, system):
    values = {
        "name": "杭州青禾生鲜供应链有限公司",
        "english_name": "Qinghe",
        "phone": "0571-88883321",
        "tags": ["冷链"],
    }
    values |= {"uscc": code_of("91330106MA2GX07R4"), "staff": 12, "bank_account": "622848001234"}
    one = services.create_customer(values, by=system, at=NOW)
    contact = {"customer_id": one.id, "name": "李敏", "mobile": "13812345678", "title": "供应链主管"}
    services.create_contact(contact, by=system, at=NOW)
    headers = "name,english name,phone,tags,uscc,staff,bank account\n"
    name = "杭州蓝禾生鲜供应链有限公司"
    said = command(
        "import",
        "customers",
        write(f"{headers}{name},Qinghe,0571-88883321,冷链,{code_of('91330401MA2GX07R4')},12,622848001234\n"),
    )
    also = command("import", "contacts", write(f"客户名称,姓名,手机,职务\n{name},李敏,13812345678,供应链主管\n"))

    assert (said.code, also.code) == (0, 0), said.errors + also.errors

    def left(customer):
        session.refresh(customer)
        own = {
            "id",
            "code",
            "name",
            "name_key",
            "uscc",
            "region",
            "region_name",
            "bank_account",
            "created_at",
            "changed_at",
            "customer_id",
        }
        person = session.scalars(select(Contact).where(Contact.customer_id == customer.id)).one()
        keys = session.scalars(select(CustomerKey.key).where(CustomerKey.customer_id == customer.id)).all()
        told = select(TimelineEntry).where(TimelineEntry.customer_id == customer.id).order_by(TimelineEntry.id)
        found = []
        for kind, record in (("customer", customer), ("contact", person)):
            entry = session.scalars(
                select(AuditEntry).where(AuditEntry.kind == kind, AuditEntry.record_id == record.id)
            ).one()
            table = record.__table__
            found.append({c.name: getattr(record, c.name) for c in table.c if c.name not in own})
            found.append(
                (entry.action, sorted(entry.changes), {n: v for n, v in entry.changes.items() if n not in own})
            )
        return (
            found,
            sorted(key.split(":")[0] for key in keys),
            [(entry.event, sorted(entry.words)) for entry in session.scalars(told)],
            customer.bank_account,
            services.tags_of(session, customer.id),
        )

    other = session.scalars(select(Customer).where(Customer.name == name)).one()
    assert left(other) == left(one)
    assert sorted(session.scalars(matching_ids("customer", "13812345678"))) == sorted([one.id, other.id])
    assert len(session.scalars(matching_ids("contact", "lm")).all()) == 2


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["", "K2"], "名称"),
        (["长" * 201, "K2"], "200"),
        (["好客户有限公司", "K" * 33], "32"),
        (["好客户有限公司", "K2", "91330203MA2GX07R4A"], "代码"),
        (["好客户有限公司", "K2", "", "天文学"], "天文学"),
        (["好客户有限公司", "K2", "", "", "9"], "5"),
        (["好客户有限公司", "K2", "", "", "NaN"], "NaN"),
        (["好客户有限公司", "K2", "", "", "", "12"], "电话"),
        (["好客户有限公司", "K1"], "K1"),
    ],
)
def test_a_bad_customer_is_listed(command, write, session, read_errors, cells, said):
    headers = ["name", "code", "uscc", "industry", "credit", "phone"]
    good = ["第一客户有限公司", "K1", "", "", "", ""]

    answer = command("import", "customers", write([headers, good, cells + [""] * (6 - len(cells))]))

    assert (answer.code, answer.line["created"], answer.line["failed"]) == (1, 1, 1)
    number, reason, *_cells = read_errors(answer)[0]
    assert (number, said in reason) == ("3", True), reason
    assert len(session.scalars(select(Customer)).all()) == 1


def test_markup_emoji_and_formulas_are_names_like_others(command, write, session):
    names = ["<script>alert(1)</script>有限公司", "😀贸易有限公司", "=HYPERLINK(1)有限公司"]

    said = command("import", "customers", write([["name"], *([name] for name in names)]))

    assert (said.code, said.line["created"]) == (0, 3)
    assert sorted(session.scalars(select(Customer.name))) == sorted(names)


def test_contacts_are_known_by_customer_and_name(command, write, session, make_customer):
    customer = make_customer(code="K-01", name="宁波恒泰鲜食品有限公司")
    path = write(
        "客户编号,姓名,性别,手机号,首要联系人\nK-01,王建平,先生,138 1234 5678,否\nK-01,沈丽,女士,,是\nK-09,谁,,,\n"
    )

    first, second = command("import", "contacts", path), command("import", "contacts", path)

    assert [(s.line["created"], s.line["unchanged"], s.line["failed"], s.code) for s in (first, second)] == [
        (2, 0, 1, 1),
        (0, 2, 1, 1),
    ]
    assert "K-09" in first.errors
    people = session.scalars(select(Contact).where(Contact.customer_id == customer.id).order_by(Contact.id)).all()
    assert [(one.name, one.mobile, one.is_primary) for one in people] == [
        ("王建平", "13812345678", False),
        ("沈丽", None, True),
    ]


def test_a_name_that_two_customers_have_is_not_guessed(command, write, make_customer):
    make_customer(name="同名有限公司")
    make_customer(name="同名有限公司")

    said = command("import", "contacts", write("客户名称,姓名\n同名有限公司,王建平\n"))

    assert (said.code, "同名有限公司" in said.errors) == (2, True)
