"""The rows of one story: what the services would leave, written down without a database.

Each method stands for one thing that the services do, and leaves its rows: the record, its audit entries, its lines
in the timeline, its log. A test makes the same things happen through the services and compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from app.core import audit, notifications, timeline
from app.core.actors import Actor
from app.core.bulk import creation
from app.core.database import Model, Spelled, to_json
from app.core.search.index import entry as search_entry

Row = dict[str, Any]


class Books:
    """Rows by table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def create(self, model: Any, row: Row, title: str, *, by: Actor, at: datetime) -> Row:
        """Add a record that the audit log follows."""
        row |= {
            "version": 1,
            "created_at": at,
            "changed_at": at,
            "created_by_id": by.user_id,
            "changed_by_id": by.user_id,
        }
        self.rows[model.__tablename__].append(row)
        self.note("create", model.__audited__, row["id"], title, creation(model, row), by=by, at=at)
        return row

    def change(
        self,
        model: Any,
        row: Row,
        title: str,
        changes: Mapping[str, Any],
        *,
        by: Actor,
        at: datetime,
        action: str = "update",
    ) -> None:
        """Change a record; what the audit log does not follow is changed, too."""
        silent = getattr(model, "__unaudited__", ())
        told = {
            name: [_plain(row.get(name)), _plain(value)]
            for name, value in changes.items()
            if row.get(name) != value and name not in silent
        }
        row.update(changes)
        row["version"] += 1
        if told:
            row["changed_at"], row["changed_by_id"] = at, by.user_id
            self.note(action, model.__audited__, row["id"], title, told, by=by, at=at)

    def note(
        self, action: str, kind: str, pk: int | None, title: str, changes: Mapping[str, Any], *, by: Actor, at: datetime
    ) -> None:
        """Write an entry into the audit log."""
        told = to_json(changes)
        row = {
            "at": at,
            "actor_id": by.user_id,
            "actor_name": by.name,
            "action": action,
            "kind": kind,
            "record_id": pk,
            "title": title,
            "changes": Spelled(told),
            "erased": False,
        }
        row["digest"] = audit.digest_of(row, told)
        self.rows["audit_entry"].append(row)

    def tell(
        self, customer_id: int, event: str, at: datetime, *, by: Actor, record_id: int | None = None, **words: Any
    ) -> None:
        """Add a line to a customer's timeline."""
        self.rows["timeline_entry"].append(
            timeline.row(customer_id, event, at, record_id=record_id, actor_id=by.user_id, **words)
        )

    def notify(
        self, user_id: int, kind: str, at: datetime, *, read_at: datetime | None, record_id: int, **words: Any
    ) -> None:
        """Tell one person something."""
        row = notifications.row(user_id, kind, at=at, record_id=record_id, **words)
        self.rows["notification"].append(row | {"read_at": read_at})

    def find_by(self, kind: str, pk: int, texts: Sequence[str | None]) -> None:
        """Let the search find a record."""
        self.rows["search_entry"].append(search_entry(kind, pk, [text for text in texts if text]))

    def add(self, model: type[Model], row: Row) -> Row:
        """Add a row that nothing follows."""
        self.rows[model.__tablename__].append(row)
        return row


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
