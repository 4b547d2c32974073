"""The audit log: who changed what, when, from what to what; digests are chained so that tampering shows.

An entry's digest covers its whole content. The chain covers digests only, so the content of an entry can be erased
(personal data) while the chain still verifies. Entries are sealed into the chain in the order of their position by
one sealer at a time; :func:`seal` is run by the schedule and by ``audit verify``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, event, func, inspect, select, update
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from app.core.actors import Actor, current_actor
from app.core.database import Json, Key, Model, Moment, Recyclable, Spelled, Traced, to_json, utc_now
from app.core.rows import insert_rows, spelled_moment

GENESIS = "0" * 64
SILENT = {"id", "version", "created_at", "created_by_id", "changed_at", "changed_by_id", "deleted_by_id"}


class AuditEntry(Model):
    """One change, move, sign-in, export or look at private fields."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: the system or nobody")
    actor_name: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(48), comment="create, update, delete, move:win, sign_in …")
    kind: Mapped[str] = mapped_column(String(48))
    record_id: Mapped[int | None] = mapped_column(Key)
    title: Mapped[str] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(Json, comment="field: [before, after]; empty once erased")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the content, hexadecimal")
    erased: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int | None] = mapped_column(Key, unique=True, comment="place in the chain, from 1")
    chain: Mapped[str | None] = mapped_column(String(64), comment="SHA-256 of the previous chain value and the digest")

    __table_args__ = (
        Index("ix_audit_entry_record", "kind", "record_id", "id"),
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_action", "action", "at", "id"),
    )


def _digest(row: dict[str, Any]) -> str:
    return digest_of(row, to_json(row["changes"]))


