"""Put off or bring forward the day on which a customer is expected to decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.core import calendar
from app.core.actors import Actor
from app.core.doing import done_by
from app.core.errors import IllegalMove, OutOfDate
from app.core.i18n import _l
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries import closing
from app.opportunities.services.records import update_opportunity
from app.opportunities.workflow import LABELS


def close_in(
    opportunity: Opportunity, column: str, *, by: Actor, at: datetime, today: date, seen: int | None = None
) -> Opportunity:
    """Move the expected close into a column of the board by closing month, keeping the day of the month if it can be.

    ``seen``: the version that was looked at, if anything changed since matters.

    :raises IllegalMove: into the past, into no column, and of what is closed.
    :raises OutOfDate: if somebody changed the opportunity meanwhile.
    :raises NotAllowed: if it is not the actor's to change.
    :raises Invalid: if the stage needs the day that is to be cleared.
    """
    columns = closing.periods(today)
    target = next((period for period in columns if period.code == column), None)
    if target is None:
        raise IllegalMove(_l("Choose a month."))
    if target.code == closing.OVERDUE:
        raise IllegalMove(
            _l(
                "The expected close cannot be moved into the past. Move it to a coming month, or win or lose the "
                "opportunity."
            )
        )
    present = opportunity.expected_close
    if closing.period_of(present, columns).code == target.code:
        day = present
    elif target.code == closing.NONE:
        day = None
    else:
        assert target.first is not None
        with done_by(by, at) as session:
            # The last working day of a month may lie before it, after a long holiday.
            known = calendar.load(session, target.first - timedelta(days=31), target.first + timedelta(days=31))
        day = closing.day_in(target, present, known)
    return close_on(opportunity, day, by=by, at=at, seen=seen)


def close_on(
    opportunity: Opportunity, day: date | None, *, by: Actor, at: datetime, seen: int | None = None
) -> Opportunity:
    """Expect the close on ``day``; raises as :func:`close_in`."""
    if opportunity.status is not OpportunityStatus.developing:
        raise IllegalMove(
            _l(
                "%(number)s cannot be moved there: it is now “%(status)s”.",
                number=opportunity.number,
                status=LABELS[opportunity.status],
            )
        )
    if seen is not None and seen != opportunity.version:
        raise OutOfDate(
            _l(
                "Somebody else changed %(title)s in the meantime. Reload the board and look again.",
                title=opportunity.title,
            )
        )
    return update_opportunity(opportunity, {"expected_close": day}, by=by, at=at)
