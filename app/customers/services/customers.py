"""Customers are made, changed, deleted and restored here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.models import User
from app.core import events, numbering, search, timeline
from app.core.actors import Actor, acting_as
from app.core.checks import LARGEST_KEY
from app.core.database import db
from app.core.errors import Invalid, NotAllowed, NotFound, invalid
from app.core.i18n import _l
from app.core.kept import KeptName
from app.core.pinyin import name_key
from app.core.visibility import with_deleted
from app.customers import duplicates
from app.customers.models import Contact, Customer, CustomerTag, Plan, Tag
from app.customers.services.entering import checked, refuse_taken
from app.customers.workflow import workflow


class LooksLikeAnother(Invalid):
    """A customer like this one exists already; saying ``save_anyway`` makes it all the same."""

    def __init__(self, hits: list[duplicates.Hit]) -> None:
        self.hits = hits
        super().__init__(_l("There is already a customer like this one: %(name)s.", name=hits[0].name))


def create_customer(
    values: Mapping[str, Any], *, by: Actor, at: datetime, owner_id: int | None = None, save_anyway: bool = False
) -> Customer:
    """Make a prospect that ``owner_id`` is responsible for.

    By default it is who ``values`` names, whom only somebody who sees all customers chooses, or nobody yet; everybody
    else becomes responsible for what they enter.

    :raises NotAllowed: if ``by`` may not add customers.
    :raises LooksLikeAnother: if a similar customer exists and ``save_anyway`` was not said.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("customer.add"):
        raise NotAllowed(_l("You do not have the right to add customers."))
    session = db.session
    values = dict(values)
    chosen = values.pop("owner_id", None)
    clean = checked(session, values, None)
    if owner_id is None:
        owner_id = _first_owner(session, chosen, by)
    if not save_anyway:
        hits = duplicates.similar(session, clean, by=by, at=at)
        if hits:
            raise LooksLikeAnother(hits)
    tags = clean.pop("tags", None)
    customer = Customer(
        **({"custom": {}} | clean),
        code=numbering.next_number(session, "customer", at),
        name_key=name_key(clean["name"]),
        owner_id=owner_id,
        orders_12m=0,
        value_12m=0,
    )
    session.add(customer)
    session.flush()
    if tags:
        set_tags(customer, tags, by=by)
    index(session, customer)
    timeline.tell(
        session, customer.id, "customer.create", at, record_id=customer.id, actor_id=by.user_id, name=customer.name
    )
    return customer


def _first_owner(session: Session, chosen: Any, by: Actor) -> int | None:
    if by.sees_all("customer"):
        if chosen is not None:
            _refuse_leavers(session, chosen)
        return chosen
    # Whoever sees only their own would lose sight of a customer of nobody's.
    if chosen not in (None, by.user_id):
        raise invalid(
            "owner_id",
            _l("You own the customers you enter. Whoever may hand customers over can change that."),
        )
    return by.user_id


def _refuse_leavers(session: Session, owner_id: Any) -> None:
    known = type(owner_id) is int and 0 < owner_id <= LARGEST_KEY
    if not known or not session.scalar(select(User.id).where(User.id == owner_id, User.active.is_(True))):
        raise invalid("owner_id", _l("Choose people who are still with the company."))


