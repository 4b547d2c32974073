"""Customers are made, changed, deleted and restored here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, dictionary, events, numbering, regions, search, timeline
from app.core.actors import Actor, acting_as
from app.core.checks import Checks
from app.core.database import db
from app.core.errors import Invalid, NotAllowed, NotFound, invalid
from app.core.i18n import _l
from app.core.identifiers import (
    normalise_account,
    normalise_email,
    normalise_phone,
    normalise_postcode,
    normalise_uscc,
    normalise_website,
    uscc_region,
)
from app.core.pinyin import name_key
from app.core.visibility import with_deleted
from app.customers import duplicates
from app.customers.models import Contact, Customer, CustomerKind, CustomerTag, Tag
from app.customers.workflow import workflow

EDITABLE = frozenset(
    {
        "name", "short_name", "english_name", "kind", "uscc", "industry", "region", "region_name", "level", "credit",
        "source", "parent_id", "is_internal", "phone", "fax", "email", "website", "address", "postcode",
        "legal_representative", "registered_capital", "annual_revenue", "staff", "bank", "bank_account", "notes",
        "tags", "external_id", "custom",
    }
)  # fmt: skip
_TEXTS = {
    "name": 200, "short_name": 80, "english_name": 200, "region_name": 120, "address": 300,
    "legal_representative": 80, "bank": 120, "external_id": 64,
}  # fmt: skip
_SPELLED: dict[str, Callable[[str | None], str]] = {
    "uscc": normalise_uscc,
    "phone": normalise_phone,
    "fax": normalise_phone,
    "email": normalise_email,
    "website": normalise_website,
    "postcode": normalise_postcode,
    "bank_account": normalise_account,
}


class LooksLikeAnother(Invalid):
    """A customer like this one exists already; saying ``save_anyway`` makes it all the same."""

    def __init__(self, hits: list[duplicates.Hit]) -> None:
        self.hits = hits
        super().__init__(_l("There is a customer like this one already: %(name)s.", name=hits[0].name))


def create_customer(
    values: Mapping[str, Any], *, by: Actor, at: datetime, owner_id: int | None = None, save_anyway: bool = False
) -> Customer:
    """Make a prospect that ``owner_id`` is responsible for; by default whoever enters it.

    :raises NotAllowed: if ``by`` may not add customers.
    :raises LooksLikeAnother: if a similar customer exists and ``save_anyway`` was not said.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("customer.add"):
        raise NotAllowed(_l("You do not have the right to add customers."))
    session = db.session
    clean = _checked(session, values, None)
    if not save_anyway:
        hits = duplicates.similar(session, clean, by=by, at=at)
        if hits:
            raise LooksLikeAnother(hits)
    tags = clean.pop("tags", None)
    owner_id = owner_id if owner_id is not None else _default_owner(by)
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


def _default_owner(by: Actor) -> int | None:
    # Whoever sees only their own would lose sight of a customer of nobody's.
    return by.user_id if by.user_id is not None and not by.sees_all("customer") else None