def digest_of(row: dict[str, Any], changes: str) -> str:
    """Return the digest of an entry whose changes are spelled already, for writers of many."""
    # As to_json would spell the whole, its keys in order, without spelling the changes again.
    name, title = encode_basestring(row["actor_name"]), encode_basestring(row["title"])
    actor, record = row["actor_id"], row["record_id"]
    actor, record = "null" if actor is None else actor, "null" if record is None else record
    content = (
        f'{{"action":"{row["action"]}","actor_id":{actor},"actor_name":{name},"at":"{spelled_moment(row["at"])}",'
        f'"changes":{changes},'
        f'"kind":"{row["kind"]}","record_id":{record},"title":{title}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


def entry(
    action: str,
    kind: str,
    record_id: int | None,
    title: str,
    changes: dict[str, Any],
    *,
    by: Actor | None,
    at: datetime,
) -> dict[str, Any]:
    """Return the row of one entry, digest included; for bulk writers together with :func:`write`."""
    told = to_json(changes)
    row = {
        "at": at,
        "actor_id": by.user_id if by else None,
        "actor_name": (by.name if by else "")[:128],
        "action": action,
        "kind": kind,
        "record_id": record_id,
        "title": title[:200],
        "changes": Spelled(told),
        "erased": False,
    }
    return row | {"digest": digest_of(row, told)}


def write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert entries made by :func:`entry`."""
    insert_rows(connection, AuditEntry.__table__, rows)


def record(
    session: Session, action: str, kind: str, subject: Any, changes: dict[str, Any], *, by: Actor | None, at: datetime
) -> None:
    """Write one entry about ``subject`` (a row, or a name) in the session's transaction."""
    is_row = isinstance(subject, Model)
    row = entry(action, kind, subject.id if is_row else None, str(subject), changes, by=by, at=at)
    write(session.connection(), [row])


# --- changes of rows are noticed by the session ---


def _changes(row: Any, created: bool) -> dict[str, Any]:
    state = inspect(row)
    private: frozenset[str] = getattr(row, "__secret__", frozenset())
    found: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        if name in SILENT or name in getattr(row, "__unaudited__", ()):
            continue
        history = state.attrs[name].history
        if created:
            value = getattr(row, name, None) if name in state.dict else None
            if value not in (None, "", [], {}):
                found[name] = [None, "•••" if name in private else value]
        elif history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                found[name] = ["•••", "•••"] if name in private else [before, after]
    return found


@event.listens_for(Session, "before_flush")
def _trace(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Keep who and when, and notice changes before the flush forgets them."""
    actor = current_actor(session)
    now = session.info.get("now") or utc_now()
    user_id = actor.user_id if actor else None
    noticed: list[tuple[str, Any, dict[str, Any]]] = session.info.setdefault("audit", [])
    for row in session.new:
        if isinstance(row, Traced):
            row.created_at = row.created_at or now
            row.changed_at = row.changed_at or now
            row.created_by_id = row.created_by_id if row.created_by_id is not None else user_id
            row.changed_by_id = row.changed_by_id if row.changed_by_id is not None else user_id
        if hasattr(row, "__audited__"):
            noticed.append(("create", row, {}))
    for row in session.dirty:
        if not session.is_modified(row, include_collections=False):
            continue
        if hasattr(row, "__audited__"):
            changes = _changes(row, created=False)
            action = "update"
            if isinstance(row, Recyclable) and "deleted_at" in changes:
                action = "delete" if row.deleted_at else "restore"
            if changes:
                noticed.append((action, row, changes))
                if isinstance(row, Traced):
                    row.changed_at, row.changed_by_id = now, user_id
    noticed.extend(
        ("delete", row, {name: [old, None] for name, old in _current(row).items()})
        for row in session.deleted
        if hasattr(row, "__audited__")
    )


def _current(row: Any) -> dict[str, Any]:
    private: frozenset[str] = getattr(row, "__secret__", frozenset())
    return {
        a.key: "•••" if a.key in private else getattr(row, a.key)
        for a in inspect(row).mapper.column_attrs
        if a.key not in SILENT and getattr(row, a.key) not in (None, "", [], {})
    }


@event.listens_for(Session, "after_flush")
def _write_noticed(session: Session, _context: UOWTransaction) -> None:
    noticed = session.info.pop("audit", [])
    if not noticed:
        return
    actor = current_actor(session)
    now = session.info.get("now") or utc_now()
    rows = []
    for action, row, changes in noticed:
        found = _changes(row, created=True) if action == "create" else changes
        move = session.info.get("moving")
        if move and action == "update" and move[1] is row:
            action = f"move:{move[0]}"
            session.info["moved"] = True
        rows.append(entry(action, row.__audited__, row.id, str(row), found, by=actor, at=now))
    write(session.connection(), rows)


# --- the chain ---


@dataclass(frozen=True)
class Verdict:
    """What a verification found; ``broken`` lists entry ids whose content or place is not what was sealed."""

    entries: int
    broken: tuple[int, ...]

    @property
    def intact(self) -> bool:
        return not self.broken


def _link(previous: str, digest: str) -> str:
    return hashlib.sha256((previous + digest).encode()).hexdigest()


def seal(session: Session, batch: int = 5_000) -> int:
    """Append up to ``batch`` unsealed entries to the chain; return how many were sealed."""
    table = AuditEntry.__table__
    last = session.execute(
        select(table.c.position, table.c.chain)
        .where(table.c.position == select(func.max(table.c.position)).scalar_subquery())
        .with_for_update()
    ).first()
    position, chain = (last.position, last.chain) if last else (0, GENESIS)
    rows = session.execute(
        select(table.c.id, table.c.digest).where(table.c.position.is_(None)).order_by(table.c.id).limit(batch)
    ).all()
    for row in rows:
        position, chain = position + 1, _link(chain, row.digest)
        session.execute(update(table).where(table.c.id == row.id).values(position=position, chain=chain))
    return len(rows)


def verify(session: Session) -> Verdict:
    """Recompute every digest and the whole chain.

    A removed entry shows as a gap in the positions, a changed one by its digest, an erased one verifies by the
    digest it left behind.
    """
    table = AuditEntry.__table__
    expected, chain, count, broken = 1, GENESIS, 0, []
    rows: Iterable[Any] = session.execute(
        select(table).where(table.c.position.is_not(None)).order_by(table.c.position).execution_options(yield_per=2_000)
    )
    for row in rows:
        count += 1
        chain = _link(chain, row.digest)
        content_holds = row.erased or _digest(row._asdict()) == row.digest
        if row.position != expected or row.chain != chain or not content_holds:
            broken.append(row.id)
            chain = row.chain
        expected = row.position + 1
    return Verdict(count, tuple(broken))


def erase(session: Session, kind: str, record_id: int) -> int:
    """Remove the content of every entry about one record; the digests, and so the chain, stay."""
    table = AuditEntry.__table__
    result: Any = session.execute(
        update(table)
        .where(table.c.kind == kind, table.c.record_id == record_id)
        .values(changes={}, title="", erased=True)
    )
    return int(result.rowcount)


__all__ = ["AuditEntry", "Verdict", "entry", "erase", "record", "seal", "verify", "write"]
