"""JSON is spelled as it was when the oldest entry of an audit log was sealed: its digest covers the spelling."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.database import to_json
from app.core.rows import spelled_moment
from app.customers.models import CustomerStatus

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text('abc中é"\\\n', max_size=5), inner)
)


@given(VALUES)
def test_it_is_spelled_as_the_standard_library_spells_it(value):
    assert to_json(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_amounts_days_moments_and_words_of_ours_are_texts():
    at = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    values = {"amount": Decimal("12.30"), "day": date(2026, 11, 27), "at": at, "status": CustomerStatus.active}

    assert to_json(values) == (
        '{"amount":"12.30","at":"2026-11-27T08:30:00+00:00","day":"2026-11-27","status":"active"}'
    )


@pytest.mark.parametrize("value", [object(), {1, 2}, "half a pair: \ud800"])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(TypeError):
        to_json([value])


def test_a_moment_is_spelled_in_utc_whatever_its_zone():
    there = datetime(2026, 11, 27, 16, 30, tzinfo=timezone(timedelta(hours=8)))

    # A digest covers the spelling, and moments come back from the database in UTC.
    assert spelled_moment(there) == "2026-11-27T08:30:00+00:00"
