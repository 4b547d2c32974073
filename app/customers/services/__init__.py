"""Everything that can be done with customers and what people record about them."""

from app.customers.services import leaving
from app.customers.services.access import collaborators_of, grant_access, revoke_access, share
from app.customers.services.bulk import LONGEST_CODE, Made, create_customers
from app.customers.services.bulk_contacts import create_contacts
from app.customers.services.children import children, register
from app.customers.services.contacts import create_contact, delete_contact, restore_contact, update_contact
from app.customers.services.customers import (
    LooksLikeAnother,
    activate,
    create_customer,
    delete_customer,
    hand_over,
    load_tags,
    lose,
    restore_customer,
    set_tags,
    tags_by_customer,
    tags_of,
    update_customer,
)
from app.customers.services.follow_ups import create_follow_up, delete_follow_up, update_follow_up
from app.customers.services.plans import (
    create_plan,
    delete_plan,
    finish_plan,
    postpone_next_plan,
    postpone_plan,
    reopen_plan,
    update_plan,
)
from app.customers.services.private import show_private

__all__ = [
    "LONGEST_CODE",
    "LooksLikeAnother",
    "Made",
    "activate",
    "children",
    "collaborators_of",
    "create_contact",
    "create_contacts",
    "create_customer",
    "create_customers",
    "create_follow_up",
    "create_plan",
    "delete_contact",
    "delete_customer",
    "delete_follow_up",
    "delete_plan",
    "finish_plan",
    "grant_access",
    "hand_over",
    "leaving",
    "load_tags",
    "lose",
    "postpone_next_plan",
    "postpone_plan",
    "register",
    "reopen_plan",
    "restore_contact",
    "restore_customer",
    "revoke_access",
    "set_tags",
    "share",
    "show_private",
    "tags_by_customer",
    "tags_of",
    "update_contact",
    "update_customer",
    "update_follow_up",
    "update_plan",
]
