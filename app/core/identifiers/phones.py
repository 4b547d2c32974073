"""Telephone numbers as Chinese offices write them: one stored spelling, a comparable key and a mask."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from app.core.i18n import _l
from app.core.identifiers.typed import Malformed, plain

_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|内线|ext\.?|extension|x|#|,)\s*[:.]?\s*(\d{1,6})$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(\(?0\d{2,3}\)?[\s-]*\d{7,8}|[48]00-\d{3}-\d{4})-(\d{1,6})$")
_SEVERAL = re.compile(r"\d{6,}\s*[/、;,；，或]\s*\+?\(?\d{6,}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})")
# As normalise_phone gives them; asked for each phone of an import several times.
_AS_STORED = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}")
_CHINA = 86
_FREE = re.compile(r"([48]00)(\d{3})(\d{4})")
# Hot lines of banks, couriers and carriers: 95588, 96345, 10086, 12345.
_SHORT = re.compile(r"95\d{3,6}|96\d{3,4}|1[012]\d{3}")


def normalise_phone(text: str | None) -> str:
    """Return the stored spelling: 13812345678, 0574-88883321, 0574-88883321-801, 400-888-1234, +44 20 7946 0958.

    :raises Malformed: saying what is wrong with the number.
    """
    typed = plain(text)
    if not typed:
        return ""
    if _SEVERAL.search(typed):
        raise Malformed(_l("Enter one phone number here; the others belong to further contacts or the notes."))
    number, extension = _without_extension(typed)
    if not re.fullmatch(r"\+?[\d\s().\-‐-―·/]+", number):
        raise Malformed(_l("A phone number consists of digits; “%(text)s” does not.", text=typed))
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        if not digits.startswith("86"):
            return _abroad(digits, extension)
    digits = _national(digits)
    return _inside_china(digits, extension)


def _without_extension(typed: str) -> tuple[str, str]:
    found = _EXTENSION.search(typed)
    if found:
        return typed[: found.start()].strip(), found[1]
    dashed = _DASHED_EXTENSION.match(typed)
    return (dashed[1], dashed[2]) if dashed else (typed, "")


def _national(digits: str) -> str:
    """Return the digits dialled inside China, with the 0 of a landline's area code and without one before a mobile."""
    if digits.startswith("86") and len(digits) >= 12:
        digits = digits[2:]
        if not digits.startswith(("0", "400", "800")) and not re.match(r"1[3-9]", digits):
            digits = f"0{digits}"
    return digits[1:] if re.fullmatch(r"01[3-9]\d{9}", digits) else digits


def _abroad(digits: str, extension: str) -> str:
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Malformed(_l("+%(digits)s is not a phone number of any country.", digits=digits))
    shown = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} ext. {extension}" if extension else shown


def _inside_china(digits: str, extension: str) -> str:
    free = _FREE.fullmatch(digits)
    if free:
        shown = "-".join(free.groups())
    elif _SHORT.fullmatch(digits):
        shown = digits
    elif re.match(r"1[3-9]", digits):
        if not _MOBILE.fullmatch(digits):
            raise Malformed(_l("A mobile number has 11 digits; this one has %(count)s.", count=len(digits)))
        return digits
    elif digits.startswith("0"):
        shown = _landline(digits)
    elif len(digits) in {7, 8}:
        raise Malformed(_l("Write a landline with its area code, such as 0574-88883321."))
    else:
        raise Malformed(
            _l("“%(digits)s” is neither a mobile number nor a landline such as 0574-88883321.", digits=digits)
        )
    return f"{shown}-{extension}" if extension else shown


def _landline(digits: str) -> str:
    found = _AREA.fullmatch(digits)
    if found is None:
        raise Malformed(_l("A landline has an area code and 7 or 8 digits, such as 0574-88883321."))
    # The package's own parsing of what was taken apart already would cost five times the check.
    number = PhoneNumber(country_code=_CHINA, national_number=int(digits))
    if not phonenumbers.is_valid_number(number):
        raise Malformed(
            _l(
                "There is no landline %(area)s-%(rest)s; check the area code and the number of digits.",
                area=found[1],
                rest=found[2],
            )
        )
    return f"{found[1]}-{found[2]}"


def phone_key(text: str | None) -> str:
    """Return the digits by which two spellings of one number are equal: no +86, no extension; never refuses."""
    if text and _AS_STORED.fullmatch(text):
        return _national(text.replace("-", ""))
    number, _extension = _without_extension(plain(text))
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
    return _national(digits)


def mask_phone(text: str | None) -> str:
    """Return the number with its middle hidden: 138****5678, 0574-****3321, +44 ****0958."""
    shown = plain(text)
    if not shown:
        return ""
    if _MOBILE.fullmatch(shown):
        return f"{shown[:3]}****{shown[-4:]}"
    number, _extension = _without_extension(shown)
    digits = re.sub(r"\D", "", number)
    if len(digits) < 7:
        return "****"
    front = re.match(r"\+\d{1,3} |0\d{2,3}-|[48]00-", number)
    return f"{front[0] if front else ''}****{digits[-4:]}"
