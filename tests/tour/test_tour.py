"""The tour: every page, as every role that may open it, in both languages, with rows and without any."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from tests.support.application import Client, install, make_app
from tests.support.live import DEMO_PASSWORD
from tests.support.orders import statements

USERS = ("manager1", "market", "service1", "sales", "office", "admin")
LANGUAGES = ("zh", "en")
MOST_STATEMENTS, MOST_STATEMENTS_OF_PANEL = 10, 4
# Pages above the budget, with what they need today: a number here only ever goes down.
OVER = {
    "/customers/show/1": 16,
    "/customers/1/timeline": 8,
    "/opportunities/show/1": 13,
    "/opportunities/board": 11,
    "/service-requests/show/1": 13,
    "/orders/preview/1": 8,
    "/churn/preview/1": 9,
    "/churn/show/1": 11,
    "/reports/churn": 11,
    "/reports/contribution": 11,
}
MOST_BYTES, MOST_BYTES_OF_LIST_SENT = 300_000, 60_000

# One row of each kind stands for all of them.
TABLES = {
    "customers": "customer",
    "customer-opportunities": "customer",
    "orders/card": "customer",
    "contacts": "contact",
    "follow-ups": "follow_up",
    "plans": "plan",
    "opportunities": "opportunity",
    "opportunity-pool": "opportunity",
    "opportunity-stages": "opportunity_stage",
    "orders": "sales_order",
    "products": "product",
    "service-requests": "service_request",
    "service-archive": "service_request",
    "churn": "churn_case",
    "users": "ab_user",
    "roles": "ab_role",
    "teams": "team",
    "jobs": "job",
}
NAMES = {
    "/lookup/": ("customer", "contact", "product", "opportunity", "user"),
    "/dictionary/": ("source", "lost_reason"),
    "/reports/": ("contribution", "composition", "service", "churn"),
}
# Signing out and going back are no pages; /lang/ is FAB's, which refuses; a file is no page.
LEFT_OUT = ("/static", "/api/", "/logout/", "/back", "/lang/", "/feedback/", "/login/")
PANELS = ("/preview/", "/related/", "/count", "/lookup/", "/card/", "/timeline", "/figures", "/palette", "/home/")


# Words that stand in both languages.
ALLOWED = {
    "excel",
    "csv",
    "xlsx",
    "id",
    "api",
    "json",
    "vip",
    "oem",
    "odm",
    "erp",
    "crm",
    "pdf",
    "url",
    "utc",
    "changke",
    "tab",
    "ctrl",
    "esc",
    "enter",
    "http",
    "https",
    "sql",
    "gmv",
    "kpi",
    "english",
    "email",
    "code",
    "shift",
    "github",
    "html",
    "png",
    "zoom",
    "sku",
    "wechat",
    "led",
    "pvc",
    "pet",
    "logo",
    "iso",
    "pos",
    "app",
    "usb",
}
LATIN, CHINESE = re.compile(r"[A-Za-z]{3,}"), re.compile(r"[\u4e00-\u9fff]+")
SPOKEN = ("placeholder", "title", "aria-label", "alt")
NOT_SHOWN = {"script", "style", "template", "svg", "code", "kbd", "textarea"}
VOID = {"input", "br", "hr", "img", "meta", "link", "source", "wbr", "col", "area", "base", "embed", "track", "param"}


class Words(HTMLParser):
    """What a person reads on a page: texts, hints, names of controls; nothing marked as another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.found: list[str] = []
        self.links: list[str] = []
        self._silent: list[bool] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        spoken = given.get("lang") or ""
        silent = tag in NOT_SHOWN or bool(spoken and not spoken.startswith(self.language) and tag != "html")
        if not (silent or any(self._silent)):
            self.found += [given[name] or "" for name in SPOKEN if given.get(name)]
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append((given["href"] or "").partition("#")[0])
        if tag not in VOID:
            self._silent.append(silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._silent:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._silent):
            self.found.append(data.strip())


@pytest.fixture(scope="module", params=["rows", "empty"])
def toured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """An installation with a demo company, or one nobody has worked in yet."""
    from app.core.database import db

    folder = tmp_path_factory.mktemp("tour")
    demo: Path = request.getfixturevalue("demo_instance")
    shutil.copytree(demo, folder / "instance")
    database = next((folder / "instance").glob("*.db"))
    app = make_app(f"sqlite:///{database}", folder / "instance")
    if request.param == "empty":
        install(app)
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for table in EMPTIED:
                connection.execute(text(f"DELETE FROM {table}"))
    yield app, request.param
    with app.app_context():
        db.engine.dispose()


EMPTIED = (
    "search_entry", "timeline_entry", "notification", "churn_measure", "churn_case", "service_request_log",
    "service_request", "order_line", "order_day", "sales_order", "opportunity_stage_log", "plan", "follow_up",
    "opportunity", "contact", "customer_tag", "customer_key", "customer_access", "customer", "product",
)  # fmt: skip


