"""Numbers are given once, in order, and start anew with the year where the pattern says so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from app.core.database import db, unit_of_work
from app.core.numbering import NumberPattern, keep_ahead, next_number, reserve
from tests.support.customers import NOW


def test_numbers_follow_each_other(session):
    first = next_number(session, "order", NOW)
    second = next_number(session, "order", NOW)

    assert (first[:8], int(second[8:]) - int(first[8:])) == ("DD-2026-", 1)


def test_a_reserve_is_a_run_without_repetition(session):
    run = reserve(session, "order", NOW, 500)

    assert len(set(run)) == 500
    assert next_number(session, "order", NOW) not in run


def test_a_new_year_starts_at_one(session):
    next_number(session, "order", NOW)

    assert next_number(session, "order", datetime(2027, 3, 1, tzinfo=UTC)) == "DD-2027-00001"


def test_an_administrator_may_choose_the_pattern(session):
    session.merge(NumberPattern(kind="customer", pattern="C{year}{month}-{number:03d}"))
    session.flush()

    assert next_number(session, "customer", NOW) == "C202611-001"


def test_numbers_taken_at_the_same_moment_are_all_different_and_leave_no_gap(own_app):
    barrier = Barrier(12)

    def take(_thread):
        with own_app.app_context():
            barrier.wait()
            taken = []
            for _time in range(4):
                with unit_of_work() as session:
                    taken.append(int(next_number(session, "product", NOW)[3:]))
            db.session.remove()
            return taken

    with ThreadPoolExecutor(12) as threads:
        taken = sorted(number for numbers in threads.map(take, range(12)) for number in numbers)

    assert taken == list(range(taken[0], taken[0] + 48))


def test_numbers_go_on_after_those_that_came_with_the_rows(session):
    taken = int(next_number(session, "customer", NOW)[3:])

    keep_ahead(session, "customer", NOW, [f"KH-{taken + 40:05d}", "KH-7 GmbH", "C-99999", f"KH-{taken:05d}"])

    assert next_number(session, "customer", NOW) == f"KH-{taken + 41:05d}"
