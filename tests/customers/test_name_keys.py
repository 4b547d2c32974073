"""The keys that names are sorted by: the same order on every server, and right again after new readings."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.core import search
from app.core.actors import Actor
from app.core.database import Model
from app.core.kept import reconcile, repair
from app.core.pinyin import name_key
from app.customers.models import Contact, Customer
from app.customers.services import create_contact, create_customer
from app.products.models import Product
from app.products.services import create_product

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TODAY = date(2026, 11, 27)
SYSTEM = Actor.system("test")


def test_names_are_sorted_by_bytes_whatever_language_the_server_speaks(session, database_kind):
    tables = sorted(table.name for table in Model.metadata.tables.values() if "name_key" in table.c)
    columns = sa.inspect(session.connection())

    found = {
        table: column["type"].collation
        for table in tables
        for column in columns.get_columns(table)
        if column["name"] == "name_key"
    }

    # SQLite compares bytes unless a column says otherwise.
    assert found == dict.fromkeys(["ab_user", "contact", "customer", "product"], {"postgresql": "C"}.get(database_kind))


def test_the_key_of_the_longest_name_fits():
    assert len(name_key("装" * 200)) <= 200


@pytest.fixture
def rows(session, make_user):
    customer = create_customer({"name": "重庆长安汽车"}, by=SYSTEM, at=NOW)
    session.flush()
    contact = create_contact({"customer_id": customer.id, "name": "单雄信"}, by=SYSTEM, at=NOW)
    product = create_product({"name": "不干胶", "list_price": "9"}, by=SYSTEM, at=NOW)
    return {Customer: customer, Contact: contact, Product: product, User: make_user("Account Manager")}


@pytest.mark.parametrize("model", [Customer, Contact, Product, User])
def test_a_key_of_old_readings_is_found_and_repaired(session, rows, model):
    session.flush()
    key, right = rows[model].id, rows[model].name_key
    assert reconcile(session, TODAY) == []

    session.execute(sa.update(model).where(model.id == key).values(name_key="zhong"))
    (found,) = reconcile(session, TODAY)
    assert (found.key, found.field, found.kept, found.true) == (key, "name_key", "zhong", right)
    repair(session, [found], TODAY)

    assert reconcile(session, TODAY) == []
    session.expire_all()
    assert session.get(model, key).name_key == right


@pytest.mark.parametrize(("model", "kind", "typed"), [(Customer, "customer", "cqca"), (Contact, "contact", "sxx"), (Product, "product", "bgj")])  # fmt: skip
def test_with_its_key_a_row_is_found_by_its_letters_again(session, rows, model, kind, typed):
    session.flush()
    key = rows[model].id
    search.unindex(session, kind, key)
    session.execute(sa.update(model).where(model.id == key).values(name_key="zhong"))

    repair(session, reconcile(session, TODAY), TODAY)

    assert list(session.scalars(search.matching_ids(kind, typed))) == [key]
