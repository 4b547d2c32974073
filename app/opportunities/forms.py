"""The forms of opportunities and of their moves."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.forms import DynamicForm

from app.accounts.queries import users_with_right
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _, _l
from app.customers.forms import label_choices, remote, term_choices
from app.customers.models import FollowUpKind
from app.customers.terms import FOLLOW_UP_KINDS
from app.opportunities import queries
from app.opportunities.terms import REQUIRABLE
from app.theme.fields import (
    ChoiceField,
    DayField,
    ManyChoicesField,
    MomentField,
    MoneyField,
    PhoneField,
    TextField,
    WholeNumberField,
    YesNoField,
)


def people_choices() -> list[tuple[str, str]]:
    """Everybody who develops opportunities, with how many they have."""
    people = users_with_right(db.session, *queries.DEVELOPS)
    held = queries.held(db.session, [person.id for person in people])
    return [
        (str(person.id), _("%(name)s (%(count)s in development)", name=person.name, count=held.get(person.id, 0)))
        for person in people
    ]


def stage_choices() -> list[tuple[str, str]]:
    """The active stages in their order."""
    return [(stage.code, str(stage)) for stage in queries.stages(db.session)]


class StageField(ChoiceField):
    """A stage; which ones are on offer depends on the opportunity."""

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Leave only ``choices``."""
        self._choices = choices


class OpportunityForm(DynamicForm):
    """What is known about a possible sale, and about somebody who is not a customer yet."""

    customer_id = remote(_l("Customer"), "customer", description=_l("Leave empty to enter a new customer below."))
    contact_id = remote(_l("Contact"), "contact", within="customer_id")
    customer_name = TextField(
        _l("Name of the new customer"), longest=200, description=_l("As on the business licence.")
    )
    customer_phone = PhoneField(_l("Phone of the new customer"))
    contact_name = TextField(_l("Name of the contact"), longest=80)
    contact_mobile = PhoneField(_l("Mobile of the contact"))
    contact_title = TextField(_l("Job title of the contact"), longest=80)
    title = TextField(
        _l("Title"), longest=120, required=True, description=_l("What it is about, as it reads on a card.")
    )
    source = ChoiceField(_l("Source"), choices=term_choices("source"))
    amount = MoneyField(_l("Amount"), description=_l("Including VAT."))
    probability = WholeNumberField(_l("Probability"), least=0, most=100, unit="%")
    expected_close = DayField(_l("Expected close"))
    competitor = ChoiceField(_l("Competitor"), choices=term_choices("competitor"))
    owner_id = ChoiceField(
        _l("Assign to"), choices=people_choices, coerce=int, blank=_l("Not assigned yet: into the pool")
    )
    need = TextField(_l("Need"), longest=4000, lines=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = current_actor()
        if "owner_id" in self and (actor is None or not actor.may("opportunity.assign")):
            del self.owner_id


NEW_CUSTOMER = ("customer_name", "customer_phone", "contact_name", "contact_mobile", "contact_title")
FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (_l("Customer"), {"fields": ["customer_id", "contact_id"]}),
    (_l("A new customer"), {"fields": list(NEW_CUSTOMER), "expanded": False}),
    (
        _l("Opportunity"),
        {
            "fields": [
                "title", "source", "amount", "probability", "expected_close", "competitor", "owner_id", "need",
            ]
        },
    ),
]  # fmt: skip
ADD_ONLY = ("customer_id", *NEW_CUSTOMER, "owner_id")


def _note() -> TextField:
    return TextField(_l("Note"), longest=300, lines=True)


class AssignForm(DynamicForm):
    """Who develops an opportunity."""

    owner_id = ChoiceField(_l("Assign to"), choices=people_choices, coerce=int, required=True)
    note = _note()


class ReturnForm(DynamicForm):
    """Why an opportunity goes back into the pool."""

    note = _note()


class ReopenForm(DynamicForm):
    """Why a closed opportunity is opened again."""

    note = _note()


class AdvanceForm(DynamicForm):
    """The stage to go on to, and what it asks for."""

    stage = StageField(_l("Stage"), choices=stage_choices, required=True)
    need = TextField(REQUIRABLE["need"], longest=4000, lines=True)
    contact_id = remote(REQUIRABLE["contact_id"], "contact", within="customer_id")
    source = ChoiceField(REQUIRABLE["source"], choices=term_choices("source"))
    amount = MoneyField(REQUIRABLE["amount"])
    expected_close = DayField(REQUIRABLE["expected_close"])
    competitor = ChoiceField(REQUIRABLE["competitor"], choices=term_choices("competitor"))


class GoBackForm(DynamicForm):
    """The stage to go back to, and why."""

    stage = StageField(_l("Stage"), choices=stage_choices, required=True)
    note = _note()


class WinForm(DynamicForm):
    """What was agreed."""

    amount = MoneyField(_l("Amount"), required=True, description=_l("Cannot be changed after the win."))
    note = _note()


class LoseForm(DynamicForm):
    """Why it was lost, and to whom."""

    lost_reason = ChoiceField(_l("Lost reason"), choices=term_choices("lost_reason"), required=True)
    competitor = ChoiceField(_l("Competitor"), choices=term_choices("competitor"))
    lost_note = TextField(_l("Note"), longest=500, lines=True)


class StepForm(DynamicForm):
    """One step of a development plan."""

    what = TextField(_l("What to do"), longest=200, required=True)
    kind = ChoiceField(_l("Kind"), choices=label_choices(FOLLOW_UP_KINDS), enum=FollowUpKind, required=True)
    due_at = MomentField(_l("Due"), required=True)
    remind_at = MomentField(_l("Remind me"))
    expected_result = TextField(_l("Expected result"), longest=300)


class StageForm(DynamicForm):
    """One stage, as an administrator describes it."""

    code = TextField(_l("Code"), longest=32, required=True, description=_l("Small letters, digits and underscores."))
    label_zh = TextField(_l("Name in Chinese"), longest=80, required=True)
    label_en = TextField(_l("Name in English"), longest=80, required=True)
    probability = WholeNumberField(_l("Probability"), least=0, most=100, unit="%", required=True)
    normal_days = WholeNumberField(_l("Normal days"), least=1, most=3650, required=True)
    required = ManyChoicesField(
        _l("Required before entering"),
        choices=lambda: list(REQUIRABLE.items()),
        description=_l("Without any, the stage can be entered at once."),
    )
    active = YesNoField(_l("In use"))


class PolicyForm(DynamicForm):
    """How much one person may hold and claim."""

    holding_cap = WholeNumberField(
        _l("Opportunities of one person"), least=0, most=10_000, required=True,
        description=_l("Whoever develops this many cannot claim another one."),
    )  # fmt: skip
    daily_claims = WholeNumberField(_l("Claims of one person within 24 hours"), least=0, most=10_000, required=True)
