"""The body of a REST request: read as what the resource or the move says it takes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.core.errors import Invalid
from app.core.i18n import _, parse_day, parse_moment
from app.web.session import once_token

LONGEST_KEY = 200


class Unusable(Invalid):
    """The request itself cannot be read."""

    status = HTTPStatus.BAD_REQUEST


def _object() -> dict[str, Any]:
    try:
        body = request.get_json()
        # Python also reads NaN and halves of characters, which neither JSON nor a database knows.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (BadRequest, UnsupportedMediaType, RecursionError, ValueError):
        raise Unusable(_("The body is not valid JSON.")) from None
    if not isinstance(body, dict):
        raise Unusable(_("Send a JSON object."))
    return body


def sent(writable: Collection[str]) -> dict[str, Any]:
    """The fields of a record that were sent, with ``version`` if it was.

    :raises Unusable: if the body is no JSON object.
    :raises Invalid: naming the fields that cannot be written.
    """
    body = _object()
    _refuse_unknown(body, {*writable, "version"})
    return body


def repeat_token(user_id: int | None, kind: str) -> str | None:
    """A token of the person's ``Idempotency-Key`` for one kind of record: sent again, it finds the first record.

    :raises Unusable: if the key is too long.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise Unusable(_("The Idempotency-Key has more than %(count)d characters.", count=LONGEST_KEY))
    return once_token(f"{user_id}:{kind}:{key}") if key else None


def move_values(wanted: Mapping[str, str]) -> dict[str, Any]:
    """What a move needs, read as ``wanted`` says: text, key, number, day, moment, list or any.

    :raises Unusable: if the body is no JSON object.
    :raises Invalid: naming the fields that the move does not take or that cannot be read.
    """
    if not request.data:
        return {}
    body = _object()
    _refuse_unknown(body, wanted)
    return {field: _read(wanted[field], field, value) for field, value in body.items()}


def _refuse_unknown(body: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise Invalid(fields={name: _("This field cannot be written.") for name in unknown[:20]})


def texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """Sentences as texts in the reader's language."""
    return {name: str(sentence) for name, sentence in fields.items()}


def _read(kind: str, field: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        match kind:
            case "key" | "number":
                if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
                    raise ValueError
                return value
            case "day":
                return parse_day(value)
            case "moment":
                return parse_moment(value)
            case "list":
                if not isinstance(value, list) or len(value) > 1_000:
                    raise ValueError
                return value
            case "any":
                return value
    except (TypeError, ValueError, AttributeError):
        raise Invalid(fields={field: _("This value cannot be read.")}) from None
    if not isinstance(value, str):
        raise Invalid(fields={field: _("Enter a text.")})
    return value
