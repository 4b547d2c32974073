"""The catalogue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests.support.orders import NOW


def test_a_product_gets_a_number_and_the_usual_vat_rate(session, system):
    from app.products import services

    product = services.create_product({"name": "  Pump\u0000  P200 ", "list_price": "¥1,280.505"}, by=system, at=NOW)

    assert product.code.startswith("CP-")
    assert (product.name, product.list_price, product.vat_rate) == ("Pump P200", Decimal("1280.51"), Decimal("0.13"))
    assert product.active


def test_every_price_is_remembered_with_its_time_and_who_set_it(session, make_actor, make_product):
    from app.products import queries, services

    office = make_actor("Office Administrator")
    product = make_product(list_price="100", cost_price="60")
    services.update_product(product, {"list_price": Decimal(110)}, by=office, at=NOW + timedelta(days=1))
    services.update_product(product, {"name": "Another name"}, by=office, at=NOW + timedelta(days=2))
    services.update_product(product, {"cost_price": None}, by=office, at=NOW + timedelta(days=3))

    history = session.scalars(queries.price_history(product.id)).all()

    assert [(price.list_price, price.cost_price, price.changed_by_id) for price in history] == [
        (Decimal(110), None, office.user_id),
        (Decimal(110), Decimal(60), office.user_id),
        (Decimal(100), Decimal(60), None),
    ]
    then = session.scalar(queries.price_at(product.id, NOW + timedelta(hours=12)))
    assert then.list_price == 100


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 201),
        ("list_price", "NaN"),
        ("list_price", "1e309"),
        ("list_price", "-1"),
        ("list_price", None),
        ("list_price", "1000000000000"),
        ("vat_rate", "0.5"),
        ("vat_rate", "a lot"),
        ("vat_rate", "-0.13"),
        ("cost_price", object()),
        ("category", "no such category"),
        ("unit", ["piece"]),
        ("active", "perhaps"),
        ("code", "x" * 33),
    ],
)
def test_bad_input_is_refused_at_its_field(session, system, field, value):
    from app.core.errors import Invalid
    from app.products import services

    with pytest.raises(Invalid) as refusal:
        services.create_product({"name": "Pump", "list_price": "1", field: value}, by=system, at=NOW)

    assert list(refusal.value.fields) == [field]


def test_a_code_is_used_once(session, system, make_product):
    from app.core.errors import Invalid
    from app.products import services

    first, second = make_product(code="P-1"), make_product(code="P-2")

    with pytest.raises(Invalid) as refusal:
        services.update_product(second, {"code": "P-1"}, by=system, at=NOW)
    assert "code" in refusal.value.fields
    services.update_product(first, {"code": "P-1", "name": "New"}, by=system, at=NOW)


def test_only_those_with_the_right_change_the_catalogue(session, make_actor, make_product):
    from app.core.errors import NotAllowed
    from app.products import services

    product, seller = make_product(), make_actor("Account Manager")

    with pytest.raises(NotAllowed):
        services.create_product({"name": "Pump", "list_price": "1"}, by=seller, at=NOW)
    with pytest.raises(NotAllowed):
        services.update_product(product, {"list_price": "1"}, by=seller, at=NOW)
    with pytest.raises(NotAllowed):
        services.delete_product(product, by=seller, at=NOW)


def test_a_cost_price_is_for_those_who_may_see_it(session, make_actor, make_product):
    from dataclasses import replace

    from app.core.errors import Invalid
    from app.products import services

    office = make_actor("Office Administrator")
    clerk = replace(office, rights=office.rights - {"product.see_private"})

    with pytest.raises(Invalid):
        services.update_product(make_product(), {"cost_price": "1"}, by=clerk, at=NOW)


def test_a_product_on_an_order_cannot_be_deleted_and_another_can(session, system, make_product, make_order):
    from app.products import services
    from app.products.models import Product, ProductPrice

    sold, unsold = make_product(), make_product()
    make_order(lines=[{"product_id": sold.id, "quantity": 1}])

    with pytest.raises(services.InUse):
        services.delete_product(sold, by=system, at=NOW)
    services.delete_product(unsold, by=system, at=NOW)

    assert session.scalar(select(func.count()).where(Product.id.in_([sold.id, unsold.id]))) == 1
    assert session.scalar(select(func.count()).where(ProductPrice.product_id == unsold.id)) == 0


def test_changes_are_in_the_audit_log(session, system, make_product):
    from app.core.audit import AuditEntry
    from app.products import services

    product = make_product(list_price="100")
    services.update_product(product, {"list_price": "110", "vat_rate": "0.09"}, by=system, at=NOW)

    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.kind == "product", AuditEntry.record_id == product.id)
        .order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == ["create", "update"]
    assert set(entries[1].changes) == {"list_price", "vat_rate"}
    assert entries[1].changes["list_price"] == ["100.00", "110.00"]


def test_a_code_that_reads_like_the_next_number_is_not_given_again(session, system):
    from app.products.services import create_product, update_product

    first = create_product({"name": "标签", "list_price": "9"}, by=system, at=NOW)
    number = int(first.code[3:])
    create_product({"name": "碳带", "list_price": "9", "code": f"CP-{number + 1:04d}"}, by=system, at=NOW)
    assert create_product({"name": "胶带", "list_price": "9"}, by=system, at=NOW).code == f"CP-{number + 2:04d}"

    update_product(first, {"code": f"CP-{number + 3:04d}"}, by=system, at=NOW)
    assert create_product({"name": "封箱带", "list_price": "9"}, by=system, at=NOW).code == f"CP-{number + 4:04d}"
