"""What a service request is found by: its words, its solution, its number and its customer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core import search
from app.customers.models import Customer
from app.products.models import Product
from app.service.models import ServiceRequest


def texts_of(request: ServiceRequest, customer: str, product: str | None) -> list[str]:
    """The texts of a request that the search knows; for bulk writers together with ``search.index_many``."""
    written = [search.Prose(text) for text in (request.text, request.solution, request.cause) if text]
    return [text for text in (request.number, customer, *written, request.serial_number, product) if text]


def index_request(session: Session, request: ServiceRequest) -> None:
    """Let the search find the request by what it says now."""
    customer = session.get(Customer, request.customer_id)
    product = session.get(Product, request.product_id) if request.product_id else None
    search.index(
        session,
        "service_request",
        request.id,
        texts_of(request, customer.name if customer else "", product.name if product else None),
    )


def forget_request(session: Session, request: ServiceRequest) -> None:
    """Let the search no longer find the request."""
    search.unindex(session, "service_request", request.id)