@pytest.fixture(scope="module")
def data(toured: tuple[Flask, str]) -> str:
    """Every text stored in the database: what of it stands on a page is nobody's translation."""
    from app.core.database import db

    app, _state = toured
    with app.app_context(), db.engine.connect() as connection:
        found = []
        for table in inspect(connection).get_table_names():
            # Labels of the dictionary are stored in both languages, so they are judged like any word.
            if table in {"dictionary_entry", "ab_permission", "ab_view_menu", "ab_role", "audit_entry", "job"}:
                continue
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                found += [value for value in row if isinstance(value, str) and len(value) < 500]
            if table == "ab_user":
                people = connection.execute(text("SELECT first_name, last_name FROM ab_user"))
                found += [f"{last}{first}" for first, last in people]
    # The product's own name stands on every page.
    return "\n".join(dict.fromkeys([*found, "常客"])).lower()


def one_of(app: Flask, table: str) -> str:
    from app.core.database import db

    with app.app_context(), db.engine.connect() as connection:
        if table not in inspect(connection).get_table_names():
            return "1"
        return str(connection.execute(text(f'SELECT min(id) FROM "{table}"')).scalar() or 1)


def addresses(app: Flask) -> list[str]:
    """Every address that a GET answers, once for a row and a name that exist."""
    found = []
    for rule in app.url_map.iter_rules():
        pattern = str(rule)
        if "GET" not in (rule.methods or ()) or pattern.startswith(LEFT_OUT):
            continue
        parts = pattern.split("/")
        table = TABLES.get("/".join(parts[1:3])) or TABLES.get(parts[1], "")
        filled = re.sub(r"<(?:\w+:)?pk>", one_of(app, table) if table else "1", pattern)
        filled = re.sub(r"<(?:\w+:)?year>", "2026", filled)
        names = next((names for start, names in NAMES.items() if filled.startswith(start)), ("",))
        if "/move/" in filled or "/bulk/" in filled:
            endpoint = rule.endpoint.partition(".")[0]
            view = next(view for view in app.appbuilder.baseviews if view.endpoint == endpoint)  # type: ignore[attr-defined]
            names = tuple(move.name for move in view.workflow.moves)
        elif filled.startswith("/home/") or "/related/" in filled:
            continue  # opened through the pages that name them, below
        found += [re.sub(r"<(?:\w+:)?name>", name, filled) for name in names]
    return sorted(set(found))


def signed_in(app: Flask, username: str, language: str) -> Client:
    browser = app.test_client()
    assert isinstance(browser, Client)
    answer = browser.post("/login/", data={"username": username, "password": DEMO_PASSWORD})
    assert answer.status_code == 302, (username, answer.status_code)
    browser.post(f"/language/{language}", data={"next": "/profile/"})
    return browser


def of_the_wrong_language(words: Words, data: str) -> list[str]:
    """The words that are neither of the page's language nor stored by somebody."""
    wrong = LATIN if words.language == "zh" else CHINESE
    return [
        f"{word} | {line[:80]}"
        for line in words.found
        for word in wrong.findall(re.sub(r"\S+@\S+|/[\w/.-]+", " ", line))
        if word.lower() not in ALLOWED and word.lower() not in data
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("username", USERS)
def test_every_page_of_a_role(toured: tuple[Flask, str], data: str, username: str, language: str) -> None:
    app, _state = toured
    browser = signed_in(app, username, language)
    queue = addresses(app)
    known = set(queue)
    problems: dict[str, Any] = {}
    opened = 0

    for url in queue:
        with statements(app) as seen:
            answer = browser.get(url)
        kind = url.partition("?")[0]
        problem: list[str] = []
        # Refusals are pages, too: a role's missing right, a row of somebody else, a move that is not open.
        if answer.status_code not in (200, 302, 400, 403, 404, 405, 409):
            problem.append(f"status {answer.status_code}")
        html = answer.mimetype == "text/html"
        if html and answer.status_code != 302:
            words = Words(language)
            words.feed(answer.text)
            problem += of_the_wrong_language(words, data)[:6]
            if answer.status_code == 200:
                opened += 1
                panel = any(part in kind for part in PANELS)
                # Who asks and what they may do is two statements of every request.
                most = MOST_STATEMENTS_OF_PANEL + 3 if panel else MOST_STATEMENTS
                if len(seen) > OVER.get(shape(url), most):
                    problem.append(f"{len(seen)} statements")
                if len(answer.data) > MOST_BYTES:
                    problem.append(f"{len(answer.data)} bytes")
                if kind.endswith("/list/") and len(gzip.compress(answer.data)) > MOST_BYTES_OF_LIST_SENT:
                    problem.append(f"{len(gzip.compress(answer.data))} bytes sent")
                new = [link for link in words.links if link not in known and not link.startswith(LEFT_OUT)]
                # A page is followed one step, by the first links to each place it leads to.
                for link in {re.sub(r"\d+", "1", link.partition("?")[0]): link for link in new[:60]}.values():
                    if len(known) < MOST_LINKS and shape(link) not in {shape(k) for k in known}:
                        known.add(link)
                        status = browser.get(link).status_code
                        if status not in (200, 302):
                            problem.append(f"dead link {link}: {status}")
        if problem:
            problems[url] = problem

    assert opened > 15
    assert problems == {}


MOST_LINKS = 400


def shape(url: str) -> str:
    return re.sub(r"\d+", "1", url.partition("?")[0])
