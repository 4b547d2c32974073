"""Refusals: exceptions whose text a user may read, in the user's language."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.core.i18n import _l

Sentence = Any  # a lazy translation or a plain string; turned into text where it is shown


class DomainError(Exception):
    """A refusal with a whole translated sentence and the HTTP status it is answered with."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(DomainError):
    """The actor lacks the right."""

    status = HTTPStatus.FORBIDDEN


class NotFound(DomainError):
    """The row does not exist, or not for this actor; which of the two is not told."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, sentence: Sentence = None) -> None:
        super().__init__(sentence or _l("This record does not exist, or you may not see it."))


class IllegalMove(DomainError):
    """The record's status does not permit the move."""

    status = HTTPStatus.CONFLICT


class OutOfDate(DomainError):
    """Somebody else changed the record since it was read."""

    status = HTTPStatus.CONFLICT

    def __init__(self, sentence: Sentence = None) -> None:
        # Whether a lazy sentence is empty is asked only by translating it, which costs more than everything else here.
        if sentence is None:
            sentence = _l("Somebody else changed this record in the meantime. Compare both versions and save again.")
        super().__init__(sentence)


class Invalid(DomainError):
    """What was entered cannot be accepted; ``fields`` maps a field's name to its sentence."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, sentence: Sentence = None, fields: Mapping[str, Sentence] | None = None) -> None:
        self.fields: dict[str, Sentence] = dict(fields or {})
        if sentence is None:
            sentence = next(iter(self.fields.values()), None)
        super().__init__(_l("Please check what you entered.") if sentence is None else sentence)


def invalid(field: str, sentence: Sentence) -> Invalid:
    """Return the refusal of one field."""
    return Invalid(fields={field: sentence})


class NobodyActing(RuntimeError):
    """A statement reads scoped rows although nobody was said to act: a bug, never shown."""
