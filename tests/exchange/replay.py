"""Make happen again, through the services, what the audit log says happened to a customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from app.accounts.models import User
from app.accounts.queries import actor_for
from app.churn import services as churn
from app.churn.models import ChurnCase, ChurnMeasure
from app.churn.workflow import workflow as churn_workflow
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.doing import done_by
from app.core.search import SearchEntry, tokens
from app.core.timeline import TimelineEntry
from app.customers import services as customers
from app.customers.models import Contact, Customer, CustomerAccess, CustomerKey, FollowUp, Plan
from app.customers.services.entering import EDITABLE
from app.opportunities import services as opportunities
from app.opportunities.models import Opportunity, OpportunityStageLog
from app.orders import services as orders
from app.orders.models import Order, OrderDay, OrderLine, OrderStatus
from app.service import services as service
from app.service.models import ServiceRequest, ServiceRequestLog

MODELS: dict[str, Any] = {
    "contact": Contact,
    "order": Order,
    "opportunity": Opportunity,
    "follow_up": FollowUp,
    "plan": Plan,
    "service_request": ServiceRequest,
    "churn_case": ChurnCase,
}
# What follows by itself from something else.
CONSEQUENCES = {
    ("customer", "move:activate"),
    ("customer", "move:regain"),
    ("customer", "move:lose"),
    ("service_request", "move:send_back"),
}
_AT_CREATION = {"deleted_at", "created_by_id", "changed_by_id"}


class Replay:
    """One customer's history, told to the services once more; ``same`` maps the copies' keys to the originals'."""

    def __init__(self, session: Session, customer_id: int) -> None:
        self.session, self.customer_id = session, customer_id
        self.new: dict[tuple[str, int], int] = {}

    @property
    def same(self) -> dict[tuple[str, int], int]:
        return {(kind, new): old for (kind, old), new in self.new.items()}

    def run(self) -> int:
        own = {("customer", self.customer_id)}
        for kind, model in MODELS.items():
            own |= {
                (kind, pk) for pk in self.session.scalars(select(model.id).where(model.customer_id == self.customer_id))
            }
        entries = self.session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id)).all()
        for entry in entries:
            if (entry.kind, entry.record_id) in own and (entry.kind, entry.action) not in CONSEQUENCES:
                self._happen(entry)
        return self.new["customer", self.customer_id]

    def _happen(self, entry: AuditEntry) -> None:
        by = self._actor(entry)
        what = entry.action.removeprefix("move:")
        with done_by(by, entry.at):
            if what == "create":
                old = self.session.get(MODELS.get(entry.kind, Customer), entry.record_id)
                made = getattr(self, f"_create_{entry.kind}")(old, entry, by)
                if made is not None:
                    self.new[entry.kind, entry.record_id] = made.id
            else:
                record = self.session.get(MODELS.get(entry.kind, Customer), self.new[entry.kind, entry.record_id])
                getattr(self, f"_{entry.kind}")(what, record, entry, by)
            self.session.flush()

    def _actor(self, entry: AuditEntry) -> Actor:
        if entry.actor_id is None:
            return Actor.system(entry.actor_name)
        return actor_for(self.session, self.session.get(User, entry.actor_id))

    def _values(self, record: Any, *names: str) -> dict[str, Any]:
        return {name: getattr(record, name) for name in names if getattr(record, name) is not None}

    def _mapped(self, kind: str, pk: int | None) -> int | None:
        return None if pk is None else self.new[kind, pk]

    # --- customers ---

    def _create_customer(self, old: Customer, entry: AuditEntry, by: Actor) -> Customer:
        names = EDITABLE - {"tags", "custom", "is_internal", "uscc", "bank_account"}
        values = self._values(old, *names) | {"tags": customers.tags_of(self.session, old.id)}
        first = f"{old.uscc[:10]}{'X' if old.uscc[10] == 'Y' else 'Y'}{old.uscc[11:17]}"
        values["uscc"] = first + uscc.calc_check_digit(first)
        return customers.create_customer(values, by=by, at=entry.at, save_anyway=True, **self._owner(old, entry))

    def _owner(self, old: Customer, entry: AuditEntry) -> dict[str, Any]:
        found = entry.changes.get("owner_id")
        return {"owner_id": found[1]} if found else {}

    def _customer(self, what: str, record: Customer, entry: AuditEntry, by: Actor) -> None:
        if "collaborators" in entry.changes:
            names = entry.changes["collaborators"][1]
            people = [user.id for user in self.session.scalars(select(User)) if user.name in names]
            customers.share(record, people, by=by, at=entry.at)
        else:
            assert list(entry.changes) == ["owner_id"], "only an assignment gives a customer an owner"

    def _create_contact(self, old: Contact, entry: AuditEntry, by: Actor) -> Contact:
        names = (
            "name",
            "gender",
            "title",
            "department",
            "mobile",
            "email",
            "wechat",
            "decision_role",
            "category",
            "consent",
        )
        values = self._values(old, *names) | {"customer_id": self._mapped("customer", old.customer_id)}
        return customers.create_contact(values, by=by, at=entry.at)

    def _create_follow_up(self, old: FollowUp, entry: AuditEntry, by: Actor) -> FollowUp:
        values = self._values(old, "kind", "at", "place", "summary", "content", "result", "next_step")
        values |= {"customer_id": self._mapped("customer", old.customer_id)}
        values |= {"contact_id": self._mapped("contact", old.contact_id)}
        return customers.create_follow_up(values, by=by, at=entry.at)

    def _create_plan(self, old: Plan, entry: AuditEntry, by: Actor) -> Plan:
        values = self._values(old, "what", "kind", "due_at", "remind_at", "expected_result")
        if old.opportunity_id is not None:
            opportunity = self.session.get(Opportunity, self._mapped("opportunity", old.opportunity_id))
            return opportunities.add_step(opportunity, values, by=by, at=entry.at)
        values |= {"customer_id": self._mapped("customer", old.customer_id), "owner_id": old.owner_id}
        return customers.create_plan(
            values | {"contact_id": self._mapped("contact", old.contact_id)}, by=by, at=entry.at
        )

    def _plan(self, what: str, record: Plan, entry: AuditEntry, by: Actor) -> None:
        if "done_at" in entry.changes:
            customers.finish_plan(record, by=by, at=entry.at, result=entry.changes["result"][1])

    # --- orders ---

    def _create_order(self, old: Order, entry: AuditEntry, by: Actor) -> Order:
        values = self._values(old, "kind", "ordered_on", "promised_on", "delivered_on", "address")
        values |= {"customer_id": self._mapped("customer", old.customer_id)}
        if old.contact_id is not None:
            values["contact_id"] = self._mapped("contact", old.contact_id)
        if old.original_id is not None:
            values["original_id"] = self._mapped("order", old.original_id)
        values["lines"] = [self._line(line) for line in old.lines]
        return orders.enter_order(values, OrderStatus(old.status), by=by, at=entry.at)

    def _line(self, line: OrderLine) -> dict[str, Any]:
        if line.original_line_id is None:
            return self._values(line, "product_id", "quantity", "unit_price", "discount", "vat_rate")
        sold = self.session.get(OrderLine, line.original_line_id)
        same = select(OrderLine.id).where(OrderLine.order_id == self.new["order", sold.order_id])
        found = self.session.scalar(same.where(OrderLine.position == sold.position))
        return {"original_line_id": found, "quantity": line.quantity}

    # --- opportunities ---

    def _create_opportunity(self, old: Opportunity, entry: AuditEntry, by: Actor) -> Opportunity:
        told = {name: after for name, (_before, after) in entry.changes.items()}
        names = ("title", "need", "source", "amount", "expected_close", "competitor")
        values = {name: told[name] for name in names if name in told}
        values |= {"customer_id": self._mapped("customer", old.customer_id)}
        values |= {"contact_id": self._mapped("contact", old.contact_id)}
        return opportunities.create_opportunity(values, by=by, at=entry.at)

    def _opportunity(self, what: str, record: Opportunity, entry: AuditEntry, by: Actor) -> None:
        told = {name: after for name, (_before, after) in entry.changes.items()}
        words = self.session.scalars(
            select(TimelineEntry.words).where(
                TimelineEntry.event == f"opportunity.{what}",
                TimelineEntry.record_id == entry.record_id,
                TimelineEntry.at == entry.at,
            )
        ).one()
        data = {
            "assign": {"owner_id": told.get("owner_id")},
            "advance": {name: told[name] for name in ("stage", "amount") if name in told},
            "return": {"note": words.get("note", "")},
            "reopen": {"note": words.get("note", "")},
            "win": {"amount": told.get("amount")},
            "lose": {name: told.get(name) for name in ("lost_reason", "lost_note", "competitor")},
        }.get(what, {})
        opportunities.workflow.make(what, record, by=by, at=entry.at, **data)

    # --- service ---

    def _create_service_request(self, old: ServiceRequest, entry: AuditEntry, by: Actor) -> ServiceRequest:
        values = self._values(old, "type", "priority", "channel", "product_id", "serial_number", "text")
        values |= {"customer_id": self._mapped("customer", old.customer_id)}
        values |= {"contact_id": self._mapped("contact", old.contact_id)}
        return service.create_request(values, by=by, at=entry.at)

    def _service_request(self, what: str, record: ServiceRequest, entry: AuditEntry, by: Actor) -> None:
        told = {name: after for name, (_before, after) in entry.changes.items()}
        judged = ("solution", "upheld", "severity", "cause", "improvement", "compensation", "responsible_id")
        data = {
            "assign": {"owner_id": told.get("owner_id")},
            "reassign": {"owner_id": told.get("owner_id")},
            "process": {name: told[name] for name in judged if told.get(name) is not None},
            "record_feedback": {"source": told.get("feedback_source"), "feedback": told.get("feedback")},
            "archive_unanswered": {"note": told.get("archive_note")},
        }.get(what, {})
        if what == "record_feedback":
            # The second rating of a request may be said in the same words.
            rated = select(ServiceRequestLog).where(
                ServiceRequestLog.request_id == entry.record_id,
                ServiceRequestLog.move == what,
                ServiceRequestLog.at == entry.at,
            )
            log = self.session.scalars(rated).one()
            data |= {"satisfaction": log.satisfaction, "feedback": log.note}
            data["source"] = "customer" if by.user_id is None else "specialist"
        service.workflow.make(what, record, by=by, at=entry.at, **data)

    # --- churn ---

    def _create_churn_case(self, old: ChurnCase, entry: AuditEntry, by: Actor) -> ChurnCase:
        churn.judge(self.session, old.opened_on, by=by, at=entry.at)
        found = select(ChurnCase).where(ChurnCase.customer_id == self._mapped("customer", old.customer_id))
        return self.session.scalars(found.where(ChurnCase.last_order_on == old.last_order_on)).one()

    def _churn_case(self, what: str, record: ChurnCase, entry: AuditEntry, by: Actor) -> None:
        told = {name: after for name, (_before, after) in entry.changes.items()}
        if what == "recover" and told.get("recovered_by_order_id"):
            return  # the order did it
        if what == "postpone":
            same = select(ChurnMeasure).where(ChurnMeasure.case_id == entry.record_id, ChurnMeasure.at == entry.at)
            measure = self.session.scalars(same).one()
            data = {"measures": measure.measures, "text": measure.text, "look_again_on": measure.look_again_on}
        elif what == "confirm":
            data = {"reason": told["reason"], "note": told["note"]}
        else:
            data = {"note": told["note"]}
        churn_workflow.make(what, record, by=by, at=entry.at, **data)


