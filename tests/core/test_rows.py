"""Many rows, and conditions on many keys, mean the same as one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, insert, select

from app.core.among import among, pairs_among
from app.core.rows import insert_rows
from app.customers.models import ChurnBand, Customer, CustomerKind, CustomerStatus
from app.orders.models import OrderDay

TRICKY = "tab\tnew\nline \\N back\\slash 'quote' \"two\" 恒泰😀 {} %s"
AT = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=8)))
CUSTOMER = Customer.__table__


def row(number, **columns):
    return {
        "code": f"R-{number}",
        "name": f"Row {number}",
        "name_key": f"row {number}",
        "kind": CustomerKind.company,
        "status": CustomerStatus.active,
        "is_internal": False,
        "custom": {},
        "orders_12m": 0,
        "value_12m": Decimal(0),
        "version": 1,
        "created_at": AT,
        "changed_at": AT,
        **columns,
    }


FULL = {
    "name": TRICKY,
    "notes": TRICKY,
    "is_internal": True,
    "custom": {"text": TRICKY, "number": 1.5, "none": None},
    "value_12m": Decimal("-1234567.89"),
    "annual_revenue": Decimal("999999999999.99"),
    "satisfaction": Decimal("4.25"),
    "churn_band": ChurnBand.on_track,
    "last_order_on": date(2026, 1, 31),
    "bank_account": "622848001234",
    "staff": 0,
}


@pytest.mark.parametrize("extra", [{}, FULL])
def test_many_rows_are_read_back_as_what_one_row_is(session, database, extra):
    names = [column.name for column in CUSTOMER.c if column.name not in {"id", "code", "external_id"}]
    session.execute(insert(CUSTOMER), [row(1, **extra)])
    # Rows need not have the same names.
    insert_rows(session.connection(), CUSTOMER, [row(2, **extra), row(3, external_id="only here")])

    one, many = (
        session.execute(select(*(CUSTOMER.c[name] for name in names)).where(CUSTOMER.c.code == code)).one()._asdict()
        for code in ("R-1", "R-2")
    )

    if not extra:
        one |= {"name": "Row 2", "name_key": "row 2"}
    assert many == one | {"name_key": "row 2"}
    assert many["created_at"] == AT.astimezone(UTC)


def test_among_holds_for_the_keys_and_for_nothing_else(session, database):
    texts = ["R-1", "R-'3'", TRICKY]
    insert_rows(session.connection(), CUSTOMER, [row(1), row(2), row(3, code="R-'3'"), row(4, name=TRICKY)])
    ids = dict(session.execute(select(CUSTOMER.c.code, CUSTOMER.c.id)).all())

    def codes(condition):
        return sorted(session.scalars(select(CUSTOMER.c.code).where(condition)))

    assert codes(among(CUSTOMER.c.code, texts)) == ["R-'3'", "R-1"]
    assert codes(among(CUSTOMER.c.name, texts)) == ["R-4"]
    assert codes(among(CUSTOMER.c.id, [ids["R-1"], ids["R-2"], 2**62])) == ["R-1", "R-2"]
    assert codes(among(CUSTOMER.c.id, [])) == []


def test_pairs_are_told_apart_from_their_halves(session, database):
    insert_rows(session.connection(), CUSTOMER, [row(1), row(2)])
    first, second = session.scalars(select(CUSTOMER.c.id).order_by(CUSTOMER.c.code))
    day, other = date(2026, 1, 5), date(2026, 1, 6)
    table = OrderDay.__table__
    sums = dict.fromkeys(("orders", "returns", "gross", "returned", "net", "cost"), 0)
    insert_rows(
        session.connection(),
        table,
        [{"customer_id": pk, "day": on, **sums} for pk in (first, second) for on in (day, other)],
    )

    session.execute(delete(table).where(pairs_among(table.c.customer_id, table.c.day, [(first, day), (second, other)])))

    left = session.execute(select(table.c.customer_id, table.c.day).order_by(table.c.customer_id)).all()
    assert [tuple(each) for each in left] == [(first, other), (second, day)]
    assert session.scalar(select(func.count()).select_from(table)) == 2
