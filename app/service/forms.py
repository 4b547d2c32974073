"""The forms of service requests and of their moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.forms import DynamicForm

from app.core import dictionary
from app.core.actors import Actor, acting_as, current_actor
from app.core.database import db
from app.core.i18n import _, _l
from app.service import queries, terms
from app.service.models import HIGHEST, LOWEST, Priority, Severity
from app.service.services import AUTOMATIC
from app.theme.fields import ChoiceField, RemoteSelectField, TextField
from app.web.lookup import row_finder, text_of


def term_choices(name: str) -> Any:
    """The active entries of one list of the dictionary, asked for when a form is shown."""
    return lambda: dictionary.choices(db.session, name)


def label_choices(labels: Any) -> Any:
    """The members of an enumeration with their labels."""
    return lambda: [(str(member), label) for member, label in labels.items()]


def remote(label: Any, lookup: str, **options: Any) -> RemoteSelectField:
    """A field that refers to a row of a look-up."""
    return RemoteSelectField(label, lookup=lookup, row=row_finder(lookup), text_of=text_of(lookup), **options)


def specialist_choices() -> list[tuple[str, str]]:
    """The specialists with what they have still to process."""
    # Whoever assigns sees how much everybody has to do, whatever else they see.
    with acting_as(Actor.system("specialists"), db.session):
        people = db.session.scalars(queries.specialists()).all()
        load = dict(db.session.execute(queries.open_work([user.id for user in people])).all())
    return [
        (str(user.id), _("%(name)s (%(count)s to process)", name=user.name, count=load.get(user.id, 0)))
        for user in people
    ]


def _assignments() -> Iterable[tuple[str, str]]:
    yield AUTOMATIC, _("Automatically: least open work")
    actor = current_actor()
    if actor is not None and actor.may("service_request.assign"):
        yield from specialist_choices()


def _yes_no() -> list[tuple[str, str]]:
    return [("True", _("Yes")), ("False", _("No"))]


class _Solved(DynamicForm):
    # Made before the fields below, so it stands above them.
    solution = TextField(_l("Solution"), longest=5_000, lines=True, required=True)


class _Judged(DynamicForm):
    """What is found out while a request is processed."""

    cause = TextField(_l("Cause"), longest=5_000, lines=True)
    upheld = ChoiceField(
        _l("Upheld"), choices=_yes_no, coerce=lambda text: text == "True", description=_l("Is the complaint justified?")
    )
    severity = ChoiceField(_l("Severity"), choices=label_choices(terms.SEVERITIES), enum=Severity)
    responsible_id = remote(_l("Responsible person"), "user", description=_l("Whose work the complaint is about."))
    compensation = TextField(_l("Compensation"), longest=300)
    improvement = TextField(
        _l("Improvement measure"),
        longest=5_000,
        lines=True,
        description=_l("What is changed so that it does not happen again."),
    )


class RequestForm(_Judged):
    """What a customer said, and what was found out."""

    customer_id = remote(_l("Customer"), "customer", required=True)
    contact_id = remote(_l("Contact"), "contact", within="customer_id")
    type = ChoiceField(_l("Type"), choices=term_choices("request_type"), segments=True, required=True)
    priority = ChoiceField(
        _l("Priority"), choices=label_choices(terms.PRIORITIES), enum=Priority, segments=True, required=True
    )
    channel = ChoiceField(_l("Channel"), choices=term_choices("request_channel"))
    product_id = remote(_l("Product"), "product")
    serial_number = TextField(_l("Serial number"), longest=80)
    text = TextField(_l("What the customer says"), longest=5_000, lines=True, required=True)
    assignment = ChoiceField(_l("Assignment"), choices=_assignments, blank=_l("Left to the director"))
    solution = TextField(_l("Solution"), longest=5_000, lines=True)


REQUEST_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (
        _l("Request"),
        {
            "fields": [
                "customer_id", "contact_id", "type", "priority", "channel", "product_id", "serial_number", "assignment",
                "text",
            ]
        },
    ),
    (
        _l("Processing"),
        {"fields": ["solution", "cause", "upheld", "severity", "responsible_id", "compensation", "improvement"]},
    ),
]  # fmt: skip
ADD_ONLY = ("customer_id", "assignment")
EDIT_ONLY = ("solution", "cause", "upheld", "severity", "responsible_id", "compensation", "improvement")


def _note() -> TextField:
    return TextField(_l("Note"), longest=300, lines=True)


class AssignForm(DynamicForm):
    """Who processes a request."""

    owner_id = ChoiceField(
        _l("Specialist"), choices=specialist_choices, coerce=int, blank=_l("Automatically: least open work")
    )
    note = _note()


class ReopenForm(DynamicForm):
    """Who processes it again, and why."""

    owner_id = ChoiceField(
        _l("Specialist"), choices=specialist_choices, coerce=int, blank=_l("The previous specialist")
    )
    note = _note()


class ProcessForm(_Solved, _Judged):
    """What was done, and what was found out."""


class FeedbackForm(DynamicForm):
    """What the customer thinks of the solution."""

    satisfaction = ChoiceField(
        _l("Satisfaction"),
        choices=lambda: [(str(number), str(number)) for number in range(LOWEST, HIGHEST + 1)],
        coerce=int,
        segments=True,
        required=True,
        description=_l("1 is very dissatisfied, 5 very satisfied. Below 3 the request is sent back."),
    )
    feedback = TextField(_l("Customer's comment"), longest=5_000, lines=True)


class ArchiveForm(DynamicForm):
    """A last word for the archive."""

    note = _note()


class ArchiveUnansweredForm(DynamicForm):
    """Why there is no answer."""

    note = TextField(
        _l("Note"), longest=300, lines=True, required=True, description=_l("How the customer was asked for an answer.")
    )
