"""Check what was entered for a record, field by field, and refuse everything that is wrong at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.core.errors import Invalid, Sentence
from app.core.i18n import _l, parse_day, parse_decimal, parse_integer, parse_moment
from app.core.money import NotAnAmount, cents

REQUIRED = _l("This field is required.")
NO_CHOICE = _l("This is not a valid choice.")
TOO_LONG = "At most %(limit)d characters."
LARGEST_KEY = 2**63 - 1


def _without_control(text: str, lines: bool) -> str:
    return "".join(
        letter
        for letter in text.replace("\r\n", "\n")
        if (lines and letter in "\n\t") or unicodedata.category(letter) not in {"Cc", "Cs"}
    )


class Checks:
    """The values entered for one record; each method takes one field over into ``clean`` or into ``refusals``.

    A field that was not entered is left out, so that an update changes only what it names; with ``creating`` a
    required one is then refused.

    :raises Invalid: for a field that is not ``allowed``: totals, owners and statuses are never typed.
    """

    def __init__(self, values: Mapping[str, Any], allowed: Collection[str], *, creating: bool) -> None:
        if not all(name in allowed for name in values):
            unknown = sorted(set(values) - set(allowed))
            raise Invalid(_l("This cannot be entered: %(fields)s.", fields=", ".join(unknown)))
        self.values, self.creating = values, creating
        self.clean: dict[str, Any] = {}
        self.refusals: dict[str, Sentence] = {}

    def refuse(self, name: str, sentence: Sentence) -> None:
        """Refuse one field; the first refusal of a field stays."""
        self.clean.pop(name, None)
        self.refusals.setdefault(name, sentence)

    def done(self) -> dict[str, Any]:
        """Return what may be written.

        :raises Invalid: with all refusals.
        """
        if self.refusals:
            raise Invalid(fields=self.refusals)
        return self.clean

    def _entered(self, name: str, required: bool) -> bool:
        if name not in self.values:
            if required and self.creating:
                self.refuse(name, REQUIRED)
            return False
        value = self.values[name]
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.refuse(name, REQUIRED)
            else:
                self.clean[name] = None
            return False
        return True

    def text(self, name: str, limit: int, *, required: bool = False, lines: bool = False) -> None:
        """Take a text without control characters and outer spaces; only with ``lines`` may it have several lines."""
        if not self._entered(name, required):
            return
        value = self.values[name]
        if not isinstance(value, str):
            self.refuse(name, _l("Enter a text."))
            return
        # Nearly every text is printable as it is; only the others are walked letter by letter.
        kept = value if value.isprintable() else _without_control(value, lines)
        kept = kept.strip() if lines else " ".join(kept.split())
        if len(kept) > limit:
            self.refuse(name, _l(TOO_LONG, limit=limit))
        elif required and not kept:
            self.refuse(name, REQUIRED)
        else:
            self.clean[name] = kept or None

    def words(self, name: str, *, most: int, limit: int, allowed: Collection[str] | None = None) -> None:
        """Take a list of at most ``most`` different words, each at most ``limit`` long and one of those ``allowed``."""
        if name not in self.values:
            return
        value = self.values[name] or []
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            self.refuse(name, NO_CHOICE)
            return
        kept = [" ".join(_without_control(word, lines=False).split()) for word in value]
        words = list(dict.fromkeys(word for word in kept if word))
        if len(words) > most or any(len(word) > limit for word in words):
            self.refuse(
                name, _l("At most %(count)d words of at most %(limit)d characters each.", count=most, limit=limit)
            )
        elif allowed is not None and not set(words) <= set(allowed):
            self.refuse(name, NO_CHOICE)
        else:
            self.clean[name] = words

    def spelled(self, name: str, normalise: Callable[[str | None], str]) -> None:
        """Take a number or address of :mod:`app.core.identifiers` in its one spelling."""
        if not self._entered(name, required=False):
            return
        try:
            self.clean[name] = normalise(str(self.values[name]))
        except Invalid as refusal:
            self.refuse(name, refusal.sentence)

    def money(self, name: str, *, required: bool = False) -> None:
        """Take an amount of at least 0, rounded to cents."""
        if not self._entered(name, required):
            return
        try:
            amount = cents(self.values[name])
        except NotAnAmount as refusal:
            self.refuse(name, refusal.sentence)
        except (TypeError, ValueError, InvalidOperation):
            self.refuse(name, _l("An amount must be a number."))
        else:
            if amount < 0:
                self.refuse(name, _l("An amount cannot be below zero."))
            else:
                self.clean[name] = amount

    def number(self, name: str, *, places: int, below: Decimal, above: Decimal | None = None) -> None:
        """Take a required number of at most ``places`` decimals, not below 0, under ``below``, over ``above``."""
        if not self._entered(name, required=True):
            return
        value = self.values[name]
        try:
            number = parse_decimal(value) if isinstance(value, str) else Decimal(value)
        except (TypeError, ValueError, InvalidOperation):
            number = Decimal("NaN")
        if not number.is_finite():
            self.refuse(name, _l("Enter a number, for example 1280.50."))
        elif number < 0 or number >= below or (above is not None and number <= above):
            self.refuse(name, _l("This number is out of range."))
        elif number != round(number, places):
            self.refuse(name, _l("At most %(places)d decimal places.", places=places))
        else:
            self.clean[name] = number

    def whole(self, name: str, lowest: int, highest: int) -> None:
        """Take a whole number from ``lowest`` to ``highest``, both included."""
        if not self._entered(name, required=False):
            return
        value = self.values[name]
        try:
            number = parse_integer(value) if isinstance(value, str) else int(value)
        except (TypeError, ValueError, OverflowError):
            self.refuse(name, _l("Enter a whole number."))
            return
        if isinstance(value, bool) or (number != value and not isinstance(value, str)):
            self.refuse(name, _l("Enter a whole number."))
        elif not lowest <= number <= highest:
            self.refuse(name, _l("Enter a number from %(lowest)d to %(highest)d.", lowest=lowest, highest=highest))
        else:
            self.clean[name] = number

    def day(self, name: str, *, required: bool = False) -> None:
        """Take a day."""
        if not self._entered(name, required):
            return
        value = self.values[name]
        if isinstance(value, str):
            try:
                value = parse_day(value)
            except ValueError as refusal:
                self.refuse(name, str(refusal))
                return
        if isinstance(value, datetime) or not isinstance(value, date):
            self.refuse(name, _l("Enter a date like 2026-11-22."))
        else:
            self.clean[name] = value

    def moment(self, name: str, *, required: bool = False) -> None:
        """Take an aware moment; a text is read in the company's time zone."""
        if not self._entered(name, required):
            return
        value = self.values[name]
        if isinstance(value, str):
            try:
                value = parse_moment(value)
            except ValueError as refusal:
                self.refuse(name, str(refusal))
                return
        if not isinstance(value, datetime) or value.tzinfo is None:
            self.refuse(name, _l("Enter a date and time like 2026-11-22 14:30."))
        else:
            self.clean[name] = value

    def member(self, name: str, members: type[StrEnum], *, required: bool = False) -> None:
        """Take one of ``members``, given as such or as its value."""
        if not self._entered(name, required):
            return
        try:
            self.clean[name] = members(self.values[name])
        except ValueError:
            self.refuse(name, NO_CHOICE)

    def code(self, name: str, codes: Collection[str], *, keep: str | None = None, required: bool = False) -> None:
        """Take a code of the dictionary; ``keep``, the present one, stays possible when it has been retired."""
        if self._entered(name, required):
            value = self.values[name]
            if isinstance(value, str) and (value in codes or value == keep):
                self.clean[name] = value
            else:
                self.refuse(name, NO_CHOICE)

    def key(self, name: str, *, required: bool = False) -> None:
        """Take the key of another record; whether it exists and is visible is checked by whoever reads it."""
        if self._entered(name, required):
            value = self.values[name]
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_KEY:
                self.clean[name] = value
            else:
                self.refuse(name, NO_CHOICE)

    def flag(self, name: str) -> None:
        """Take yes or no."""
        if self._entered(name, required=True):
            if isinstance(self.values[name], bool):
                self.clean[name] = self.values[name]
            else:
                self.refuse(name, NO_CHOICE)
