"""Lists of a customer's records, narrowed to the customers a report counts."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Query

from app.accounts.models import User
from app.accounts.queries import teams_below
from app.core.database import db
from app.core.i18n import _
from app.customers.models import Customer, CustomerStatus

FIELDS = ("level", "industry", "source")
TEXTS = ("level", "industry", "source", "region")
EMPTY = (*TEXTS, "credit", "satisfaction")
OTHERS = ("owner", "team", "region", "status", "credit", "satisfaction", "without")
NARROWING = ("counted", *(f"c_{name}" for name in (*FIELDS, *OTHERS)))
"""The parameters that narrow a list to the customers a report counts."""

BANDS = {"1": (None, 2), "2": (2, 3), "3": (3, 4), "4": (4, None)}
"""Satisfaction by the figure a band begins with: from (inclusive), to (exclusive)."""


def counted_customers() -> list[ColumnElement[bool]]:
    """The conditions on Customer that the address asks for by ``counted=y`` and ``c_…``; none without it."""
    args = request.args
    if args.get("counted") != "y":
        return []
    found: list[ColumnElement[bool]] = [Customer.is_internal.is_(False)]
    found += [getattr(Customer, name) == args[f"c_{name}"] for name in FIELDS if args.get(f"c_{name}")]
    owner, team, region, status = (args.get(f"c_{name}", "") for name in ("owner", "team", "region", "status"))
    if _is_key(owner):
        found.append(Customer.owner_id == int(owner))
    if _is_key(team):
        members = select(User.id).where(User.team_id.in_(teams_below(db.session(), [int(team)])))
        found.append(Customer.owner_id.in_(members))
    if region:
        found.append(Customer.region.startswith(region, autoescape=True))
    if status in CustomerStatus.__members__:
        found.append(Customer.status == CustomerStatus[status])
    return found + _part(*(args.get(f"c_{name}", "") for name in ("credit", "satisfaction", "without")))


def _part(credit: str, satisfaction: str, without: str) -> list[ColumnElement[bool]]:
    """The conditions on one part of the composition: a credit, a band of satisfaction, or a field that is empty."""
    found: list[ColumnElement[bool]] = []
    if _is_key(credit):
        found.append(Customer.credit == int(credit))
    if satisfaction in BANDS:
        low, high = BANDS[satisfaction]
        found.append(Customer.satisfaction.is_not(None))
        found += [Customer.satisfaction >= low] if low else []
        found += [Customer.satisfaction < high] if high else []
    if without in EMPTY:
        column = getattr(Customer, without)
        found.append(or_(column.is_(None), column == "") if without in TEXTS else column.is_(None))
    return found


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


class OfCountedCustomers:
    """What a list view of records with a ``customer_id`` adds to be opened from a figure of a report."""

    datamodel: Any
    narrow_args: tuple[str, ...] = NARROWING

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """Keep the records of the customers the report counted."""
        query = super().narrow(query)  # type: ignore[misc]  # CrmModelView comes after this class
        conditions = counted_customers()
        if conditions:
            query = query.filter(self.datamodel.obj.customer_id.in_(select(Customer.id).where(*conditions)))
        return query

    def list_fact(self) -> str:
        """Say in the head of the list that a report opened it."""
        return _("opened from a report, its filters apply") if request.args.get("counted") == "y" else ""
