"""What later features hang on a customer's page: tabs, cards on the right, and the health line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.customers.models import Customer

MANY = 99
"""Tabs count this far."""


@dataclass(frozen=True)
class CustomerTab:
    """A list of the customer's records, loaded from ``endpoint`` (it takes ``name`` and ``pk``) when opened.

    ``model``: the records, counted by their column ``customer_id``.
    """

    name: str
    label: Any
    endpoint: str
    right: str
    model: Any


@dataclass(frozen=True)
class CustomerCard:
    """A card in the right column, loaded from ``endpoint`` (it takes ``pk``) after the page."""

    name: str
    endpoint: str
    right: str


@dataclass(frozen=True)
class CustomerButton:
    """A button that opens the form of a new record for the customer."""

    label: Any
    icon: str
    endpoint: str
    right: str


@dataclass(frozen=True)
class Health:
    """One line about how the customer is; ``tone`` is good, wait or bad."""

    text: Any
    tone: str
    url: str = ""
    link: Any = ""


@dataclass(frozen=True)
class Figure:
    """What a later feature knows about a figure of the strip: the rows behind it, and how it changed."""

    url: str
    note: Any = ""
    tone: str = ""


_tabs: list[CustomerTab] = []
_cards: list[CustomerCard] = []
_buttons: list[CustomerButton] = []
_health: list[Callable[[Customer], Health | None]] = []
_figures: list[Callable[[Customer, Actor], Mapping[str, Figure]]] = []


def add_tab(tab: CustomerTab) -> None:
    """Add a tab to every customer's page, for whoever has its right."""
    if tab not in _tabs:
        _tabs.append(tab)


def add_card(card: CustomerCard) -> None:
    """Add a card to the right column, for whoever has its right."""
    if card not in _cards:
        _cards.append(card)


def add_button(button: CustomerButton) -> None:
    """Add a button to the head, for whoever has its right."""
    if button not in _buttons:
        _buttons.append(button)


def tell_health(teller: Callable[[Customer], Health | None]) -> None:
    """Let ``teller`` say how customers are; one feature does."""
    _health[:] = [teller]


def tell_figures(teller: Callable[[Customer, Actor], Mapping[str, Figure]]) -> None:
    """Let ``teller`` say what is behind the figures of customers, each named by the customer's column."""
    if teller not in _figures:
        _figures.append(teller)


def figures(customer: Customer, actor: Actor) -> dict[str, Figure]:
    """What is behind the figures that ``actor`` may open."""
    return {name: figure for teller in _figures for name, figure in teller(customer, actor).items()}


def tabs(actor: Actor) -> list[CustomerTab]:
    """The tabs ``actor`` may open."""
    return [tab for tab in _tabs if actor.may(tab.right)]


def counts(session: Session, actor: Actor, customer_id: int) -> dict[str, int]:
    """How many records each tab lists, those beyond ``MANY`` left out, in one statement."""
    opened = tabs(actor)
    if not opened:
        return {}
    some = (select(tab.model.id).where(tab.model.customer_id == customer_id).limit(MANY + 1) for tab in opened)
    row = session.execute(
        select(*(select(func.count()).select_from(one.subquery()).scalar_subquery() for one in some))
    ).one()
    return {tab.name: count for tab, count in zip(opened, row, strict=True)}


def cards(actor: Actor, customer: Customer) -> list[str]:
    """The addresses of the cards ``actor`` may see."""
    return [url_for(card.endpoint, pk=customer.id) for card in _cards if actor.may(card.right)]


def buttons(actor: Actor, customer: Customer) -> list[tuple[Any, str, str]]:
    """(label, icon, address) of the buttons ``actor`` may use."""
    return [
        (button.label, button.icon, url_for(button.endpoint, customer_id=customer.id))
        for button in _buttons
        if actor.may(button.right)
    ]


def health(customer: Customer) -> Health | None:
    """What is said about the customer's health, if a feature says something."""
    return _health[0](customer) if _health else None
