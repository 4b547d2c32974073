"""What the page of a customer shows of its service: how it rated the last solutions."""

from __future__ import annotations

from typing import Any

from flask import abort
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.core.database import db
from app.service import queries
from app.web.lookup import row


class CustomerServiceView(BaseView):
    """The card beside a customer's timeline."""

    route_base = "/customer-service"
    class_permission_name = "service_request"
    method_permission_name = {"card": "see"}

    @expose("/<pk>")
    @has_access
    def card(self, pk: str) -> Any:
        """The customer's last five ratings, the newest first; nothing before the first one."""
        customer = row("customer", pk) or abort(404)
        rated = list(db.session.scalars(queries.rated_of(customer.id)))
        return self.render_template("service/customer_card.html", customer=customer, rated=rated) if rated else ""
