"""The pages of service requests."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.core.actors import Actor
from app.core.i18n import _l
from app.customers import panels
from app.customers import services as customers
from app.customers.models import Customer
from app.service.api import ServiceRequestApi
from app.service.models import ServiceRequest
from app.service.views.archive import ServiceArchiveView
from app.service.views.customer import CustomerServiceView
from app.service.views.feedback import FeedbackView
from app.service.views.levels import ServiceLevelView
from app.service.views.requests import ServiceRequestView
from app.theme import layout

__all__ = ["FeedbackView", "ServiceArchiveView", "ServiceLevelView", "ServiceRequestView", "register"]


def register(appbuilder: Any) -> None:
    """Add the pages, and what they hang into the customer's page and the frame."""
    customers.register(ServiceRequest.customer_id, owner=ServiceRequest.owner_id)
    appbuilder.add_link(
        "ServiceBoard",
        href="ServiceRequestView.board",
        label=_l("Board"),
        icon="ti-layout-kanban",
        category="Service",
    )
    for view, name, label, icon, category in (
        (ServiceRequestView, "ServiceRequests", _l("Requests"), "ti-headset", "Service"),
        (ServiceArchiveView, "ServiceArchive", _l("Archive"), "ti-archive", "Service"),
        (ServiceLevelView, "ServiceLevels", _l("Service levels"), "ti-clock-hour-4", "Administration"),
    ):
        appbuilder.add_view(view, name, label=label, icon=icon, category=category)
    appbuilder.add_view_no_menu(FeedbackView)
    appbuilder.add_view_no_menu(CustomerServiceView)
    appbuilder.add_api(ServiceRequestApi)
    endpoint, label = "ServiceRequestView.related", _l("Service requests")
    panels.add_tab(panels.CustomerTab("service-requests", label, endpoint, "service_request.see", ServiceRequest))
    button = panels.CustomerButton(_l("Service request"), "ti-headset", "ServiceRequestView.add", "service_request.add")
    panels.add_button(button)
    panels.add_card(panels.CustomerCard("service-requests", "CustomerServiceView.card", "service_request.see"))
    panels.tell_figures(figures_of)
    layout.quick_add(_l("Service request"), "ServiceRequestView.add", "service_request.add", "ti-headset")


def figures_of(customer: Customer, actor: Actor) -> Mapping[str, panels.Figure]:
    """The rated requests behind a customer's satisfaction."""
    if customer.satisfaction is None or not actor.may("service_request.see"):
        return {}
    url = url_for("ServiceRequestView.list", _flt_0_customer_id=customer.id, _flt_1_satisfaction=1)
    return {"satisfaction": panels.Figure(url)}
