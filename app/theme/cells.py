"""Cells of a list: functions from one value to what is shown, for ``formatters_columns`` and for templates.

Each takes the value only, answers an empty text for None and returns Markup when it made HTML; whatever came from
a person is escaped.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from markupsafe import Markup, escape

from app.core import i18n
from app.core.i18n import _, listed

Cell = Callable[[Any], str]

# One colour, one meaning: open, good, wait (amber), bad, done (grey).
TONES = ("open", "good", "wait", "bad", "done")
# The amber band of a churn probability; below is green, above is red.
PROBABILITY_WAIT, PROBABILITY_BAD = 0.30, 0.85
AVATARS = ("", "av-b", "av-c", "av-d")


def _plain(value: Any) -> Any:
    """An enum's value: FAB hands over members in one place and values in another."""
    return value.value if isinstance(value, Enum) else value


def _today() -> date:
    return i18n.local_day(datetime.now(UTC))


def money(value: Decimal | None, *, cents: bool = False) -> str:
    """An amount in the company's currency."""
    return i18n.format_money(value, cents=cents)


def signed_money(value: Decimal | None, *, cents: bool = False) -> str:
    """An amount that is red below zero."""
    text = money(value, cents=cents)
    return Markup('<span class="t-bad">{}</span>').format(text) if value is not None and value < 0 else text


AMOUNTS = (money, signed_money)


def quantity(value: Decimal | int | None) -> str:
    """A number with thousands separators."""
    return i18n.format_number(value)


def percent(value: Decimal | float | None) -> str:
    """A share of one as a percentage."""
    return i18n.format_percent(value)


def day(value: date | None) -> str:
    """A calendar day."""
    return i18n.format_day(value)


def moment(value: datetime | None) -> str:
    """A date and time in the company's time zone."""
    return i18n.format_moment(value)


def relative_day(value: date | datetime | None) -> str:
    """How far away a day is, with the exact day or moment on hover."""
    if value is None:
        return ""
    exact = i18n.format_moment(value) if isinstance(value, datetime) else i18n.format_day(value)
    words = i18n.relative_day(value, _today())
    return Markup('<time title="{}">{}</time>').format(exact, words)


def due_day(value: date | datetime | None) -> str:
    """A day something is due: red and in words once it has passed, short otherwise."""
    if value is None:
        return ""
    due = i18n.local_day(value) if isinstance(value, datetime) else value
    late = (_today() - due).days
    if late > 0:
        words = i18n.ngettext("%(num)d day overdue", "%(num)d days overdue", late)
        return Markup('<time class="t-bad" title="{}">{}</time>').format(due.isoformat(), words)
    words = i18n.relative_day(due, _today()) if late > -2 else i18n.format_short_day(due, _today())
    if isinstance(value, datetime) and late == 0:
        words = f"{words} {i18n.format_time(value)}"
    return Markup('<time title="{}">{}</time>').format(due.isoformat(), words)


def person_name(user: Any) -> str:
    """A user's name the way their language writes it: 林晓梅, Ann Lee."""
    if user is None:
        return ""
    first, last = getattr(user, "first_name", "") or "", getattr(user, "last_name", "") or ""
    if not first and not last:
        return str(getattr(user, "name", "") or user)
    chinese = any("一" <= letter <= "鿿" for letter in first + last)
    return f"{last}{first}" if chinese else f"{first} {last}".strip()


def initial(name: str | None) -> str:
    """The letter in somebody's round mark."""
    return (str(name or "?").strip() or "?")[0].upper()


def avatar_colour(name: str | None) -> str:
    """The class that gives one name the same colour everywhere."""
    return AVATARS[sum(map(ord, str(name or ""))) % len(AVATARS)]


def person(user: Any) -> str:
    """A user with a round mark."""
    if user is None:
        return ""
    name = user if isinstance(user, str) else person_name(user)
    return Markup('<span class="who"><span class="av av-s {}" aria-hidden="true">{}</span>{}</span>').format(
        avatar_colour(name), initial(name), name
    )


