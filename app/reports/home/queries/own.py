"""An account manager's own work."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from app.churn.models import ChurnCase, ChurnStatus
from app.customers.models import Contact, Customer, Plan
from app.opportunities.models import Opportunity, OpportunityStage
from app.opportunities.queries import with_step
from app.orders.models import Order
from app.orders.queries import counted as counted_orders
from app.reports.home.asked import Asked
from app.reports.home.queries.shared import ROWS, TO_DO, Conditions, Rows, with_customer
from app.service.models import RequestStatus, ServiceRequest

WARNED = ChurnCase.status == ChurnStatus.warned


def due_plans(asked: Asked) -> Conditions:
    """One's own open plans of today, whatever the hour, and of days gone by."""
    return Plan.owner_id == asked.me, Plan.done_at.is_(None), Plan.due_at < asked.next_midnight


def plans_done_today(asked: Asked) -> Conditions:
    """What one has done today."""
    return Plan.owner_id == asked.me, Plan.done_at >= asked.midnight, Plan.done_at < asked.next_midnight


def to_do(asked: Asked) -> Rows:
    """(plan, name of its contact, title of the contact): overdue and today's, the longest overdue first."""
    statement = (
        select(Plan, Contact.name, Contact.title)
        .outerjoin(Contact, Contact.id == Plan.contact_id)
        .where(*due_plans(asked))
        .order_by(Plan.due_at, Plan.id)
        .limit(TO_DO)
    )
    return with_customer(statement, Plan.customer)


def to_look_at_again(asked: Asked) -> ColumnElement[bool]:
    """Cases that somebody wanted to look at again by today."""
    return and_(ChurnCase.status == ChurnStatus.postponed, ChurnCase.look_again_on <= asked.day)


def my_risks(asked: Asked) -> Rows:
    """What one has to decide and what one wanted to look at again: the most valuable."""
    statement = select(ChurnCase).where(ChurnCase.owner_id == asked.me, or_(WARNED, to_look_at_again(asked)))
    by_money = (ChurnCase.value_12m.desc(), ChurnCase.id.desc())
    return with_customer(statement.order_by(*by_money).limit(ROWS), ChurnCase.customer)


def my_without_step(asked: Asked) -> Conditions:
    """One's own opportunities for which nothing is planned."""
    return Opportunity.owner_id == asked.me, with_step("none", asked.at)


def without_step(asked: Asked) -> Rows:
    """(opportunity, its stage) of the largest of them."""
    by_amount = (Opportunity.amount.is_(None), Opportunity.amount.desc(), Opportunity.id)
    statement = (
        select(Opportunity, OpportunityStage)
        .outerjoin(OpportunityStage, OpportunityStage.code == Opportunity.stage)
        .where(*my_without_step(asked))
        .order_by(*by_amount)
        .limit(ROWS)
    )
    return with_customer(statement, Opportunity.customer)


def requests_of_my_customers(asked: Asked) -> Conditions:
    """Service requests of one's own customers that are not in the archive."""
    own = select(Customer.id).where(Customer.owner_id == asked.me)
    return ServiceRequest.customer_id.in_(own), ServiceRequest.status != RequestStatus.archived


def my_orders(asked: Asked) -> Conditions:
    """The orders one sold, confirmed or later."""
    return Order.owner_id == asked.me, counted_orders()
