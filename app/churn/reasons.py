"""Why a customer is at risk, in plain words from the orders, never from coefficients."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from app.churn.rule import History, Rhythm, is_silent
from app.core.i18n import _, format_day, format_money, ngettext

RECENT_DAYS = 90
WITHIN_RHYTHM = 1.3
MOST_FACTS = 3


def facts(rhythm: Rhythm, asof: date, mean_gap: float, complaint_since: date | None = None) -> list[str]:
    """At most three facts, the silence first; "because" is never said of what was merely seen together."""
    found = [_silence(rhythm, asof, mean_gap)]
    history = rhythm.history
    gap = history.usual_gap(mean_gap)
    recent = sum(1 for day, _amount in rhythm.occasions if day > asof - timedelta(days=RECENT_DAYS))
    expected = RECENT_DAYS / gap
    if history.repeats and expected >= 2 and recent <= expected / 2:
        found.append(
            _("Orders in the last 90 days: %(count)d; usually about %(usual)d.", count=recent, usual=round(expected))
        )
    if (smaller := shrunk(rhythm)) is not None:
        last, usual = smaller
        found.append(
            _("The last two orders averaged %(last)s; usually %(usual)s.", last=_whole(last), usual=_whole(usual))
        )
    if complaint_since is not None:
        found.append(_("A complaint is open since %(day)s.", day=format_day(complaint_since)))
    return found[:MOST_FACTS]


def short(rhythm: Rhythm, asof: date, mean_gap: float) -> str:
    """The same in half a line, for a list."""
    history = rhythm.history
    if not history.repeats:
        return _("One order so far")
    parts = [_("%(times)s times its usual gap", times=f"{times(rhythm, asof, mean_gap):.1f}")]
    if (smaller := shrunk(rhythm)) is not None:
        less = round((1 - smaller[0] / smaller[1]) * 100)
        parts.append(_("the last two orders %(percent)d%% smaller", percent=less))
    return _("; ").join(parts)


def times(rhythm: Rhythm, asof: date, mean_gap: float) -> float:
    """How many of its usual gaps a customer has been silent."""
    return silent_days(rhythm, asof) / rhythm.history.usual_gap(mean_gap)


def silent_days(rhythm: Rhythm, asof: date) -> int:
    """Days since the last order."""
    return (asof - rhythm.history.last_on).days


def shrunk(rhythm: Rhythm) -> tuple[Decimal, Decimal] | None:
    """(mean of the last two orders, the usual one) if the last two were less than half of it."""
    amounts = [amount for _day, amount in rhythm.occasions]
    if len(amounts) < 4:
        return None
    last, usual = (amounts[-1] + amounts[-2]) / 2, Decimal(median(amounts))
    return (last, usual) if last < usual / 2 else None


def verdict(rhythm: Rhythm, asof: date) -> str:
    """What the six-month rule says."""
    days = silent_days(rhythm, asof)
    if is_silent(rhythm.history.last_on, asof):
        return _("No order for %(days)d days (six-month rule).", days=days)
    if days <= 0:
        return _("The last order came today.")
    return _("Last order %(ago)s: within six months.", ago=_ago(days))


def worth(rhythm: Rhythm) -> str:
    """What the customer was worth in the last 12 months; empty if nothing."""
    value = rhythm.history.value
    return _("Worth %(value)s in the last 12 months.", value=format_money(value)) if value > 0 else ""


def _silence(rhythm: Rhythm, asof: date, mean_gap: float) -> str:
    history, days = rhythm.history, silent_days(rhythm, asof)
    gap, ratio = round(history.usual_gap(mean_gap)), times(rhythm, asof, mean_gap)
    if days <= 0:
        return _of_today(history, gap)
    if not history.repeats:
        return _("One order so far, %(ago)s: too early to know a rhythm.", ago=_ago(days))
    if history.repeats == 1:
        return _("Two orders so far, %(gap)d days apart; last order %(ago)s.", gap=history.span, ago=_ago(days))
    if ratio < WITHIN_RHYTHM:
        return _(
            "Usually orders about every %(gap)d days (%(orders)d orders); last order %(ago)s – within its rhythm.",
            gap=gap,
            orders=history.orders,
            ago=_ago(days),
        )
    return _(
        "Usually orders about every %(gap)d days (%(orders)d orders); last order %(ago)s – %(times)s times its usual gap.",
        gap=gap,
        orders=history.orders,
        ago=_ago(days),
        times=f"{ratio:.1f}",
    )


def _of_today(history: History, gap: int) -> str:
    if not history.repeats:
        return _("The first order came today: too early to know a rhythm.")
    if history.repeats == 1:
        return _("Two orders so far, %(gap)d days apart; the last one came today.", gap=history.span)
    return _(
        "Usually orders about every %(gap)d days (%(orders)d orders); the last one came today.",
        gap=gap,
        orders=history.orders,
    )


def _ago(days: int) -> str:
    return ngettext("%(num)d day ago", "%(num)d days ago", days)


def _whole(amount: Decimal) -> str:
    return format_money(round(amount))
