"""How much of a file is written at once."""

from __future__ import annotations

import pytest

from app.exchange.services.pace import FEWEST, FIRST, LONGEST, LONGEST_WAIT, MOST, Pace


@pytest.mark.parametrize("each", [0.0001, 0.0003, 0.0008])
def test_portions_grow_until_they_take_nearly_as_long_as_they_may(each):
    pace = Pace()

    for _portion in range(20):
        pace.took(pace.records * each, pace.records * each, pace.records)

    assert pace.records == MOST or LONGEST * 0.8 < pace.records * each <= LONGEST


def test_a_slow_portion_makes_the_next_one_smaller_at_once():
    pace = Pace()

    pace.took(1.5 * LONGEST, 1.5 * LONGEST, FIRST)

    assert FEWEST < pace.records < FIRST / 1.5


def test_portions_stay_worth_a_transaction_and_within_a_statement():
    pace = Pace()

    pace.took(60.0, 60.0, FIRST)
    assert pace.records == FEWEST
    for _portion in range(20):
        pace.took(0.0, 0.0, pace.records)
    assert pace.records == MOST


def test_a_busy_machine_gets_smaller_portions():
    """Whoever saves waits on the clock, not on the processor."""
    pace = Pace()

    for _portion in range(20):
        pace.took(pace.records * 0.0001, pace.records * 0.001, pace.records)

    assert LONGEST_WAIT * 0.8 < pace.records * 0.001 <= LONGEST_WAIT
