"""A customer who orders is an active one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import or_, select

from app.core import events
from app.core.actors import Actor
from app.core.among import among
from app.core.database import db
from app.core.i18n import local_day
from app.customers import services as customers
from app.customers.models import Customer, CustomerStatus

FRESH_DAYS = 183
"""An order found in an old file does not bring a lost customer back; one of the last six months does."""


def welcome(newest: Mapping[int, date], *, by: Actor, at: datetime) -> None:
    """Activate the prospects and regain the lost among the customers whose orders were entered, and announce it.

    ``newest`` is the day of the newest of these orders for each customer.
    """
    session = db.session()
    today = local_day(at)
    not_active = select(Customer).where(
        among(Customer.id, sorted(newest)),
        or_(Customer.status == CustomerStatus.prospect, Customer.status == CustomerStatus.lost),
    )
    for customer in session.scalars(not_active).all():
        fresh = (today - newest[customer.id]).days <= FRESH_DAYS
        if fresh or customer.status is CustomerStatus.prospect:
            customers.activate(customer, by=by, at=at)
    events.announce("order.enter", newest, by=by, at=at)
