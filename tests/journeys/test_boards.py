"""Cards dragged with the mouse: the move is made, asks for what it needs, or is refused and the card goes back."""

from __future__ import annotations

import pytest

from tests.support.journey import Company, Person

DEALS = """SELECT o.id FROM opportunity o JOIN ab_user u ON u.id = o.owner_id
    WHERE u.username = 'manager1' AND o.status = 'developing' AND o.stage = :stage AND o.deleted_at IS NULL"""
BUYER = "SELECT c.name FROM opportunity o JOIN customer c ON c.id = o.customer_id WHERE o.id = :id"
STAGE = "SELECT stage, status, amount FROM opportunity WHERE id = :id"
CLOSING = """SELECT o.id, o.expected_close FROM opportunity o JOIN ab_user u ON u.id = o.owner_id
    WHERE u.username = 'manager1' AND o.status = 'developing' AND o.deleted_at IS NULL
    AND o.expected_close > CURRENT_DATE ORDER BY o.expected_close, o.id"""
CLOSE = "SELECT expected_close FROM opportunity WHERE id = :id"
STATUS = "SELECT status, solution FROM service_request WHERE id = :id"


def test_the_board_of_opportunities(company: Company) -> None:
    plain = company.rows(f"{DEALS} ORDER BY o.id DESC LIMIT 1", stage="needs_confirmed")[0].id
    bare = company.rows(f"{DEALS} AND o.amount IS NULL ORDER BY o.id LIMIT 1", stage="initial_contact")[0].id
    with company.signed_in("manager1", refusals="409|422") as manager:
        manager.menu("/opportunities/board")

        # What nothing is missing for is moved at once.
        drag(manager, plain, "proposal")
        manager.page.locator(".toasts [data-toast=good]").first.wait_for()
        assert company.ask(STAGE, id=plain).stage == "proposal"

        # What needs an amount asks for it: given up, the card goes back; answered, it stays.
        drag(manager, bare, "proposal")
        manager.dialog.locator("[name=amount]").wait_for()
        manager.dialog.locator(".dlg-f [data-close]").click()
        in_column(manager, bare, "initial_contact")
        assert company.ask(STAGE, id=bare).stage == "initial_contact"
        drag(manager, bare, "proposal")
        manager.answer(amount="36000")
        in_column(manager, bare, "proposal")
        assert tuple(company.ask(STAGE, id=bare))[:2] == ("proposal", "developing")

        # What a colleague won meanwhile cannot be moved any more.
        with company.signed_in("market") as director:
            director.find_in_list("/opportunities/list/", company.ask(BUYER, id=plain).name, plain)
            director.make("win", amount="12000")
        drag(manager, plain, "negotiation")
        manager.page.locator(".toasts [data-toast=bad]").wait_for()
        in_column(manager, plain, "proposal")
        assert company.ask(STAGE, id=plain).status == "won"


def test_the_board_by_closing_month(company: Company) -> None:
    first, second = company.rows(CLOSING)[:2]
    with company.signed_in("manager1", refusals="409") as manager:
        manager.menu("/opportunities/board")
        manager.page.locator(".seg a[href*='/opportunities/closing']").click()
        home, months = home_of(manager, first.id), manager.page.locator("[data-column]")
        codes = months.evaluate_all("all => all.map((one) => one.dataset.column)")
        target = codes[codes.index(home) + 1]

        # Another month keeps the day, and Undo brings it back.
        drag(manager, first.id, target)
        manager.page.locator(".toasts [data-toast=good] .undo").wait_for()
        moved = company.ask(CLOSE, id=first.id).expected_close
        assert str(moved)[:7] == target
        in_column(manager, first.id, target)
        with manager.page.expect_navigation():
            manager.page.locator(".toasts .undo").click()
        in_column(manager, first.id, home)
        assert company.ask(CLOSE, id=first.id).expected_close == first.expected_close

        # Into the past there is no way: the card goes back.
        drag(manager, first.id, "overdue")
        manager.page.locator(".toasts [data-toast=bad]").wait_for()
        in_column(manager, first.id, home)
        assert company.ask(CLOSE, id=first.id).expected_close == first.expected_close

        # The keyboard carries a card as the mouse does.
        place = home_of(manager, second.id)
        card = manager.page.locator(f"[data-card='{second.id}']")
        card.focus()
        for key in ("Space", "ArrowRight", "Enter"):
            manager.page.keyboard.press(key)
        in_column(manager, second.id, codes[codes.index(place) + 1])
        manager.page.locator(".toasts [data-toast=good]").wait_for()
        assert company.ask(CLOSE, id=second.id).expected_close != second.expected_close


