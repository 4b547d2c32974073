"""Words, numbers, money and dates in the reader's language.

Import ``_`` where a text is shown and ``_l`` where it is made at import. Everything here also works without a
request: a job or a command speaks the default language unless :func:`in_language` says otherwise.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from babel.support import NullTranslations, Translations
from flask import current_app, g, has_app_context
from flask_babel.speaklater import LazyString

DEFAULT_LANGUAGE = "zh"
LANGUAGES = ("zh", "en")
DEFAULT_TIME_ZONE = "Asia/Shanghai"
CURRENCY_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥", "SGD": "S$"}
# A day farther away than this is read faster as a date than as a number of days.
RELATIVE_DAYS = 365

_CATALOGUES = Path(__file__).resolve().parents[2] / "translations"
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


# --- language -------------------------------------------------------------------------------------------------------


def current_language() -> str:
    """Return the key of the language texts are made in now, ``zh`` or ``en``."""
    if not has_app_context():
        return _spoken.get() or DEFAULT_LANGUAGE
    locale = flask_babel.get_locale()
    return locale.language if locale else DEFAULT_LANGUAGE


@contextmanager
def in_language(code: str | None) -> Iterator[None]:
    """Make every text inside the block in the language ``code``; an unknown one means the default."""
    known = code if code in LANGUAGES else DEFAULT_LANGUAGE
    token = _spoken.set(known)
    try:
        with flask_babel.force_locale(known):
            yield
    finally:
        _spoken.reset(token)


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(str(_CATALOGUES), [language])


def _translations() -> NullTranslations:
    """The catalogue of the language spoken now; a page asks for it a thousand times."""
    if not has_app_context():
        return _catalogue(current_language())
    locale = flask_babel.get_locale()
    known: tuple[Any, NullTranslations] | None = g.get("_translations")
    if known is None or known[0] is not locale:
        known = g._translations = (locale, flask_babel.get_translations())
    return known[1]


def gettext(text: str, /, **values: Any) -> str:
    """Return ``text`` in the current language with its ``%(name)s`` placeholders filled."""
    found = _translations().ugettext(text)
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, /, **values: Any) -> str:
    """Return the form of a text that fits ``num``, which is also a placeholder."""
    return plural_form(singular, plural, num) % {"num": num, **values}


def plural_form(singular: str, plural: str, num: int, /) -> str:
    """Return the form of a text that fits ``num``, its placeholders still open."""
    return _translations().ungettext(singular, plural, num)


def lazy_gettext(text: str, /, **values: Any) -> LazyString:
    """Return a text that is translated each time it is shown."""
    return LazyString(gettext, text, **values)


_ = gettext
_l = lazy_gettext


def listed(parts: Iterable[object]) -> str:
    """Return the parts as an enumeration: ``A、B`` in Chinese, ``A, B`` in English."""
    return ("、" if current_language() == "zh" else ", ").join(str(part) for part in parts)


# --- numbers and money ----------------------------------------------------------------------------------------------


def currency_sign() -> str:
    """Return the sign of the company's currency, ``¥`` unless configured otherwise."""
    code = current_app.config.get("CURRENCY", "CNY") if has_app_context() else "CNY"
    return CURRENCY_SIGNS.get(code, f"{code} ")


def format_number(value: Decimal | float | None, places: int | None = None) -> str:
    """Return ``value`` with thousands separators; without ``places``, without trailing zeros. None is empty."""
    if value is None:
        return ""
    if places is not None:
        return f"{value:,.{places}f}"
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_money(value: Decimal | float | None, *, cents: bool = False) -> str:
    """Return an amount with the currency's sign, cents only when there are any or ``cents`` asks. None is empty."""
    if value is None:
        return ""
    amount = round(Decimal(str(value)), 2)
    figure = f"{abs(amount):,.2f}".removesuffix("" if cents else ".00")
    return f"-{currency_sign()}{figure}" if amount < 0 else f"{currency_sign()}{figure}"


def format_percent(share: Decimal | float | None, places: int = 0) -> str:
    """Return a share of one, 0.62, as ``62%``. None is empty."""
    return "" if share is None else f"{share * 100:.{places}f}%"


# --- days and moments -----------------------------------------------------------------------------------------------


def time_zone() -> tzinfo:
    """Return the time zone the company works in."""
    name = current_app.config.get("TIME_ZONE", DEFAULT_TIME_ZONE) if has_app_context() else DEFAULT_TIME_ZONE
    return ZoneInfo(name)


def to_local(at: datetime) -> datetime:
    """Return the moment in the company's time zone; a naive one counts as UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(time_zone())


def local_day(at: datetime) -> date:
    """Return the company's calendar day at the moment ``at``."""
    return to_local(at).date()


