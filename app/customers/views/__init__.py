"""The pages of customers, contacts, follow-ups and plans."""

from app.customers.views.contacts import ContactView
from app.customers.views.customers import CustomerView
from app.customers.views.follow_ups import FollowUpView
from app.customers.views.plans import PlanView

__all__ = ["ContactView", "CustomerView", "FollowUpView", "PlanView"]
