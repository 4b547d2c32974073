"""Fields an administrator adds work in forms, on pages and by REST, and keep their type."""

import pytest
from sqlalchemy import select

from app.core.actors import acting_as
from app.core.custom_fields import CustomField, FieldType
from app.core.errors import Invalid
from app.customers import services
from app.customers.models import Customer
from tests.support.customers import NOW, make_customer

CHOICES = [["road", "公路", "Road"], ["sea", "海运", "Sea"]]


@pytest.fixture
def fields(session):
    """One field of each type on customers; the transport is required."""
    for number, kind in enumerate(FieldType):
        session.add(
            CustomField(
                kind="customer",
                key=f"f_{kind}",
                type=kind,
                label_zh=f"自定义{number}",
                label_en=f"Added {number}",
                choices=CHOICES if kind is FieldType.choice else [],
                required=kind is FieldType.choice,
                position=number,
            )
        )
    session.commit()
    session.info.pop("custom_fields", None)


GOOD = {
    "f_text": "冷库",
    "f_number": "12.5",
    "f_money": "1,200.00",
    "f_day": "2026-11-22",
    "f_choice": "sea",
    "f_yes_no": True,
}


def test_each_type_is_kept_as_it_was_meant(session, fields):
    customer = make_customer(custom=GOOD)

    assert customer.custom == {
        "f_text": "冷库",
        "f_number": "12.5",
        "f_money": "1200.00",
        "f_day": "2026-11-22",
        "f_choice": "sea",
        "f_yes_no": True,
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("f_number", "NaN"),
        ("f_number", "1e309"),
        ("f_money", "-1"),
        ("f_day", "2026-02-31"),
        ("f_choice", "train"),
        ("f_choice", ""),
        ("f_yes_no", "perhaps"),
        ("f_text", "长" * 1001),
    ],
)
def test_what_is_not_of_the_type_is_refused_at_its_field(session, fields, key, value):
    with pytest.raises(Invalid) as refusal:
        make_customer(custom=GOOD | {key: value})

    assert list(refusal.value.fields) == [f"custom_{key}"]


def test_an_unknown_key_is_refused(session, fields):
    with pytest.raises(Invalid):
        make_customer(custom={"f_choice": "sea", "status": "lost"})


def test_a_required_field_is_asked_for(session, fields):
    with pytest.raises(Invalid) as refusal:
        make_customer()

    assert list(refusal.value.fields) == ["custom_f_choice"]


def test_a_change_of_one_value_keeps_the_others_and_is_audited(session, fields, make_actor):
    manager = make_actor("Account Manager")
    customer = make_customer(by=manager, custom=GOOD)

    with acting_as(manager, session):
        services.update_customer(customer, {"custom": {"f_choice": "road", "f_text": "冷库"}}, by=manager, at=NOW)

    assert customer.custom["f_choice"] == "road"
    assert customer.custom["f_number"] == "12.5"


def test_the_form_asks_keeps_and_shows_them(session, fields, client_as):
    manager = client_as("Account Manager")
    page = manager.get("/customers/add").text
    assert "自定义4" in page
    assert "海运" in page

    entered = {
        "kind": "company",
        "name": "宁波恒泰鲜食品有限公司",
        "custom_f_number": "7",
        "custom_f_text": "<b>冷库</b>",
    }
    refused = manager.post("/customers/add", data=entered)
    assert refused.status_code == 200
    assert "&lt;b&gt;冷库" in refused.text

    saved = manager.post("/customers/add", data=entered | {"custom_f_choice": "sea"})
    assert saved.status_code == 302
    shown = manager.get(saved.location).text
    assert "海运" in shown
    assert "<b>冷库" not in shown

    session.expire_all()
    customer = session.scalars(select(Customer)).one()
    assert customer.custom["f_number"] == "7"
    edit = manager.get(f"/customers/edit/{customer.id}").text
    assert 'value="7"' in edit
