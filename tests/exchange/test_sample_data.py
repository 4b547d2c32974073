"""Real orders: what pandas says about the file is what the program shows."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas
import pytest
from sqlalchemy import func, select

from app.customers.models import Customer
from app.orders.models import Order, OrderDay
from app.orders.services import rollups

FILE = "online_retail_ii.csv"
FOLDER = os.environ.get("CHANGKE_SAMPLE_DATA")
needs_sample = pytest.mark.skipif(FOLDER is None, reason=f"{FILE}: CHANGKE_SAMPLE_DATA is not set")


def generated(path: Path) -> Path:
    """A small file of the same shape: 40 customers, every day different, leading zeros, a long fraction."""
    rows = ["customer_id,date,amount,quantity,n_lines,country,order_id"]
    for number in range(600):
        customer = f"{number * number % 40:05d}"
        day = date(2009, 12, 1) + timedelta(days=number * 37 % 730)
        rows.append(
            f"{customer},{day},{number * 7.31 % 900:.10f},{number % 50}.0,{number % 9},France,{480000 + number}"
        )
    path.write_text("\n".join(rows) + "\n")
    return path


def expected(path: Path, asof: date) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """(per customer, per customer and day) by pandas, amounts rounded half up to cents."""
    frame = pandas.read_csv(path, dtype={"customer_id": str, "amount": str, "order_id": str}, parse_dates=["date"])
    frame["amount"] = [Decimal(amount).quantize(Decimal("0.01"), "ROUND_HALF_UP") for amount in frame["amount"]]
    days = frame.groupby(["customer_id", frame["date"].dt.date])["amount"].agg(["count", "sum"]).reset_index()
    year = frame[(frame["date"].dt.date > asof - timedelta(days=365)) & (frame["date"].dt.date <= asof)]
    customers = year.groupby("customer_id")["amount"].agg(["count", "sum"])
    customers["last"] = frame[frame["date"].dt.date <= asof].groupby("customer_id")["date"].max().dt.date
    return customers, days


def compare(session, path, asof, *, orders, customers):
    assert session.scalar(select(func.count(Order.id))) == orders
    assert session.scalar(select(func.count(Customer.id))) == customers
    rollups.rebuild_customers(session, list(session.scalars(select(Customer.id))), asof)
    of_year, of_days = expected(path, asof)

    kept = {
        code: (count, value, last)
        for code, count, value, last in session.execute(
            select(Customer.external_id, Customer.orders_12m, Customer.value_12m, Customer.last_order_on).where(
                Customer.orders_12m > 0
            )
        )
    }
    assert kept == {code: (int(row["count"]), row["sum"], row["last"]) for code, row in of_year.iterrows()}
    sums = session.execute(
        select(Customer.external_id, OrderDay.day, OrderDay.orders, OrderDay.gross).join(
            OrderDay, OrderDay.customer_id == Customer.id
        )
    ).all()
    assert {tuple(row) for row in sums} == {(a, b, int(c), d) for a, b, c, d in of_days.itertuples(index=False)}


def test_a_small_file_shows_the_figures_pandas_finds(command, session, tmp_path):
    path = generated(tmp_path / FILE)

    said = command("import", "orders", path)

    assert (said.code, said.line["created"]) == (0, 600)
    compare(session, path, date(2011, 6, 9), orders=600, customers=int(pandas.read_csv(path)["customer_id"].nunique()))


@needs_sample
def test_the_sample_file_shows_the_figures_pandas_finds(own_command, own_session, tmp_path):
    """In transactions of its own, as a company imports: thousands of undone ones leave PostgreSQL crawling."""
    assert FOLDER is not None
    path = Path(FOLDER) / FILE

    said = own_command("import", "orders", path, "--errors", tmp_path / "errors.csv")

    assert (said.code, said.line) == (
        0,
        {"read": 36594, "created": 36594, "updated": 0, "unchanged": 0, "failed": 0, "errors_file": None},
    )
    compare(own_session, path, date(2011, 6, 9), orders=36594, customers=5852)
    judged = own_command("churn", "judge", "--asof", "2011-06-09")
    assert (judged.line["judged"], judged.line["warned"]) == (4944, 2252)
