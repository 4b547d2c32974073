"""From one customer to the next, along the list the person came from."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import update

from app.customers.models import Customer
from app.web.views import along
from tests.support.customers import make_customer
from tests.support.orders import statements

ORDER = "_oc_CustomerView=name&_od_CustomerView=asc"


@pytest.fixture
def five(session, make_actor, make_user):
    """Five customers of one manager, the first four of level A, in the order of their names; and who reads them."""
    user = make_user("Account Manager")
    by = make_actor(user=user)
    found = [make_customer(by=by, name=f"{letter}号样品厂", level="A") for letter in "甲乙丙丁戊"]
    found.sort(key=lambda customer: customer.name_key)
    session.execute(update(Customer).where(Customer.id == found[4].id).values(level="B"))
    session.commit()
    return found, user


def opened(browser, address: str) -> tuple[str, dict[str, str]]:
    """(What the page says about the place, where previous, next and the list are)."""
    html = browser.get(address).text
    said = re.search(r'row-flex place"><span class="nowrap">([^<]*)', html)
    ways = {rel: unescape(url) for url, rel in re.findall(r'href="([^"]+)" rel="(prev|next)"', html)}
    back = re.search(r'class="crumb"[^>]*><a href="([^"]+)"', html)
    assert back
    return (said[1] if said else ""), ways | {"list": unescape(back[1])}


def rows(browser, query: str) -> list[str]:
    html = browser.get(f"/customers/list/?{query}").text
    return [unescape(url) for url in re.findall(r'data-href="([^"]+)"', html)]


def test_the_page_leads_through_the_list_it_was_opened_from(five, client_as):
    customers, user = five
    browser = client_as(user=user)
    links = rows(browser, f"_flt_0_level=A&{ORDER}")

    said, ways = opened(browser, links[1])
    after, on = opened(browser, ways["next"])
    before, back = opened(browser, ways["prev"])
    last, end = opened(browser, on["next"])

    assert [int(re.findall(r"\d+", link)[0]) for link in links] == [customer.id for customer in customers[:4]]
    assert [before, said, after, last] == ["第 1 / 4 位", "第 2 / 4 位", "第 3 / 4 位", "第 4 / 4 位"]
    assert "prev" not in back
    assert "next" not in end
    assert on["next"] == links[3]
    assert back["next"] == links[1]
    assert rows(browser, ways["list"].partition("?")[2]) == links


def test_in_english_the_place_is_a_place(five, client_as):
    _customers, user = five
    browser = client_as(user=user)

    assert opened(browser, f"{rows(browser, ORDER)[1]}&_l_=en")[0] == "2 of 5"


def test_a_customer_that_has_left_the_list_makes_room_for_the_next(session, five, client_as):
    customers, user = five
    browser = client_as(user=user)
    link = rows(browser, f"_flt_0_level=A&{ORDER}")[1]
    session.execute(update(Customer).where(Customer.id == customers[1].id).values(level="C"))
    session.commit()

    said, ways = opened(browser, link)

    assert said == "已不在列表中"
    assert f"/show/{customers[0].id}?" in ways["prev"]
    assert f"/show/{customers[2].id}?" in ways["next"]
    assert opened(browser, ways["next"])[0] == "第 2 / 3 位"


def test_a_customer_that_has_moved_a_little_is_found(session, five, client_as):
    customers, user = five
    browser = client_as(user=user)
    link = rows(browser, f"_flt_0_level=A&{ORDER}")[2]
    session.execute(update(Customer).where(Customer.id == customers[0].id).values(level="C"))
    session.commit()

    assert opened(browser, link)[0] == "第 2 / 3 位"


@pytest.mark.parametrize("at", ["", "at=0", "at=x", "at=99999999999999999999", "at=-1", "at=10001"])
def test_opened_from_elsewhere_the_page_leads_nowhere(five, client_as, at):
    customers, user = five

    said, ways = opened(client_as(user=user), f"/customers/show/{customers[0].id}?{at}")

    assert said == ""
    assert ways == {"list": "/customers/list/"}


def test_a_place_far_behind_the_end_is_no_place(five, client_as):
    customers, user = five

    said, ways = opened(client_as(user=user), f"/customers/show/{customers[0].id}?at=500")

    assert said == "已不在列表中"
    assert set(ways) == {"list"}


def test_the_way_along_costs_one_statement(app, five, client_as):
    customers, user = five
    browser = client_as(user=user)
    alone = f"/customers/show/{customers[1].id}"
    rows(browser, ORDER)
    browser.get(alone)

    with statements(app) as without:
        browser.get(alone)
    with statements(app) as along_the_list:
        browser.get(f"{alone}?_flt_0_level=A&{ORDER}&at=2")

    assert len(along_the_list) == len(without) + 1


def test_a_long_list_counts_no_further_than_the_list_does(five, client_as, monkeypatch):
    customers, user = five
    monkeypatch.setattr("app.web.interface.CAP", 3)
    monkeypatch.setattr(along, "CAP", 3)
    browser = client_as(user=user)

    said, ways = opened(browser, f"/customers/show/{customers[2].id}?{ORDER}&at=3")

    assert said == "第 3 / 3+ 位"
    assert set(ways) == {"prev", "list"}


def test_the_timeline_keeps_the_way(five, client_as):
    customers, user = five
    page = f"http://localhost/customers/show/{customers[1].id}?_flt_0_level=A&{ORDER}&at=2"

    answer = client_as(user=user).get(
        f"/customers/{customers[1].id}/timeline?words=样品", headers={"HX-Request": "true", "HX-Current-URL": page}
    )

    assert opened(client_as(user=user), answer.headers["HX-Replace-Url"])[0] == "第 2 / 4 位"
    assert "words=" in answer.headers["HX-Replace-Url"]


def test_what_somebody_else_has_is_neither_counted_nor_next(session, five, client_as, make_actor, make_user):
    customers, user = five
    stranger = make_actor(user=make_user("Account Manager"))
    hidden = [make_customer(by=stranger, name=f"{customers[1].name}{end}", level="A") for end in ("甲", "乙")]
    session.commit()

    said, ways = opened(client_as(user=user), f"/customers/show/{customers[1].id}?_flt_0_level=A&{ORDER}&at=2")

    assert said == "第 2 / 4 位"
    near = {int(re.findall(r"\d+", way)[0]) for rel, way in ways.items() if rel != "list"}
    assert near == {customers[0].id, customers[2].id}
    assert not near & {customer.id for customer in hidden}
