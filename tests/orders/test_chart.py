"""The rhythm drawn into the chart of a customer's orders."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from app.core.database import utc_now
from app.core.i18n import local_day
from app.orders.views.chart import missing_days, usual_month
from tests.support.orders import line

TODAY_HERE = date(2026, 11, 24)


def test_orders_are_missing_at_the_distance_of_those_before():
    ordered = [date(2026, 9, 1), date(2026, 9, 21), date(2026, 10, 11)]

    assert missing_days(ordered, date(2026, 10, 30)) == []
    assert missing_days(ordered, date(2026, 10, 31)) == [date(2026, 10, 31)]
    assert missing_days(ordered, TODAY_HERE) == [date(2026, 10, 31), date(2026, 11, 20)]
    assert missing_days(ordered[:2], TODAY_HERE) == []


def test_the_usual_month_leaves_the_silence_before_and_after_out():
    months = [date(2026, month, 1) for month in range(5, 12)]
    sums = dict.fromkeys(months, Decimal(0)) | {
        date(2026, 7, 1): Decimal(300),
        date(2026, 9, 1): Decimal(600),
    }

    assert usual_month(sums, [date(2026, 7, 2), date(2026, 7, 9), date(2026, 9, 30)]) == Decimal(300)
    assert usual_month(sums, [date(2026, 7, 2), date(2026, 9, 30)]) is None


def test_the_card_says_the_same_as_drawing_and_as_table(session, client_as, make_customer, make_order):
    customer = make_customer()
    now = utc_now()
    for back in (90, 70, 50):
        day = local_day(now) - timedelta(days=back)
        make_order("confirmed", at=now, customer_id=customer.id, ordered_on=day, lines=[line("100")])
    session.commit()

    html = client_as("Office Administrator").get(f"/orders/card/{customer.id}").text

    assert html.count('class="mo-tick"') == 3
    assert html.count('class="mo-missing"') == 2
    assert "预期订单未到 2 笔" in html
    assert "mo-usual" in html
    rows = re.findall(r"<tr><td class=.nowrap.>.*?</tr>", html)
    assert len(rows) == 24
    assert sum(int(orders) for orders in re.findall(r'class="num">(\d+)</td>', html)) == 3


def test_the_card_of_a_customer_out_of_reach_does_not_exist(session, client_as, make_customer):
    customer = make_customer()
    session.commit()

    assert client_as("Account Manager").get(f"/orders/card/{customer.id}").status_code == 404
