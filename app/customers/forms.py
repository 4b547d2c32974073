"""The forms of customers, contacts, follow-ups and plans."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.forms import DynamicForm

from app.core import dictionary
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _l
from app.customers import terms
from app.customers.models import CustomerKind, FollowUpKind, Gender
from app.theme.fields import (
    ChoiceField,
    CreditCodeField,
    DayField,
    EmailField,
    ManyChoicesField,
    MomentField,
    MoneyField,
    PhoneField,
    RemoteSelectField,
    TagsField,
    TextField,
    WebsiteField,
    WholeNumberField,
    YesNoField,
)
from app.web.lookup import row_finder, text_of


def term_choices(name: str) -> Any:
    """The active entries of one list of the dictionary, asked for when a form is shown."""
    return lambda: dictionary.choices(db.session, name)


def label_choices(labels: Any) -> Any:
    """The members of an enumeration with their labels."""
    return lambda: [(str(member), label) for member, label in labels.items()]


def remote(label: Any, lookup: str, **kwargs: Any) -> RemoteSelectField:
    """A field that refers to a row of a look-up."""
    return RemoteSelectField(label, lookup=lookup, row=row_finder(lookup), text_of=text_of(lookup), **kwargs)


class CustomerForm(DynamicForm):
    """Everything that is typed about a customer."""

    kind = ChoiceField(_l("Type"), choices=label_choices(terms.KINDS), enum=CustomerKind, segments=True, required=True)
    name = TextField(_l("Name"), longest=200, required=True, description=_l("As on the business licence."))
    short_name = TextField(_l("Short name"), longest=80, description=_l("Shown on boards and phones."))
    english_name = TextField(_l("English name"), longest=200)
    uscc = CreditCodeField(_l("Unified social credit code"), description=_l("18 characters; fills in the region."))
    industry = ChoiceField(_l("Industry"), choices=term_choices("industry"))
    phone = PhoneField(_l("Phone"))
    fax = PhoneField(_l("Fax"))
    email = EmailField(_l("E-mail"))
    website = WebsiteField(_l("Website"))
    region = remote(
        _l("Region"),
        "region",
        description=_l("Province, city, county; taken from the credit code if empty."),
    )
    address = TextField(_l("Address"), longest=300)
    postcode = TextField(_l("Postcode"), longest=10, render_kw={"inputmode": "numeric"})
    level = ChoiceField(_l("Level"), choices=term_choices("customer_level"), segments=True)
    credit = ChoiceField(
        _l("Credit"),
        choices=lambda: [(str(n), str(n)) for n in range(1, 6)],
        coerce=int,
        segments=True,
        description=_l("1 to 5, 5 is best."),
    )
    source = ChoiceField(_l("Source"), choices=term_choices("source"))
    owner_id = remote(_l("Owner"), "user", description=_l("Leave empty for nobody yet."))
    parent_id = remote(_l("Parent company"), "customer")
    tags = TagsField(_l("Tags"), description=_l("Separate several with commas."))
    legal_representative = TextField(_l("Legal representative"), longest=80)
    registered_capital = MoneyField(_l("Registered capital"))
    annual_revenue = MoneyField(_l("Annual revenue"))
    staff = WholeNumberField(_l("Staff"), least=0)
    bank = TextField(_l("Bank"), longest=120)
    bank_account = TextField(
        _l("Bank account"), longest=64, description=_l("Stored encrypted."), render_kw={"inputmode": "numeric"}
    )
    is_internal = YesNoField(_l("Internal or test customer"), description=_l("Left out of analysis."))
    notes = TextField(_l("Notes"), longest=10_000, lines=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = current_actor()
        if "owner_id" in self and (actor is None or not actor.sees_all("customer")):
            del self.owner_id


CUSTOMER_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (_l("Basics"), {"fields": ["kind", "name", "short_name", "uscc", "industry", "parent_id"]}),
    (_l("Contact details"), {"fields": ["phone", "email", "region", "address"]}),
    (_l("Level and source"), {"fields": ["level", "source", "owner_id", "tags", "credit"]}),
    (
        _l("More fields: bank, registered capital, website and others"),
        {
            "fields": [
                "english_name", "website", "fax", "postcode", "legal_representative", "registered_capital",
                "annual_revenue", "staff", "bank", "bank_account", "is_internal", "notes",
            ],
            "expanded": False,
        },
    ),
]  # fmt: skip


class ContactForm(DynamicForm):
    """Everything that is typed about a person at a customer."""

    customer_id = remote(_l("Customer"), "customer", required=True)
    name = TextField(_l("Full name"), longest=80, required=True)
    gender = ChoiceField(_l("Gender"), choices=label_choices(terms.GENDERS), enum=Gender, segments=True)
    title = TextField(_l("Job title"), longest=80)
    department = TextField(_l("Department"), longest=80)
    mobile = PhoneField(_l("Mobile"))
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    wechat = TextField(_l("WeChat"), longest=64)
    birthday = DayField(_l("Birthday"))
    is_primary = YesNoField(_l("Primary contact"))
    decision_role = ChoiceField(_l("Role in the decision"), choices=term_choices("decision_role"))
    category = ChoiceField(_l("Contact category"), choices=term_choices("contact_category"))
    tags = TagsField(_l("Tags"), description=_l("Separate several with commas."))
    consent = ManyChoicesField(
        _l("May be contacted by"),
        choices=label_choices(terms.CONSENT_CHANNELS),
        description=_l("As the person agreed."),
    )
    notes = TextField(_l("Notes"), longest=10_000, lines=True)


CONTACT_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (_l("Person"), {"fields": ["customer_id", "name", "gender", "title", "department", "is_primary"]}),
    (_l("Contact details"), {"fields": ["mobile", "phone", "email", "wechat"]}),
    (_l("More"), {"fields": ["decision_role", "category", "birthday", "tags", "consent", "notes"]}),
]


class FollowUpForm(DynamicForm):
    """What was said and done."""

    customer_id = remote(_l("Customer"), "customer", required=True)
    contact_id = remote(_l("Contact"), "contact", within="customer_id")
    kind = ChoiceField(
        _l("Kind"), choices=label_choices(terms.FOLLOW_UP_KINDS), enum=FollowUpKind, segments=True, required=True
    )
    at = MomentField(_l("When"), required=True)
    place = TextField(_l("Place"), longest=120)
    summary = TextField(_l("Summary"), longest=200, description=_l("Leave empty to use the first line of the content."))
    content = TextField(_l("What was said and done"), longest=20_000, lines=True)
    result = TextField(_l("Result"), longest=300)
    next_step = TextField(_l("Next step"), longest=300)


FOLLOW_UP_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    ("", {"fields": ["customer_id", "contact_id", "kind", "at", "place", "summary", "content", "result", "next_step"]}),
]


class PlanForm(DynamicForm):
    """What is to be done by when."""

    customer_id = remote(_l("Customer"), "customer", required=True)
    contact_id = remote(_l("Contact"), "contact", within="customer_id")
    kind = ChoiceField(
        _l("Kind"), choices=label_choices(terms.FOLLOW_UP_KINDS), enum=FollowUpKind, segments=True, required=True
    )
    what = TextField(_l("What to do"), longest=200, required=True)
    due_at = MomentField(_l("Due"), required=True)
    remind_at = MomentField(_l("Remind me"))
    owner_id = remote(_l("Owner"), "user")
    expected_result = TextField(_l("Expected result"), longest=300)


PLAN_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (
        "",
        {"fields": ["customer_id", "contact_id", "kind", "what", "due_at", "remind_at", "owner_id", "expected_result"]},
    ),
]


class PostponePlanForm(DynamicForm):
    """A new moment for a plan."""

    due_at = MomentField(_l("Due"), required=True)


class FinishPlanForm(DynamicForm):
    """How a plan ended."""

    result = TextField(_l("Result"), longest=300, description=_l("The outcome. Optional."))


class HandOverForm(DynamicForm):
    """Who is responsible from now on."""

    owner_id = remote(_l("Owner"), "user", required=True)


class AddTagsForm(DynamicForm):
    """Tags that several customers get besides those they have."""

    tags = TagsField(_l("Tags"), required=True, description=_l("Separate several with commas."))


class ShareForm(DynamicForm):
    """With whom a customer is shared."""

    collaborators = ManyChoicesField(_l("Collaborators"), coerce=int)