# --- what is left ---

_OWN = {
    "id",
    "code",
    "number",
    "uscc",
    "request_id",
    "case_id",
    "order_id",
    "opportunity_id",
    "original_line_id",
    "record_id",
}
_KEYS = {
    "customer_id": "customer",
    "contact_id": "contact",
    "opportunity_id": "opportunity",
    "original_id": "order",
    "recovered_by_order_id": "order",
    "order_id": "order",
}


def _entries(entries: Iterable[AuditEntry]) -> list[Any]:
    """(moment, action, who, changes); a move that was flushed in two steps has two entries, which count as one."""
    merged: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry in entries:
        changes = {name: pair for name, pair in entry.changes.items() if name not in _OWN}
        changes |= dict.fromkeys(changes.keys() & _KEYS.keys(), "a key")
        merged.setdefault((str(entry.at), entry.action, entry.actor_name), {}).update(changes)
    return [(*key, sorted(changes.items())) for key, changes in merged.items()]


def left(session: Session, customer_id: int, same: dict[tuple[str, int], int]) -> dict[str, Any]:
    """Every row that tells of a customer, its keys replaced by those of the original."""
    session.expire_all()
    found: dict[str, Any] = {}
    numbers: dict[str, str] = {}

    def key(kind: str, pk: Any) -> Any:
        return same.get((kind, pk), pk) if pk is not None else None

    def told(values: dict[str, Any], kind: str) -> dict[str, Any]:
        return {
            name: key(_KEYS[name], value) if name in _KEYS else value
            for name, value in sorted(values.items())
            if name not in _OWN or name in _KEYS
        }

    for kind, model in (("customer", Customer), *MODELS.items()):
        column = model.id if model is Customer else model.customer_id
        for row in session.scalars(select(model).where(column == customer_id)):
            pk = key(kind, row.id)
            numbers[str(getattr(row, "number", None) or getattr(row, "code", None) or "-")] = f"{kind} {pk}"
            values = {column.name: getattr(row, column.name) for column in model.__table__.c}
            found[f"{kind} {pk:06d}"] = told(values, kind)
            if kind in {"service_request", "churn_case"}:
                # Some moves are flushed in two steps, which count as two.
                del found[f"{kind} {pk:06d}"]["version"]
            if kind == "churn_case":
                # These compare with everybody's mean gap, which the copies change.
                evidence = found[f"{kind} {pk:06d}"]["evidence"]
                found[f"{kind} {pk:06d}"]["evidence"] = {
                    n: v for n, v in evidence.items() if n not in {"usual_gap", "times"}
                }
            entries = select(AuditEntry).where(AuditEntry.kind == kind, AuditEntry.record_id == row.id)
            found[f"{kind} {pk:06d} audit"] = _entries(session.scalars(entries.order_by(AuditEntry.at, AuditEntry.id)))
    for name, model, column in (
        ("lines", OrderLine, OrderLine.order_id),
        ("stages", OpportunityStageLog, OpportunityStageLog.opportunity_id),
        ("log", ServiceRequestLog, ServiceRequestLog.request_id),
        ("measures", ChurnMeasure, ChurnMeasure.case_id),
    ):
        parents = {
            OrderLine: Order,
            OpportunityStageLog: Opportunity,
            ServiceRequestLog: ServiceRequest,
            ChurnMeasure: ChurnCase,
        }
        mine = select(parents[model].id).where(parents[model].customer_id == customer_id)
        kind = next(kind for kind, each in MODELS.items() if each is parents[model])
        rows = session.scalars(select(model).where(column.in_(mine))).all()
        found[name] = sorted(
            (
                (
                    key(kind, getattr(row, column.name)),
                    told({c.name: getattr(row, c.name) for c in model.__table__.c}, kind),
                )
                for row in rows
            ),
            key=lambda each: (each[0], str(each[1].get("at", each[1].get("position")))),
        )
    for name, model in (("days", OrderDay), ("access", CustomerAccess)):
        rows = session.scalars(select(model).where(model.customer_id == customer_id))
        found[name] = sorted(
            str({c.name: getattr(row, c.name) for c in model.__table__.c if c.name != "customer_id"}) for row in rows
        )
    customer = session.get(Customer, customer_id)
    own_words = set(tokens(customer.code, customer.uscc))
    keys = session.scalars(select(CustomerKey.key).where(CustomerKey.customer_id == customer_id))
    found["keys"] = sorted(each for each in keys if not each.startswith("u:"))
    for kind in ("customer", "contact", "service_request"):
        model = MODELS.get(kind, Customer)
        column = model.id if model is Customer else model.customer_id
        for pk, number in session.execute(
            select(model.id, getattr(model, "number", model.id)).where(column == customer_id)
        ).all():
            entry = select(SearchEntry.tokens).where(SearchEntry.kind == kind, SearchEntry.record_id == pk)
            words = {word[2:] if word[0] != "'" else word[3:-1] for word in (session.scalar(entry) or "").split()}
            found[f"{kind} {key(kind, pk):06d} found by"] = sorted(words - own_words - set(tokens(str(number))))
    entries = session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id == customer_id)).all()
    found["timeline"] = sorted(
        (
            str(entry.at),
            entry.event,
            entry.actor_id,
            sorted(
                (
                    name,
                    numbers.get(str(word), word)
                    if name == "number"
                    else key("order", word)
                    if name == "order_id"
                    else word,
                )
                for name, word in entry.words.items()
            ),
        )
        for entry in entries
    )
    return found
