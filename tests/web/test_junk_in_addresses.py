"""Junk typed into the address of any page: a page, or a sentence; never a server error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import PLURAL, make_rows
from tests.support.junk import JUNK, encoded, problem_with, shown

__all__ = ["make_case", "make_customer", "make_history"]

NUMBERS = ("-1", "abc", "0", "9" * 5_000, "1000000000")
OTHERS = {"name": "industry", "year": "2026", "code": "zh", "token": "x", "field": "phone", "version": "v1"}
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def views(app: Flask) -> Iterator[Any]:
    yield from app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app


def pages(app: Flask, keys: dict[str, int]) -> Iterator[str]:
    """Every address that a GET opens, with a row the person sees."""
    kinds = {plural: kind for kind, plural in PLURAL.items()}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or str(rule).startswith(
            ("/static", "/api/", "/logout", "/back", "/lang/")
        ):
            continue
        pk = keys.get(kinds.get(str(rule).split("/")[1], ""), 1)
        yield ARGUMENT.sub(lambda found, pk=pk: OTHERS.get(found[1], str(pk)), str(rule))


@pytest.fixture
def boss(session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client]) -> tuple[Client, Any]:
    """An administrator's browser, and one row of every kind."""
    user = make_user("Admin", language="zh")
    rows = make_rows(session, user, make_case, "云锦", 1)
    return client_as(user=user), rows


def walk(browser: Client, urls: Iterator[str] | list[str]) -> list[tuple[str, str]]:
    return [(url[:200], found) for url in urls if (found := problem_with(browser.get(url)))]


def test_every_page_answers_junk_in_the_parts_of_its_address(app: Flask, boss: tuple[Client, Any]) -> None:
    """Without a token programs are told so first; test_junk_in_api asks with one."""
    browser, _rows = boss
    typed = ["a%00b", "%ed%a0%80", encoded("<script>alert(1)</script>"), "9" * 5_000]
    urls = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments and not str(rule).startswith(("/static", "/lang", "/api/")):
            for name in rule.arguments:
                for text in typed:
                    url = re.sub(rf"<(?:\w+:)?{name}>", text, str(rule))
                    urls.append(ARGUMENT.sub(lambda found: OTHERS.get(found[1], "1"), url))

    assert len(urls) > 200
    problems = walk(browser, urls)
    assert not problems, shown(problems)


def test_every_page_answers_junk_in_its_query(app: Flask, boss: tuple[Client, Any]) -> None:
    """Each page with each text as its search words and under every name that any page reads."""
    browser, rows = boss
    names = (
        "q", "kind", "at", "after", "status", "from", "to", "owner", "team", "month", "who", "next", "parent", "year",
        "_l_", "name", "customer_id", "original_id", "period", "tag", "actor", "action", "before", "page", "rowid", "_back",
        "group", "by", "level", "asof", "record",
    )  # fmt: skip
    problems = []
    for number, url in enumerate(sorted(set(pages(app, rows.keys)))):
        text = encoded(JUNK[number % len(JUNK)])
        problems += walk(browser, [f"{url}?" + "&".join(f"{name}={text}" for name in names) + "&q=b&%ff=%ff&a[]=1"])

    assert not problems, shown(problems)


def test_lists_answer_junk_in_pages_orders_and_filters(app: Flask, boss: tuple[Client, Any]) -> None:
    browser, _rows = boss
    urls, walked = [], 0
    for number, view in enumerate(v for v in views(app) if hasattr(v, "search_columns") and hasattr(v, "list_columns")):
        name, base = type(view).__name__, f"{view.route_base}/"
        for ending in ("list/",):
            urls += [f"{base}{ending}?page_{name}={text}" for text in NUMBERS]
            urls += [f"{base}{ending}?psize_{name}={text}" for text in NUMBERS]
            urls += [
                f"{base}{ending}?_oc_{name}={column}&_od_{name}={way}"
                for column, way in (("owner.password", "asc"), ("id", "sideways"), ("%00", ""), ("1;--", "asc"))
            ]
            urls += [
                f"{base}{ending}?{flt}"
                for flt in (
                    "_flt_99_name=1", "_flt_0_nothing=1", "_flt_0_owner.password=x", "_flt_0_password=x", "_flt_0_=1",
                    "_flt_=1", "_flt_x_name=1", f"_flt_{'9' * 5000}_name=1", "_flt_-1_name=1", "_flt_٣_name=1",
                )
            ]  # fmt: skip
        for place, column in enumerate(view.search_columns):
            for shift, text in enumerate(JUNK):
                if (shift + place + number) % 17 == 0:
                    urls.append(f"{base}list/?_flt_{shift % 5}_{column}={encoded(text)}")
        walked += 1

    assert walked > 8
    problems = walk(browser, urls)
    assert not problems, shown(problems)


@pytest.mark.parametrize("operator", range(5))
@pytest.mark.parametrize(
    "value", ["9999-12-31", "0001-01-01", "1" + "0" * 400, "-1" + "0" * 400, "9223372036854775808"]
)
def test_filters_at_the_ends_of_what_there_is(boss: tuple[Client, Any], operator: int, value: str) -> None:
    browser, _rows = boss
    urls = [
        f"/customers/list/?_flt_{operator}_{column}={value}"
        for column in ("created_at", "last_order_on", "value_12m", "orders_12m", "owner_id", "satisfaction")
    ]

    problems = walk(browser, urls)
    assert not problems, shown(problems)
