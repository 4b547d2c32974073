"""Many customers at once, for import: the rows that one after the other would leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, numbering, search, timeline
from app.core.actors import Actor, acting_as
from app.core.among import among
from app.core.bulk import creation, reserve_keys
from app.core.doing import done_by
from app.core.errors import Invalid, invalid
from app.core.i18n import _l
from app.core.pinyin import name_key
from app.core.rows import insert_rows
from app.core.visibility import with_deleted
from app.customers.duplicates import keys_of
from app.customers.models import Customer, CustomerKey, CustomerKind, CustomerStatus, CustomerTag, Tag
from app.customers.services import customers as one_customer
from app.customers.services import entering

_customer = Customer.__table__
_key = CustomerKey.__table__
_UNIQUE = ("code", "external_id", "uscc")
LONGEST_CODE = 32


@dataclass
class Made:
    """What became of the rows: the keys of the records made (None for a refused row), and why rows were refused."""

    ids: list[int | None] = field(default_factory=list)
    refusals: dict[int, Invalid] = field(default_factory=dict)


def create_customers(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> Made:
    """Make customers that another system knew; good rows are written, bad ones are told.

    A row is what ``create_customer`` takes, and may say its own ``code``, ``owner_id`` and first ``status``. Whether
    there is a customer like it is not asked.
    """
    with done_by(by, at, "customer.import") as session:
        made = Made([None] * len(rows))
        new = list(_checked_customers(session, rows, made, by, at))
        _write_customers(session, new, by, at)
        for columns in new:
            made.ids[columns["index"]] = columns["id"]
    return made


def _checked_customers(
    session: Session, rows: Sequence[Mapping[str, Any]], made: Made, by: Actor, at: datetime
) -> Iterator[dict[str, Any]]:
    taken = _taken(session, rows)

    def refuse_taken(_session: Session, name: str, value: str | None, _own_id: int | None) -> None:
        if value and value in taken[name]:
            raise invalid(name, taken[name][value])

    for index, row in enumerate(rows):
        try:
            values = {name: row[name] for name in row if name not in {"code", "owner_id", "status"}}
            clean = entering.checked(session, values, None, refuse_taken)
            clean["code"] = _own_code(row.get("code"), refuse_taken, session)
        except Invalid as refusal:
            made.refusals[index] = refusal
            continue
        for name in _UNIQUE:
            if clean.get(name):
                taken[name][clean[name]] = _l("An earlier row already has this.")
        yield {
            **_NEW_CUSTOMER,
            **clean,
            "index": index,
            "name_key": name_key(clean["name"]),
            "owner_id": row.get("owner_id"),
            "status": CustomerStatus(row.get("status") or CustomerStatus.prospect),
            **trace(by, at),
        }


_NEW_CUSTOMER: dict[str, Any] = {column.name: None for column in _customer.c if column.nullable} | {
    "kind": CustomerKind.company,
    "is_internal": False,
    "custom": {},
    "orders_12m": 0,
    "value_12m": 0,
}


def trace(by: Actor, at: datetime) -> dict[str, Any]:
    who = {"created_by_id": by.user_id, "changed_by_id": by.user_id}
    return {"version": 1, "created_at": at, "changed_at": at, **who}


def _own_code(code: Any, refuse_taken: Callable[..., None], session: Session) -> str | None:
    given = " ".join(str(code or "").split())
    if len(given) > LONGEST_CODE:
        raise invalid("code", _l("At most %(limit)d characters.", limit=LONGEST_CODE))
    refuse_taken(session, "code", given, None)
    return given or None


def _taken(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Codes and keys that customers have already, each with the sentence that refuses it.

    Uniqueness looks past visibility; a code of credit in the recycle bin is free.
    """
    taken: dict[str, dict[str, Any]] = {name: {} for name in _UNIQUE}
    with acting_as(Actor.system("uniqueness"), session):
        for name in _UNIQUE:
            column = getattr(Customer, name)
            given = sorted(
                {
                    str(row[name]).strip().upper() if name == "uscc" else str(row[name]).strip()
                    for row in rows
                    if row.get(name)
                }
            )
            if not given:
                continue
            statement = (
                select(column, User)
                .select_from(Customer)
                .outerjoin(User, User.id == Customer.owner_id)
                .where(among(column, given))
            )
            for value, owner in session.execute(statement if name == "uscc" else with_deleted(statement)):
                taken[name][value] = (
                    _l("Already used by a customer of %(owner)s.", owner=owner.name)
                    if owner
                    else _l("Already used by a customer without an owner.")
                )
    return taken


def _write_customers(session: Session, new: list[dict[str, Any]], by: Actor, at: datetime) -> None:
    if not new:
        return
    session.flush()
    numbering.keep_ahead(session, "customer", at, [columns["code"] for columns in new if columns["code"]])
    unnumbered = [columns for columns in new if not columns["code"]]
    for columns, number in zip(
        unnumbered, numbering.reserve(session, "customer", at, len(unnumbered)) if unnumbered else (), strict=True
    ):
        columns["code"] = number
    for columns, pk in zip(new, reserve_keys(session, _customer, len(new)), strict=True):
        columns["id"] = pk
    connection = session.connection()
    insert_rows(connection, _customer, new)
    _tag(session, new, by)
    audit.write(
        connection,
        [audit.entry("create", "customer", c["id"], c["name"], creation(Customer, c), by=by, at=at) for c in new],
    )
    timeline.write(
        connection,
        [
            timeline.row(c["id"], "customer.create", at, record_id=c["id"], actor_id=by.user_id, name=c["name"])
            for c in new
        ],
    )
    let_be_found(session, [(SimpleNamespace(**columns), []) for columns in new], fresh=True)


def _tag(session: Session, new: Iterable[Mapping[str, Any]], by: Actor) -> None:
    tagged = {columns["id"]: columns["tags"] for columns in new if columns.get("tags")}
    wanted = sorted({name for names in tagged.values() for name in names})
    if not wanted:
        return
    known = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    for name in wanted:
        if name not in known:
            known[name] = Tag(name=name)
            session.add(known[name])
    session.flush()
    links = [{"customer_id": pk, "tag_id": known[name].id} for pk, names in tagged.items() for name in names]
    insert_rows(session.connection(), CustomerTag.__table__, links)


def let_be_found(session: Session, found: Sequence[tuple[Any, list[Any]]], *, fresh: bool = False) -> None:
    """Let search and duplicate check find customers, given with their contacts, by what is known now."""
    connection = session.connection()
    search.index_many(
        connection,
        "customer",
        [(customer.id, one_customer.search_texts(customer, contacts)) for customer, contacts in found],
        fresh=fresh,
    )
    if not fresh:
        connection.execute(delete(_key).where(among(_key.c.customer_id, [customer.id for customer, _ in found])))
    rows = [
        {"customer_id": customer.id, "key": key}
        for customer, contacts in found
        for key in sorted(
            keys_of(customer.name, customer.uscc, [customer.phone, *(n for c in contacts for n in (c.mobile, c.phone))])
        )
    ]
    insert_rows(connection, _key, rows)
