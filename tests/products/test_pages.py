"""The pages of the catalogue."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app.products.models import Product
from tests.support.orders import statements

FORM = {"name": "伺服电机", "list_price": "1,280.50", "vat_rate": "0.13", "active": "y", "category": "component"}


def test_the_office_keeps_the_catalogue_with_its_prices(session, client_as):
    office = client_as("Office Administrator")

    answer = office.post("/products/add", data={**FORM, "cost_price": "700"})
    assert answer.status_code == 302, answer.text
    page = office.get(answer.location).text
    assert "伺服电机" in page
    assert "¥1,280.50" in page
    assert "¥700" in page
    assert "零部件" in page

    pk = answer.location.rsplit("/", 1)[1]
    version = re.search(r'name="version" value="(\d+)"', office.get(f"/products/edit/{pk}").text)[1]
    changed = {**FORM, "code": "X-1", "list_price": "1300", "cost_price": "700", "version": version}
    assert office.post(f"/products/edit/{pk}", data=changed).status_code == 302
    page = office.get(answer.location).text
    assert "¥1,300" in page
    assert "¥1,280.50" in page
    assert office.post(f"/products/delete/{pk}").status_code == 302
    assert session.scalar(select(func.count(Product.id))) == 0


def test_a_seller_reads_prices_but_not_costs(session, client_as, make_product):
    product = make_product(list_price="113", cost_price="61.23")
    session.commit()
    seller = client_as("Account Manager")

    for address in (f"/products/show/{product.id}", "/products/list/", f"/products/preview/{product.id}"):
        page = seller.get(address)
        assert page.status_code == 200, address
        assert "61.23" not in page.text
    found = seller.get("/lookup/product?q=Product").json
    assert [row["id"] for row in found] == [product.id]
    assert "61.23" not in str(found)
    assert seller.get("/products/add").status_code in {302, 403}
    assert seller.post("/products/add", data=FORM).status_code in {302, 403}
    assert seller.post(f"/products/delete/{product.id}").status_code in {302, 403}
    assert session.scalar(select(func.count(Product.id))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"list_price": "NaN"},
        {"list_price": "1e309"},
        {"vat_rate": "0.5"},
        {"category": "no"},
        {"name": "x" * 500},
    ],
)
def test_what_was_typed_stays_when_it_is_refused(session, client_as, changes):
    answer = client_as("Office Administrator").post("/products/add", data={**FORM, "model": "<b>SM-80", **changes})

    assert answer.status_code == 200
    assert "data-errors" in answer.text
    assert "&lt;b&gt;SM-80" in answer.text
    assert session.scalar(select(func.count(Product.id))) == 0


def test_a_product_on_an_order_is_not_deleted(session, client_as, make_product, make_order):
    product = make_product()
    make_order(lines=[{"product_id": product.id, "quantity": 1}])
    session.commit()
    office = client_as("Office Administrator")

    answer = office.post(f"/products/delete/{product.id}", follow_redirects=True)

    assert "请改为停售" in answer.text
    assert session.scalar(select(func.count(Product.id))) == 1


def test_products_are_found_by_name_pinyin_and_code(session, client_as, make_product):
    make_product(name="变频电机", code="SM-80")
    make_product(name="切削液", code="CL-20")
    session.commit()
    seller = client_as("Account Manager")

    for text in ("变频", "bpdj", "SM-80"):
        page = seller.get(f"/products/list/?q={text}").text
        assert "变频电机" in page, text
        assert "切削液" not in page, text


@pytest.mark.parametrize("address", ["list/", "add", "show/{pk}", "edit/{pk}"])
def test_a_page_takes_few_statements(app, session, client_as, make_product, address):
    product = next(iter([make_product() for _n in range(9)]))
    session.commit()
    office = client_as("Office Administrator")
    path = f"/products/{address.format(pk=product.id)}"
    assert office.get(path).status_code == 200

    with statements(app) as seen:
        office.get(path)

    assert len(seen) <= 10, "\n".join(seen)
