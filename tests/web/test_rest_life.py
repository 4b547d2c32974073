"""The life of one record of each kind, as a program leads it: made, read, found, changed, moved, deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import prison
import pytest
from sqlalchemy.orm import Session

from app.core.database import utc_now
from app.core.i18n import local_day
from tests.support.churn import make_case, make_customer, make_history
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]
Send = Callable[..., Any]
TODAY = local_day(utc_now())

NEW: dict[str, dict[str, Any]] = {
    "customers": {"name": "嘉兴接口包装有限公司", "level": "A", "tags": ["重点"]},
    "contacts": {"customer_id": "customers", "name": "王接口", "mobile": "13800001111"},
    "follow-ups": {
        "customer_id": "customers",
        "kind": "phone",
        "at": f"{TODAY - timedelta(days=7)}T10:00:00+08:00",
        "content": "谈价格",
    },
    "plans": {
        "customer_id": "customers",
        "what": "回访",
        "kind": "visit",
        "due_at": f"{TODAY + timedelta(days=3)}T09:00:00+08:00",
    },
    "opportunities": {"customer_id": "customers", "title": "标签年度采购", "amount": "88000"},
    "products": {"name": "铜版纸标签", "list_price": "113", "vat_rate": "0.13"},
    "orders": {
        "customer_id": "customers",
        "ordered_on": str(TODAY - timedelta(days=7)),
        "lines": [{"product_id": "products", "quantity": "2", "unit_price": "113", "vat_rate": "0.13"}],
    },
    "service-requests": {"customer_id": "customers", "type": "complaint", "text": "标签掉色"},
}
CHANGES: dict[str, tuple[str, Any]] = {
    "customers": ("level", "B"),
    "contacts": ("title", "采购经理"),
    "follow-ups": ("result", "同意试用"),
    "plans": ("what", "带样品回访"),
    "opportunities": ("amount", "90000.00"),
    "products": ("list_price", "120.00"),
    "orders": ("notes", "急单"),
    "service-requests": ("priority", "high"),
}
# Each step: the move, what it is told, the status afterwards; a step without a status is refused.
MOVES: dict[str, list[tuple[str, dict[str, Any], str | None]]] = {
    "opportunities": [
        ("win", {"amount": "1"}, None),
        ("assign", {"owner_id": "manager"}, "developing"),
        ("claim", {}, None),
        ("advance", {"stage": "needs_confirmed", "need": "标签"}, "developing"),
        ("go_back", {"stage": "initial_contact"}, "developing"),
        ("reassign", {"owner_id": "other"}, "developing"),
        ("return", {"note": "先放一放"}, "unassigned"),
        ("claim", {}, "developing"),
        ("lose", {}, None),
        ("lose", {"lost_reason": "price"}, "lost"),
        ("reopen", {}, "developing"),
        ("win", {"amount": "90000"}, "won"),
    ],
    "orders": [
        ("ship", {}, None),
        ("confirm", {}, "confirmed"),
        ("ship", {}, "shipped"),
        ("cancel", {"reason": "x"}, None),
        ("complete", {"delivered_on": str(TODAY)}, "completed"),
    ],
    "service-requests": [
        ("process", {"solution": "x"}, None),
        ("assign", {"owner_id": "specialist"}, "assigned"),
        ("reassign", {"owner_id": "other_specialist"}, "assigned"),
        ("process", {}, None),
        ("process", {"solution": "换货"}, "processed"),
        ("archive_unanswered", {"note": "无人接听"}, None),
        ("record_feedback", {"satisfaction": 9}, None),
        ("record_feedback", {"satisfaction": 2}, "assigned"),
        ("process", {"solution": "又换货"}, "processed"),
        ("record_feedback", {"satisfaction": 5}, "reviewed"),
        ("archive", {}, "archived"),
        ("reopen", {"note": "又坏了"}, "assigned"),
    ],
    "churn-cases": [
        ("postpone", {}, None),
        ("postpone", {"measures": ["visit"], "look_again_on": str(TODAY + timedelta(days=30))}, "postponed"),
        ("confirm", {}, None),
        ("confirm", {"reason": "price"}, "lost"),
        ("postpone", {"measures": ["visit"], "look_again_on": str(TODAY + timedelta(days=30))}, None),
        ("recover", {"note": "老总出面谈妥"}, "recovered"),
    ],
}


@pytest.fixture
def send(session: Session, make_user: Any, client: Any) -> Send:
    """Sends requests of an administrator's program."""
    admin = make_user("Admin", language="zh")
    session.commit()
    token = client.post("/api/v1/security/login", json={"username": admin.username, "password": PASSWORD}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return lambda method, path, **more: client.open(f"/api/v1/{path}", method=method, headers=headers, **more)


@pytest.fixture
def made(send: Send) -> dict[str, int]:
    """One record of each kind, made in the order of ``NEW``; their keys."""
    keys: dict[str, int] = {}

    def known(value: Any) -> Any:
        if isinstance(value, list):
            return [known(one) for one in value]
        if isinstance(value, dict):
            return {name: known(one) for name, one in value.items()}
        return keys.get(value, value) if isinstance(value, str) else value

    for kind, values in NEW.items():
        answer = send("POST", f"{kind}/", json=known(values))
        assert answer.status_code == 201, (kind, answer.json)
        keys[kind] = answer.json["id"]
    return keys


def test_a_record_of_each_kind_is_made_read_found_changed_and_deleted(send: Send, made: dict[str, int]) -> None:
    for kind, pk in made.items():
        field, value = CHANGES[kind]
        one = send("GET", f"{kind}/{pk}").json["result"]
        told = {name: text for name, text in NEW[kind].items() if name in ("name", "title", "what", "content", "text")}
        assert {name: one[name] for name in told} == told

        changed = send("PUT", f"{kind}/{pk}", json={field: value})
        listed = send("GET", f"{kind}/", query_string={"q": prison.dumps({"page_size": 100})}).json["result"]
        late = send("PUT", f"{kind}/{pk}", json={field: value, "version": one["version"]})

        assert (changed.status_code, changed.json["result"][field]) == (200, value), kind
        assert str([row[field] for row in listed if row["id"] == pk]) == str([value]), kind
        assert late.status_code == 409, kind

    # What others hang from goes last.
    for kind in reversed(made):
        pk = made[kind]
        assert send("DELETE", f"{kind}/{pk}").status_code == 200, kind
        for again in (
            send("GET", f"{kind}/{pk}"),
            send("PUT", f"{kind}/{pk}", json={}),
            send("DELETE", f"{kind}/{pk}"),
        ):
            assert again.status_code == 404, kind
        listed = send("GET", f"{kind}/", query_string={"q": prison.dumps({"page_size": 100})}).json["result"]
        assert pk not in {row["id"] for row in listed}, kind


@pytest.mark.parametrize("kind", MOVES)
def test_every_move_is_made_by_rest_or_refused_in_the_callers_language(
    session: Session, send: Send, made: dict[str, int], make_user: Any, make_case: Any, kind: str
) -> None:
    people = {"manager": make_user("Account Manager").id, "other": make_user("Account Manager").id}
    people |= {name: make_user("Service Specialist").id for name in ("specialist", "other_specialist")}
    pk = made[kind] if kind in made else make_case(owner_id=people["manager"]).id
    session.commit()

    for move, told, expected in MOVES[kind]:
        data = {name: people.get(value, value) if isinstance(value, str) else value for name, value in told.items()}
        before = send("GET", f"{kind}/{pk}").json["result"]
        answer = send("POST", f"{kind}/{pk}/{move}", json=data)
        after = send("GET", f"{kind}/{pk}").json["result"]
        if expected:
            assert (answer.status_code, after["status"]) == (200, expected), (move, answer.json)
            continue
        english = send("POST", f"{kind}/{pk}/{move}?_l_=en", json=data)
        assert answer.status_code == english.status_code
        assert answer.status_code in (409, 422), (move, answer.json)
        assert re.search(r"[\u4e00-\u9fff]", answer.json["message"]), move
        assert re.fullmatch(r"[ -~“”–…]+", english.json["message"]), (move, english.json)
        assert after == before, move
