"""Every page, for every role that may open it, in both languages, with rows and without."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from tests.support.application import Client
from tests.tour.addresses import ELSEWHERE, NEEDS_A_CHOICE, Addresses
from tests.tour.company import ROLES
from tests.tour.reading import Page

LANGUAGES = ("zh", "en")
MOST_BYTES = 300_000
# What a person without the right, or without the row, is told: these are pages, too.
REFUSALS = (403, 404, 410)
# Kept for links of old: a deletion is a POST, and the feedback page needs a token that is shown once.
ANSWERS_NOTHING_TO_A_GET: set[str] = set()


def shape(link: str) -> str:
    """Links that lead to the same kind of page have one shape."""
    parts = urlsplit(link)
    names = sorted({re.sub(r"\d+", "0", name) for name, _value in parse_qsl(parts.query)})
    return re.sub(r"(?<=/)\d+", "0", parts.path) + "?" + "&".join(names)


def by_fault(faults: dict[str, list[str]]) -> dict[str, str]:
    """Each fault once, with the first page it stands on and the number of others."""
    pages: dict[str, list[str]] = {}
    for address, found in faults.items():
        for fault in dict.fromkeys(found):
            pages.setdefault(fault, []).append(address)
    return {fault: f"{first} and {len(others)} others" for fault, (first, *others) in pages.items()}


class Walk:
    """One person's way through the product."""

    def __init__(self, app: Any, browser: Client, language: str) -> None:
        self.app, self.browser, self.language = app, browser, language
        self.faults: dict[str, list[str]] = {}
        self.links: dict[str, tuple[str, str]] = {}
        self.answers: dict[str, int] = {}
        self.rules: dict[str, str] = {}
        self.changed: set[str] = set()
        self._router = app.url_map.bind("localhost")

    def open(self, address: str, *, linked_from: str = "") -> None:
        """Open one address and note what is wrong with it; a link has to lead somewhere."""
        answer = self.browser.get(address)
        self.answers[address] = answer.status_code
        faults = []
        allowed = (200, 302, 204) if linked_from else (200, 302, 204, *REFUSALS)
        if answer.status_code not in allowed:
            faults.append(f"status {answer.status_code}" + (f", linked from {linked_from}" if linked_from else ""))
        if len(answer.data) > MOST_BYTES and answer.mimetype == "text/html":
            faults.append(f"{len(answer.data):,} bytes")
        if answer.mimetype == "text/html" and answer.status_code != 302:
            page = Page(self.language, answer.text)
            faults += page.faults
            faults += [f"nothing answers a POST to {post}" for post in page.posts if not self._answers(post)]
            for link in page.links:
                self.links.setdefault(shape(link), (link.partition("#")[0], address))
        elif answer.mimetype == "application/json":
            # A script shows these texts.
            page = Page(self.language, f"<script type='application/json'>{answer.text}</script>")
            faults += page.faults
        if faults:
            self.faults[address] = faults

    def _answers(self, post: str) -> bool:
        try:
            self._router.match(post.partition("?")[0] or "/", method="POST")
        except HTTPException:
            return not post  # a form without an action posts to its own page
        return True


def walk(tour: Any, role: str, language: str, part: str = "") -> Walk:
    """Send a person everywhere they can go, and along the links they find there."""
    done = Walk(tour.app, tour.browser(role, language), language)
    before = tour.contents()
    addresses = Addresses(tour.app).of(tour.people[role])
    done.rules = addresses
    for address in addresses:
        if (part or "") in address:
            done.open(address)
    seen = {shape(address) for address in addresses}
    for kind, (link, origin) in sorted(done.links.items()):
        if kind not in seen and not link.startswith(ELSEWHERE):
            done.open(link, linked_from=origin)
        elif done.answers.get(link) in REFUSALS:
            done.faults.setdefault(link, []).append(f"refused, but linked from {origin}")
    done.changed = {table for table, content in tour.contents().items() if content != before[table]}
    return done


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", ["rows", "empty"])
def test_every_page_speaks_one_language_and_leads_somewhere(tours: Any, state: str, role: str, language: str) -> None:
    done = walk(tours[state], role, language)

    assert by_fault(done.faults) == {}
    # Who took rows away as a file is written down.
    assert done.changed <= {"audit_entry"}


def test_every_address_has_a_page_for_somebody(tours: Any) -> None:
    """Nothing is left out unseen: each rule shows its page to somebody."""
    tour = tours["rows"]
    rules = Addresses(tour.app)
    wanted = {str(rule) for rule in rules.rules() if not NEEDS_A_CHOICE.search(str(rule))}

    for role in ROLES:
        browser = tour.browser(role, "zh")
        for address, rule in rules.of(tour.people[role]).items():
            if rule in wanted and browser.get(address).status_code in (200, 302, 410):
                wanted.discard(rule)

    assert wanted == ANSWERS_NOTHING_TO_A_GET