def status_badge(label: Any, tone: str) -> Markup:
    """A coloured word; an unknown ``tone`` is grey."""
    return Markup('<span class="st st-{}">{}</span>').format(tone if tone in TONES else "done", label)


def badge(kinds: Mapping[Any, tuple[Any, str]]) -> Cell:
    """Return a cell that shows a status as ``kinds[value]``: its label and its tone."""
    known = {_plain(key): shown for key, shown in kinds.items()}

    def cell(value: Any) -> str:
        if value is None:
            return ""
        label, tone = known.get(_plain(value), (_plain(value), "done"))
        return status_badge(label, tone)

    return cell


def level(value: Any) -> str:
    """A customer's level: A filled, B outlined, the rest grey."""
    word = str(getattr(value, "code", None) or getattr(value, "name", None) or value or "").strip()
    if not word:
        return ""
    short = word[0].upper() if word[0].isascii() else word
    return Markup('<span class="lv lv-{}" title="{}">{}</span>').format(short.lower(), word, short)


def yes_no(value: bool | None) -> str:
    """Yes or no."""
    return "" if value is None else _("Yes") if value else _("No")


def choice(labels: Mapping[Any, Any]) -> Cell:
    """Return a cell that shows the label of a value from a fixed list."""
    known = {_plain(key): label for key, label in labels.items()}

    def cell(value: Any) -> str:
        return "" if value is None else str(known.get(_plain(value), _plain(value)))

    return cell


def tags(values: Any) -> str:
    """Tags side by side; a text is split at commas."""
    if not values:
        return ""
    words = values.split(",") if isinstance(values, str) else values
    return Markup(" ").join(Markup('<span class="tag">{}</span>').format(word) for word in words if str(word).strip())


def link(value: str | None) -> str:
    """A web address as a link; anything but http and https stays text."""
    if not value:
        return ""
    address = value if "://" in value else f"https://{value}"
    if not address.lower().startswith(("http://", "https://")):
        return str(escape(value))
    text = value.removeprefix("https://").removeprefix("http://").rstrip("/")
    return Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(address, text)


def phone(value: str | None) -> str:
    """A telephone number to call; a masked one is text."""
    if not value:
        return ""
    if "*" in value:
        return Markup('<span class="nowrap">{}</span>').format(value)
    digits = "".join(letter for letter in value if letter.isdigit() or letter == "+")
    return Markup('<a class="nowrap" href="tel:{}">{}</a>').format(digits, value)


def email(value: str | None) -> str:
    """A mail address to write to; a masked one is text."""
    if not value:
        return ""
    return str(escape(value)) if "*" in value else Markup('<a href="mailto:{0}">{0}</a>').format(value)


def stars(value: Decimal | int | None) -> str:
    """Up to five stars with the figure in words."""
    if value is None:
        return ""
    filled = min(5, max(0, round(value)))
    label = _("%(value)s out of 5", value=i18n.format_number(value))
    return Markup('<span class="stars" role="img" aria-label="{}">{}<span class="off">{}</span></span>').format(
        label, "★" * filled, "★" * (5 - filled)
    )


def tone_of_probability(share: float | Decimal) -> str:
    """The colour of a churn probability."""
    return "good" if share < PROBABILITY_WAIT else "wait" if share <= PROBABILITY_BAD else "bad"


def probability(share: float | Decimal | None) -> str:
    """A probability as bar and figure, coloured by how bad it is."""
    if share is None:
        return ""
    return Markup(
        '<span class="prob"><svg class="bar bar-s" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="f-{}" width="{}" height="6"/></svg><b>{}</b></span>'
    ).format(tone_of_probability(share), round(share * 100), i18n.format_percent(share))


def show_value(value: Any) -> str:
    """Any value of a column without a formatter of its own."""
    if value is None or value == "":
        return ""
    match value:
        case bool():
            return yes_no(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case Decimal() | float():
            return quantity(Decimal(str(value)))
        case Enum():
            return _(str(getattr(value, "label", None) or value.value))
        case list() | tuple() | set():
            return listed(show_value(part) for part in value)
    return value if isinstance(value, Markup) else str(getattr(value, "label", None) or value)
