"""The numbers and addresses by which companies and people are known: one spelling each, checked, and masked."""

from app.core.identifiers.codes import (
    check_birthday,
    check_past,
    mask_account,
    mask_email,
    normalise_account,
    normalise_email,
    normalise_postcode,
    normalise_uscc,
    normalise_website,
    uscc_entity,
    uscc_region,
)
from app.core.identifiers.phones import mask_phone, normalise_phone, phone_key
from app.core.identifiers.typed import Malformed, plain

__all__ = [
    "Malformed",
    "check_birthday",
    "check_past",
    "mask_account",
    "mask_email",
    "mask_phone",
    "normalise_account",
    "normalise_email",
    "normalise_phone",
    "normalise_postcode",
    "normalise_uscc",
    "normalise_website",
    "phone_key",
    "plain",
    "uscc_entity",
    "uscc_region",
]