def format_day(day: date | None) -> str:
    """Return ``2026-11-22``; None is empty."""
    if isinstance(day, datetime):
        day = local_day(day)
    return "" if day is None else day.isoformat()


def format_short_day(day: date | None, today: date) -> str:
    """Return ``11-22`` in the current year and ``2025-11-22`` otherwise; None is empty."""
    if isinstance(day, datetime):
        day = local_day(day)
    if day is None:
        return ""
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def format_moment(at: datetime | None) -> str:
    """Return ``2026-11-22 14:30`` in the company's time zone; None is empty."""
    return "" if at is None else f"{to_local(at):%Y-%m-%d %H:%M}"


def format_time(at: datetime | None) -> str:
    """Return ``14:30`` in the company's time zone; None is empty."""
    return "" if at is None else f"{to_local(at):%H:%M}"


def format_month(day: date, today: date, *, short: bool = False) -> str:
    """Return the name of the month, with the year unless it is the current one; ``short`` for the axis of a chart."""
    if current_language() == "zh":
        return f"{day.month} 月" if day.year == today.year else f"{day.year} 年 {day.month} 月"
    name = f"{day:%b}" if short else f"{day:%B}"
    return name if day.year == today.year else f"{name} {day.year}"


def format_weekday(day: date) -> str:
    """Return the short name of the weekday, ``周二`` or ``Tue``."""
    return "周" + "一二三四五六日"[day.weekday()] if current_language() == "zh" else f"{day:%a}"


def relative_day(day: date | None, today: date) -> str:
    """Return how far ``day`` is from ``today`` in words: today, 3 days ago, in 2 days; far days as a date."""
    if isinstance(day, datetime):
        day = local_day(day)
    if day is None:
        return ""
    distance = (day - today).days
    if abs(distance) > RELATIVE_DAYS:
        return day.isoformat()
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if distance in near:
        return near[distance]
    if distance < 0:
        return ngettext("%(num)d day ago", "%(num)d days ago", -distance)
    return ngettext("in %(num)d day", "in %(num)d days", distance)


def relative_moment(at: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was: just now, 5 minutes ago, 3 hours ago, then as :func:`relative_day`."""
    if at is None:
        return ""
    seconds = (now - (at if at.tzinfo else at.replace(tzinfo=UTC))).total_seconds()
    if 0 <= seconds < 60:
        return _("just now")
    if 0 <= seconds < 3600:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", int(seconds // 60))
    if seconds >= 0 and local_day(at) == local_day(now):
        return ngettext("%(num)d hour ago", "%(num)d hours ago", int(seconds // 3600))
    return relative_day(local_day(at), local_day(now))


# --- what a person typed --------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def parse_decimal(text: str) -> Decimal:
    """Return the number somebody typed; separators, full-width digits and a currency sign are understood.

    :raises ValueError: with a sentence, when it is not a finite number.
    """
    bare = re.sub(r"[,\s¥$€£元]", "", _plain(text))
    try:
        value = Decimal(bare)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare):
        raise ValueError(_("Enter a number, for example 1280.50."))
    return value


def parse_integer(text: str) -> int:
    """Return the whole number somebody typed.

    :raises ValueError: with a sentence, when it is not a whole number.
    """
    value = parse_decimal(text)
    if value != value.to_integral_value():
        raise ValueError(_("Enter a whole number."))
    return int(value)


def parse_day(text: str) -> date:
    """Return the day somebody typed: 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日 or 20261122.

    :raises ValueError: with a sentence, when there is no such day.
    """
    bare = _plain(text)
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})|(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", bare)
    if match is None:
        raise ValueError(_("Enter a date like 2026-11-22."))
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("There is no such day: %(text)s.", text=bare)) from None


_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


def parse_moment(text: str) -> datetime:
    """Return the moment somebody typed in the company's time zone, as aware UTC; a day alone means midnight.

    A program may say its offset from UTC, as in ``2026-11-22T06:30:00+00:00``.

    :raises ValueError: with a sentence, when there is no such moment.
    """
    if _WITH_OFFSET.fullmatch(text.strip()):
        try:
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(_("There is no such time: %(text)s.", text=text.strip())) from None
    match = re.fullmatch(r"(.+?)(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", _plain(text))
    if match is None:
        raise ValueError(_("Enter a date and time like 2026-11-22 14:30."))
    day = parse_day(match[1])
    hour, minute, second = (int(part or 0) for part in match.groups()[1:])
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=time_zone())
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("There is no such time: %(text)s.", text=_plain(text))) from None