def update_customer(customer: Customer, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Customer:
    """Change what ``values`` names; fields that are left out stay.

    :raises NotAllowed: if ``by`` may not edit customers.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("customer.edit"):
        raise NotAllowed(_l("You do not have the right to edit customers."))
    session = db.session
    clean = _checked(session, values, customer)
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
    _refuse_taken(session, "uscc", customer.uscc, customer.id)
    together = with_deleted(select(Contact).where(Contact.customer_id == pk, Contact.deleted_at == customer.deleted_at))
    for contact in session.scalars(together):
        contact.deleted_at = contact.deleted_by_id = None
    customer.deleted_at = customer.deleted_by_id = None
    session.flush()
    index(session, customer)
    return customer


def hand_over(customer: Customer, owner_id: int | None, *, by: Actor, at: datetime) -> None:
    """Make ``owner_id`` responsible for the customer.

    :raises NotAllowed: if ``by`` may not hand over customers.
    """
    if not by.may("customer.hand_over"):
        raise NotAllowed(_l("You do not have the right to hand over customers."))
    session = db.session
    if owner_id is not None and not session.scalar(select(User.id).where(User.id == owner_id, User.active.is_(True))):
        raise invalid("owner_id", _l("Choose people who are still with the company."))
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
    customer.owner_id = owner_id
    session.flush()
    events.announce("customer.hand_over", customer, by=by, at=at)


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


def search_texts(customer: Customer, contacts: list[Contact]) -> list[str]:
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


def tags_of(session: Session, customer_id: int) -> list[str]:
    """The customer's tags, by name."""
    names = select(Tag.name).join(CustomerTag, CustomerTag.tag_id == Tag.id)
    return list(session.scalars(names.where(CustomerTag.customer_id == customer_id).order_by(Tag.name)))


def _checked(
    session: Session,
    values: Mapping[str, Any],
    customer: Customer | None,
    refuse_taken: Callable[[Session, str, str | None, int | None], None] | None = None,
) -> dict[str, Any]:
    checks = Checks(values, EDITABLE, creating=customer is None)
    for name, limit in _TEXTS.items():
        checks.text(name, limit, required=name == "name")
    checks.text("notes", 10_000, lines=True)
    for name, normalise in _SPELLED.items():
        checks.spelled(name, normalise)
    checks.member("kind", CustomerKind)
    for name, term_list in (("industry", "industry"), ("level", "customer_level"), ("source", "source")):
        checks.code(name, dictionary.codes(session, term_list), keep=getattr(customer, name, None))
    for name in ("registered_capital", "annual_revenue"):
        checks.money(name)
    checks.whole("staff", 0, 10_000_000)
    checks.whole("credit", 1, 5)
    checks.key("parent_id")
    if "is_internal" in values:
        checks.flag("is_internal")
    _check_region(checks)
    _check_tags(checks)
    if "custom" in values:
        checks.clean["custom"] = dict(values["custom"] or {})
    clean = checks.clean
    for name in ("uscc", "external_id"):
        try:
            (refuse_taken or _refuse_taken)(session, name, clean.get(name), customer.id if customer else None)
        except Invalid as refusal:
            checks.refuse(name, refusal.fields[name])
    if customer is not None and clean.get("parent_id") == customer.id:
        checks.refuse("parent_id", _l("A company cannot be its own parent company."))
    if clean.get("kind") is None:
        clean.pop("kind", None)
    return checks.done()


def _check_region(checks: Checks) -> None:
    code = checks.values.get("region")
    if not code and checks.creating and checks.clean.get("uscc"):
        # The code of credit says where the company was registered.
        code = uscc_region(checks.clean["uscc"])
        code = code if regions.region(code) else None
    if code:
        found = regions.region(str(code))
        if found is None:
            checks.refuse("region", _l("This is not the code of a region."))
            return
        checks.clean["region"] = found.code
        if not checks.clean.get("region_name"):
            checks.clean["region_name"] = found.full_name
    elif "region" in checks.values:
        checks.clean["region"] = None


def _check_tags(checks: Checks) -> None:
    if "tags" not in checks.values:
        return
    names = [" ".join(str(name).split()) for name in checks.values["tags"] or []]
    names = list(dict.fromkeys(name for name in names if name))
    if any(len(name) > 40 for name in names) or len(names) > 20:
        checks.refuse("tags", _l("At most 20 tags of at most 40 characters each."))
    else:
        checks.clean["tags"] = names


def _refuse_taken(session: Session, name: str, value: str | None, own_id: int | None) -> None:
    """Uniqueness looks past visibility, and says only whose customer has the value."""
    if not value:
        return
    column = getattr(Customer, name)
    with acting_as(Actor.system("uniqueness"), session):
        other = session.execute(
            select(Customer.id, User)
            .outerjoin(User, User.id == Customer.owner_id)
            .where(column == value, Customer.id != (own_id or 0))
        ).first()
    if other is None:
        return
    owner = other[1]
    if owner is None:
        raise invalid(name, _l("Already used by a customer without owner."))
    raise invalid(name, _l("Already used by a customer of %(owner)s.", owner=owner.name))


def show_private(customer: Customer, field: str, *, by: Actor, at: datetime) -> str:
    """Return a masked field in full; that somebody looked is written down.

    :raises NotAllowed: if ``by`` may not see private fields.
    :raises NotFound: if there is no such field.
    """
    if field not in {"phone", "fax", "email", "bank_account"}:
        raise NotFound
    if not by.may("customer.see_private"):
        raise NotAllowed(_l("You do not have the right to see private fields."))
    audit.record(db.session, "look", "customer", customer, {field: [None, None]}, by=by, at=at)
    return str(getattr(customer, field) or "")
