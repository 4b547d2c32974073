"""How many rows a list says it has: a few are counted with the page, the exact number of many is asked for after it."""

from __future__ import annotations

import re

import pytest

from tests.support.customers import make_customer

LIST = "/customers/list/"


@pytest.fixture
def browser(session, make_actor, make_user, client_as, monkeypatch):
    """Whoever sees eight customers, in a program that counts three rows at a time and has pages of one row."""
    user = make_user("Account Manager")
    by = make_actor(user=user)
    for letter in "甲乙丙丁戊己庚辛":
        make_customer(by=by, name=f"{letter}号样品厂")
    session.commit()
    monkeypatch.setattr("app.web.interface.LARGEST_PAGE", 1)
    monkeypatch.setattr("app.web.interface.COUNTED", 3)
    return client_as(user=user)


def said(page: str) -> tuple[str, str, list[str]]:
    """(number beside the title, text of the foot, addresses the exact number is asked for at)."""
    title = re.search(r'<span class="sub" data-count="([^"]*)">([^<]*)</span>', page)
    foot = re.search(r'<div class="foot">\s*<span(?: data-counted)?>([^<]*)</span>', page)
    assert title
    assert foot
    return title[2].strip(), foot[1], [address for address in [title[1]] if address]


@pytest.mark.parametrize(
    ("page", "number", "foot"),
    [(0, "3+", "第 1–1 条，共 3+ 条"), (1, "6+", "第 2–2 条，共 6+ 条"), (5, "8", "第 6–6 条，共 8 条")],
)
def test_the_list_counts_a_little_further_than_it_shows(browser, page, number, foot):
    answer = browser.get(f"{LIST}?page_CustomerView={page}&psize_CustomerView=1")

    told, below, exact = said(answer.text)

    assert (told, below) == (number, foot)
    assert [browser.get(address).json for address in exact] == ([{"count": 8}] if number.endswith("+") else [])
    # The way on is there although the rows behind it were not counted.
    assert 'rel="next"' in answer.text


def test_a_page_behind_the_last_row_leads_back(browser):
    answer = browser.get(f"{LIST}?page_CustomerView=500&psize_CustomerView=1")

    assert answer.status_code == 200
    assert 'rel="prev"' in answer.text


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_far_down_go_on_where_the_page_before_ends(browser, monkeypatch, direction):
    monkeypatch.setattr("app.web.interface.DEEP", 3)
    order = f"psize_CustomerView=1&_oc_CustomerView=name&_od_CustomerView={direction}"
    pages = [browser.get(f"{LIST}?page_CustomerView={page}&{order}").text for page in range(8)]

    names = [re.findall("[甲乙丙丁戊己庚辛](?=号样品厂)", page)[0] for page in pages]

    by_pinyin = list("丙丁庚己甲戊辛乙")
    assert names == (by_pinyin if direction == "asc" else by_pinyin[::-1])
