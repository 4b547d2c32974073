"""What the page of a customer shows of its opportunities."""

from __future__ import annotations

from typing import Any

from flask import abort
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from app.core.database import db
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.views import looks
from app.web.lookup import row
from app.web.session import acting

MOST = 5


class CustomerOpportunitiesView(BaseView):
    """The card beside a customer's timeline."""

    route_base = "/customer-opportunities"
    class_permission_name = "opportunity"
    method_permission_name = {"card": "see"}

    @expose("/<pk>")
    @has_access
    def card(self, pk: str) -> Any:
        """The customer's open opportunities."""
        customer = row("customer", pk) or abort(404)
        mine = (
            Opportunity.customer_id == customer.id,
            Opportunity.status.in_((OpportunityStatus.developing, OpportunityStatus.unassigned)),
            queries.seen_whole(acting()),
        )
        count, amount = db.session.execute(
            select(func.count(Opportunity.id), func.sum(Opportunity.amount)).where(*mine)
        ).one()
        found = list(db.session.scalars(select(Opportunity).where(*mine).order_by(Opportunity.id.desc()).limit(MOST)))
        return self.render_template(
            "opportunities/customer_card.html",
            customer=customer,
            opportunities=found,
            count=count,
            amount=amount,
            stage=looks.stage,
            status_badge=looks.status,
        )
