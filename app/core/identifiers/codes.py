"""The numbers and addresses by which companies and people are known: one spelling each, checked, and masked.

Every ``normalise_…`` takes what somebody typed and returns the spelling that is stored; an empty text stays empty.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from stdnum.cn import uscc

from app.core.errors import Sentence
from app.core.i18n import _l
from app.core.identifiers.typed import Malformed, compact, plain

EARLIEST_BIRTHDAY = date(1900, 1, 1)

_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# GB 32100: the registering authority, then what it registered.
_ENTITIES = {
    "11": _l("Government body"),
    "12": _l("Public institution"),
    "13": _l("Organisation run by an authority"),
    "51": _l("Social organisation"),
    "52": _l("Private non-enterprise unit"),
    "53": _l("Foundation"),
    "81": _l("Trade union"),
    "91": _l("Company"),
    "92": _l("Individual business"),
    "93": _l("Farmers' cooperative"),
    "N1": _l("Rural collective"),
    "N2": _l("Rural collective"),
    "N3": _l("Rural collective"),
}


# --- unified social credit code -------------------------------------------------------------------------------------


def normalise_uscc(text: str | None) -> str:
    """Return the 18 characters of a 统一社会信用代码 whose check character is right.

    :raises Malformed: saying which of length, characters or check character is wrong.
    """
    code = compact(text).upper()
    if not code:
        return ""
    if len(code) != 18:
        raise Malformed(
            _l("The unified social credit code has 18 characters; this one has %(count)s.", count=len(code))
        )
    strange = next((character for character in code if character not in _USCC_LETTERS), None)
    if strange is not None:
        raise Malformed(
            _l(
                "“%(character)s” never occurs in a unified social credit code; the letters I, O, S, V and Z are not used.",
                character=strange,
            )
        )
    if not code[2:8].isdigit():
        raise Malformed(_l("Characters 3 to 8 of a unified social credit code are the digits of a region."))
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise Malformed(
            _l("This unified social credit code is mistyped: its last character does not match the others.")
        )
    return code


def uscc_region(code: str) -> str:
    """Return the GB/T 2260 code of the region where the holder of a normalised code was registered."""
    return code[2:8]


def uscc_entity(code: str) -> Sentence:
    """Return what kind of body holds a normalised code; empty when the standard leaves it open."""
    return _ENTITIES.get(code[:2], "")


# --- e-mail, website, postcode, account, birthday -------------------------------------------------------------------


def normalise_email(text: str | None) -> str:
    """Return an e-mail address in lower case; whether the domain exists is not asked.

    :raises Malformed: when it cannot be an address.
    """
    address = plain(text).strip(";, ")
    named = re.fullmatch(r"[^<>@]*<([^<>]*)>", address)
    if named:
        address = named[1]
    if not address:
        return ""
    if "@" not in address:
        raise Malformed(_l("An e-mail address contains an @, such as wang@example.com."))
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Malformed(_l("“%(text)s” is not an e-mail address.", text=address)) from error


def normalise_website(text: str | None) -> str:
    """Return a web address with its scheme, https unless typed otherwise, the host in lower case.

    :raises Malformed: for other schemes, a host without a dot, white space or a name and password inside.
    """
    address = plain(text)
    if not address:
        return ""
    if "://" not in address and not re.match(r"[a-z]+:(?!\d)", address, re.IGNORECASE):
        address = f"https://{address}"
    refusal = Malformed(_l("“%(text)s” is not a web address such as www.example.com.", text=plain(text)))
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refusal from None
    labels = host.removesuffix(".").split(".")
    if (
        parts.scheme.lower() not in {"http", "https"}
        or parts.username is not None
        or " " in address
        or len(labels) < 2
        or any(not re.fullmatch(r"[\w-]{1,63}", label) for label in labels)
    ):
        raise refusal
    path = "" if parts.path == "/" and not parts.query and not parts.fragment else parts.path
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{path}{query}{fragment}"


def normalise_postcode(text: str | None) -> str:
    """Return the 6 digits of a postcode.

    :raises Malformed: otherwise.
    """
    code = compact(text)
    if code and not re.fullmatch(r"[0-9]{6}", code):
        raise Malformed(_l("A postcode has 6 digits."))
    return code


def normalise_account(text: str | None) -> str:
    """Return the digits of a bank account; no check digit is required, for company accounts have none.

    :raises Malformed: when it has other characters, or not 6 to 32 digits.
    """
    account = compact(text)
    if not account:
        return ""
    if not re.fullmatch(r"[0-9]+", account):
        raise Malformed(_l("A bank account consists of digits."))
    if not 6 <= len(account) <= 32:
        raise Malformed(_l("A bank account has 6 to 32 digits; this one has %(count)s.", count=len(account)))
    return account


def check_past(day: date | None, *, today: date) -> date | None:
    """Return ``day`` unless it lies after ``today``.

    :raises Malformed: when it does.
    """
    if day is not None and day > today:
        raise Malformed(_l("This day must not be in the future."))
    return day


def check_birthday(day: date | None, *, today: date) -> date | None:
    """Return ``day`` when somebody alive may have been born on it.

    :raises Malformed: when it is in the future or before 1900.
    """
    if day is not None and day < EARLIEST_BIRTHDAY:
        raise Malformed(_l("This birthday is too long ago."))
    return check_past(day, today=today)


def mask_email(text: str | None) -> str:
    """Return an address of which only the first letter and the domain can be read."""
    name, at, domain = plain(text).rpartition("@")
    return f"{name[:1]}****{at}{domain}" if at else "****" if domain else ""


def mask_account(text: str | None) -> str:
    """Return an account of which only the first and last four digits can be read; of a short one only the last."""
    account = compact(text)
    if not account:
        return ""
    return f"{account[:4]} **** **** {account[-4:]}" if len(account) >= 12 else f"**** {account[-2:]}"
