"""Cards dragged with the mouse: the move is made, asks for what it needs, or is refused and the card goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.journey import Company, Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def drag(person: Person, card: Locator, column: str) -> None:
    """Take a card with the mouse and put it down in a column."""
    target = person.main.locator(f"[data-column='{column}'] [data-cards]")
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), target.bounding_box()
    assert start
    assert end
    mouse = person.page.mouse
    mouse.move(start["x"] + 40, start["y"] + 60)
    mouse.down()
    mouse.move(start["x"] + 60, start["y"] + 70, steps=4)
    mouse.move(end["x"] + end["width"] / 2, end["y"] + 60, steps=12)
    mouse.up()


def column_of(person: Person, card: int) -> str:
    name = person.main.locator(f"[data-column]:has([data-card='{card}'])").get_attribute("data-column")
    return str(name)


def wait_until_in(person: Person, card: int, column: str) -> None:
    person.page.locator(f"[data-column='{column}'] [data-card='{card}']").wait_for()
    person.page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


def test_a_card_moves_asks_or_goes_back(company: Company) -> None:
    with company.signed_in("manager1", refusals="403|409|422") as manager:
        first = company.ask(
            "SELECT o.id, o.title FROM opportunity o JOIN ab_user u ON u.id = o.owner_id WHERE u.username = 'manager1'"
            " AND o.status = 'developing' AND o.stage = 'first_contact' AND o.deleted_at IS NULL ORDER BY o.id LIMIT 1"
        )