@pytest.mark.parametrize("company", ["sqlite-en-390"], indirect=True)
def test_on_a_telephone_a_card_is_moved_from_a_list_of_columns(company: Company) -> None:
    # Later stages need an expected close.
    deal = company.rows(CLOSING.replace("ORDER BY", "AND o.stage = 'initial_contact' ORDER BY"))[0]
    with company.signed_in("manager1", refusals="409") as manager:
        manager.page.goto("/opportunities/closing")
        home, choice = home_of(manager, deal.id), manager.page.locator(f"[data-card='{deal.id}'] [data-card-to]")

        choice.focus()
        choice.select_option("overdue")
        manager.page.locator(".toasts [data-toast=bad]").wait_for()
        in_column(manager, deal.id, home)
        choice.focus()
        choice.select_option("none")
        manager.page.locator(".toasts [data-toast=good]").wait_for()

        assert company.ask(CLOSE, id=deal.id).expected_close is None


def home_of(person: Person, card: int) -> str:
    """The column in which a card lies."""
    return str(person.page.locator(f"[data-column]:has([data-card='{card}'])").get_attribute("data-column"))


def test_the_board_of_service_requests(company: Company) -> None:
    mine = company.rows(
        "SELECT r.id FROM service_request r JOIN ab_user u ON u.id = r.owner_id WHERE u.username = 'service1'"
        " AND r.status = 'assigned' AND r.deleted_at IS NULL ORDER BY r.id DESC LIMIT 1"
    )[0].id
    with company.signed_in("service1", refusals="403|409|422") as specialist:
        specialist.menu("/service-requests/board")

        # There is no way past the feedback of the customer.
        drag(specialist, mine, "reviewed")
        specialist.page.locator(".toasts [data-toast=bad]").wait_for()
        in_column(specialist, mine, "assigned")
        assert company.ask(STATUS, id=mine).status == "assigned"

        # Processing asks for the solution.
        drag(specialist, mine, "processed")
        specialist.dialog.locator("[name=solution]").wait_for()
        specialist.dialog.locator(".dlg-f [data-close]").click()
        in_column(specialist, mine, "assigned")
        drag(specialist, mine, "processed")
        specialist.answer(solution="换了传感器，试机半小时正常")
        in_column(specialist, mine, "processed")
        assert tuple(company.ask(STATUS, id=mine)) == ("processed", "换了传感器，试机半小时正常")


def drag(person: Person, card: int, column: str) -> None:
    """Take a card with the mouse, carry it to a column and let it go."""
    page = person.page
    taken, target = page.locator(f"[data-card='{card}']"), page.locator(f"[data-column='{column}'] [data-cards]")
    size = taken.bounding_box()
    assert size
    # Waits until the card lies still and nothing, such as a notice, lies over it.
    taken.hover(position={"x": size["width"] - 12, "y": size["height"] - 10})
    start, end = taken.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] - 4, start["y"] + start["height"] - 2, steps=4)
    x, y = end["x"] + end["width"] / 2, max(end["y"], 0) + 50
    page.mouse.move(x, y, steps=12)
    there = page.locator(f"[data-column='{column}'] [data-card='{card}']")
    for nudge in range(40):
        # The card follows a moment after a movement of the mouse.
        if there.count():
            break
        page.mouse.move(x + nudge % 2, y + nudge)
        page.wait_for_timeout(50)
    page.mouse.up()


def in_column(person: Person, card: int, column: str) -> None:
    """Wait until the card lies there and nothing is on its way."""
    person.page.locator(f"[data-column='{column}'] [data-card='{card}']:not([aria-busy])").wait_for()
