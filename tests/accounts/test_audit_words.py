"""The audit log has a word in both languages for everything that can stand in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Enum

from app.core.audit import SILENT
from app.core.database import Model

OF_THE_LANGUAGE = {"zh": re.compile(r"[一-鿿]"), "en": re.compile(r"^[A-Z0-9]")}
NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
# Two letters say it in both languages.
SAME = {"ID"}


@pytest.fixture(params=["zh", "en"])
def language(request, app, session):
    with app.test_request_context("/"):
        from flask import session as cookie

        cookie["locale"] = request.param
        yield request.param


@pytest.fixture
def words(language):
    from app.accounts.views.audit_words import Words

    return Words()


def audited():
    for mapper in Model.registry.mappers:
        if hasattr(mapper.class_, "__audited__"):
            hidden = SILENT | set(getattr(mapper.class_, "__unaudited__", ()))
            yield (
                mapper.class_.__audited__,
                [attribute for attribute in mapper.column_attrs if attribute.key not in hidden],
            )


def test_every_kind_and_field_and_fixed_value_has_a_word(words, language):
    strange: list[Any] = []
    for kind, attributes in audited():
        said = [(kind, words.kind(kind))]
        for attribute in attributes:
            name, column = attribute.key, attribute.columns[0]
            said.append((f"{kind}.{name}", words.label(kind, name)))
            if isinstance(column.type, Enum):
                said += [(f"{kind}.{name}={value}", words.value(kind, name, value)) for value in column.type.enums]
        strange += [pair for pair in said if not OF_THE_LANGUAGE[language].search(pair[1]) and pair[1] not in SAME]

    assert strange == []


def test_every_move_right_and_other_action_has_a_word(words, language):
    from app.accounts.views.audit_tables import ACTIONS
    from app.core.audit import AuditEntry
    from app.core.rights import kinds
    from app.core.workflow import workflow_of

    said = []
    for kind in kinds():
        said.append((kind.name, words.kind(kind.name)))
        for right in kind.rights():
            verb = right.partition(".")[2]
            entry = AuditEntry(kind="role", action="rights", changes={kind.name: [[], [verb]]})
            said.append((right, words.changes(entry)[0][2]))
            said.append((f"move:{verb}", words.action(AuditEntry(kind=kind.name, action=f"move:{verb}"))))
        workflow = workflow_of(kind.name)
        moves = [move.name for move in workflow.moves] if workflow else []
        said += [(move, words.action(AuditEntry(kind=kind.name, action=f"move:{move}"))) for move in moves]
    said += [(action, words.action(AuditEntry(kind="user", action=action))) for action in ACTIONS]

    assert [pair for pair in said if not OF_THE_LANGUAGE[language].search(pair[1])] == []
    assert len(said) > 100


def test_every_entry_can_be_reached_in_few_statements(session, client_as, make_user, app):
    from app.core import audit
    from app.core.database import utc_now
    from tests.support.orders import statements

    someone = make_user("Office Administrator", first_name="可", last_name="许")
    for number in range(120):
        changes = {"owner_id": [None, someone.id], "status": ["prospect", "active"], "name": [None, f"第{number}家"]}
        audit.record(session, "update", "customer", f"第{number}家", changes, by=None, at=utc_now())
    browser = client_as("Admin")

    seen, address, most = "", "/audit/?kind=customer", 0
    while address:
        with statements(app) as asked:
            page = browser.get(address).text
        most, seen = max(most, len(asked)), seen + page
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""

    assert all(f"第{number}家" in seen for number in range(120))
    assert "许可" in seen
    assert "潜在客户" in seen
    assert most <= 10


def test_every_job_can_be_reached(session, client_as):
    from app.core.jobs import Job, JobStatus

    for _number in range(120):
        session.add(Job(queue="default", name="nothing", status=JobStatus.cancelled, run_at=NOON, created_at=NOON))
    session.commit()
    browser = client_as("Admin")

    seen, address = set(), "/jobs/?status=cancelled"
    while address:
        page = browser.get(address).text
        seen |= set(re.findall(r'<span class="sub">(\d+)</span>', page))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""

    assert len(seen) == 120


def test_an_amount_is_said_as_the_pages_say_it(words):
    assert words.value("opportunity", "amount", "1286400.00") == "¥1,286,400"
    assert words.value("order", "value", "8376.92") == "¥8,376.92"
    assert words.value("customer", "registered_capital", None) == ""