def update_customer(customer: Customer, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Customer:
    """Change what ``values`` names; fields that are left out stay.

    :raises NotAllowed: if ``by`` may not edit customers.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("customer.edit"):
        raise NotAllowed(_l("You do not have the right to edit customers."))
    session = db.session
    clean = checked(session, values, customer)
    tags = clean.pop("tags", None)
    for name, value in clean.items():
        if getattr(customer, name) != value:
            setattr(customer, name, value)
    if "name" in clean:
        customer.name_key = name_key(customer.name)
    session.flush()
    if tags is not None:
        set_tags(customer, tags, by=by)
    index(session, customer)
    return customer


def delete_customer(customer: Customer, *, by: Actor, at: datetime) -> None:
    """Put a customer into the recycle bin; its contacts disappear with it.

    :raises NotAllowed: if ``by`` may not delete customers.
    """
    if not by.may("customer.delete"):
        raise NotAllowed(_l("You do not have the right to delete customers."))
    customer.deleted_at, customer.deleted_by_id = at, by.user_id
    session = db.session
    for contact in session.scalars(select(Contact).where(Contact.customer_id == customer.id)):
        contact.deleted_at, contact.deleted_by_id = at, by.user_id
    session.flush()
    search.unindex(session, "customer", customer.id)


def restore_customer(pk: int, *, by: Actor, at: datetime) -> Customer:
    """Take a customer, and the contacts deleted together with it, out of the recycle bin.

    :raises NotFound: if there is no such customer that ``by`` may see.
    :raises Invalid: if its code of credit has been given to another customer meanwhile.
    """
    if not by.may("customer.delete"):
        raise NotAllowed(_l("You do not have the right to delete customers."))
    session = db.session
    customer = session.scalar(with_deleted(select(Customer).where(Customer.id == pk)))
    if customer is None:
        raise NotFound
    if customer.deleted_at is None:
        return customer
    refuse_taken(session, "uscc", customer.uscc, customer.id)
    together = with_deleted(select(Contact).where(Contact.customer_id == pk, Contact.deleted_at == customer.deleted_at))
    for contact in session.scalars(together):
        contact.deleted_at = contact.deleted_by_id = None
    customer.deleted_at = customer.deleted_by_id = None
    session.flush()
    index(session, customer)
    return customer


def hand_over(customer: Customer, owner_id: int | None, *, by: Actor, at: datetime) -> None:
    """Make ``owner_id`` responsible for the customer and for what the previous owner planned with it.

    :raises NotAllowed: if ``by`` may not hand over customers.
    """
    if not by.may("customer.hand_over"):
        raise NotAllowed(_l("You do not have the right to hand over customers."))
    session = db.session
    if owner_id is not None:
        _refuse_leavers(session, owner_id)
    if owner_id == customer.owner_id:
        return
    people = session.scalars(select(User).where(User.id.in_([owner_id, customer.owner_id])))
    names = {person.id: person.name for person in people}
    timeline.tell(
        session,
        customer.id,
        "customer.hand_over",
        at,
        record_id=customer.id,
        actor_id=by.user_id,
        before=names.get(customer.owner_id or 0, ""),
        after=names.get(owner_id or 0, ""),
    )
    previous_id, customer.owner_id = customer.owner_id, owner_id
    session.flush()
    if owner_id is not None and previous_id is not None:
        # Plans out of sight of whoever hands over go along as well.
        with acting_as(Actor(user_id=by.user_id, name=by.name, everything=True), session):
            theirs = select(Plan).where(
                Plan.customer_id == customer.id, Plan.owner_id == previous_id, Plan.done_at.is_(None)
            )
            for plan in session.scalars(theirs):
                plan.owner_id = owner_id
            session.flush()
    events.announce("customer.hand_over", customer, by=by, at=at, previous_id=previous_id)


def activate(customer: Customer, *, by: Actor, at: datetime) -> None:
    """Make a prospect an active customer, and regain a lost one; an active one stays as it is."""
    for name in ("activate", "regain"):
        if customer.status in workflow.move(name).sources:
            workflow.cause(name, customer, by=by, at=at)
            timeline.tell(db.session, customer.id, f"customer.{name}", at, actor_id=by.user_id)
            return


def lose(customer: Customer, *, by: Actor, at: datetime) -> None:
    """Mark a customer as lost; only the confirmation of a churn case does."""
    if customer.status in workflow.move("lose").sources:
        workflow.cause("lose", customer, by=by, at=at)
        timeline.tell(db.session, customer.id, "customer.lose", at, actor_id=by.user_id)


def index(session: Session, customer: Customer) -> None:
    """Let the search and the duplicate check find the customer by what they know of it now."""
    contacts = list(session.scalars(select(Contact).where(Contact.customer_id == customer.id)))
    search.index(session, "customer", customer.id, search_texts(customer, contacts))
    duplicates.remember(session, customer, contacts)


NAME_KEY = KeptName(Customer, "name", found_by=index)


def search_texts(customer: Customer, contacts: Sequence[Contact]) -> list[str]:
    """Everything a customer is found by: name, code, contacts and phones."""
    texts = [customer.name, customer.code, customer.short_name, customer.english_name, customer.phone, customer.uscc]
    for contact in contacts:
        texts += [contact.name, contact.mobile, contact.phone]
    return [text for text in texts if text]


def set_tags(customer: Customer, names: list[str], *, by: Actor) -> None:
    """Give the customer exactly the tags ``names``; new words are added to the list if ``by`` may.

    :raises Invalid: if a word is unknown and ``by`` may not add tags.
    """
    session = db.session
    known = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(names)))}
    for name in names:
        if name not in known:
            if not by.may("tag.add"):
                raise invalid("tags", _l("“%(name)s” is not a tag yet. Choose one from the list.", name=name))
            known[name] = Tag(name=name)
            session.add(known[name])
    session.flush()
    before = {
        link.tag_id: link for link in session.scalars(select(CustomerTag).where(CustomerTag.customer_id == customer.id))
    }
    wanted = {known[name].id for name in names}
    for tag_id in before.keys() - wanted:
        session.delete(before[tag_id])
    session.add_all(CustomerTag(customer_id=customer.id, tag_id=tag_id) for tag_id in sorted(wanted - before.keys()))
    session.flush()
    session.expire(customer, ["tags"])


def add_tags(customer: Customer, names: list[str], *, by: Actor, at: datetime) -> None:
    """Give the customer the tags ``names`` besides those it has.

    :raises NotAllowed: if ``by`` may not edit customers.
    :raises Invalid: if a word is unknown and ``by`` may not add tags.
    """
    if not by.may("customer.edit"):
        raise NotAllowed(_l("You do not have the right to edit customers."))
    set_tags(customer, list(dict.fromkeys([*tags_of(db.session(), customer.id), *names])), by=by)


def tags_of(session: Session, customer_id: int) -> list[str]:
    """The customer's tags, by the sound of their names."""
    names = select(Tag.name).join(CustomerTag, CustomerTag.tag_id == Tag.id)
    return sorted(session.scalars(names.where(CustomerTag.customer_id == customer_id)), key=name_key)


def tags_by_customer(session: Session, customer_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of several customers, by the sound of their names, in one statement."""
    pairs = select(CustomerTag.customer_id, Tag.name).join(Tag, CustomerTag.tag_id == Tag.id)
    found: dict[int, list[str]] = {pk: [] for pk in customer_ids}
    for pk, name in session.execute(pairs.where(CustomerTag.customer_id.in_(found))):
        found[pk].append(name)
    return {pk: sorted(names, key=name_key) for pk, names in found.items()}


def load_tags(session: Session, customers: Sequence[Customer]) -> None:
    """Read the tags of several customers in one statement."""
    pairs = select(CustomerTag.customer_id, Tag).join(Tag, CustomerTag.tag_id == Tag.id)
    found: dict[int, list[Tag]] = {customer.id: [] for customer in customers}
    for pk, tag in session.execute(pairs.where(CustomerTag.customer_id.in_(found))):
        found[pk].append(tag)
    for customer in customers:
        set_committed_value(customer, "tags", sorted(found[customer.id], key=lambda tag: name_key(tag.name)))
