"""Arithmetic with amounts: cents, value-added tax, and amounts in words as Chinese contracts and receipts want them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from app.core.errors import Invalid, Sentence
from app.core.i18n import _l, parse_decimal

CENT = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
"""What a Numeric(14, 2) column holds."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


class NotAnAmount(Invalid, ValueError):
    """The value cannot be an amount of money."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


def cents(value: Decimal | int | str) -> Decimal:
    """Return an amount with two decimals, rounded half up (away from zero); text may carry separators and ¥.

    :raises NotAnAmount: when it is not a finite number or has more than 12 digits before the point.
    """
    if isinstance(value, str):
        try:
            value = parse_decimal(value)
        except ValueError as error:
            raise NotAnAmount(_l("“%(text)s” is not an amount such as 1280.50.", text=value)) from error
    amount = value if type(value) is Decimal else Decimal(value)
    if not amount.is_finite():
        raise NotAnAmount(_l("An amount must be a number."))
    try:
        amount = amount.quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        amount = LARGEST + 1
    if abs(amount) > LARGEST:
        raise NotAnAmount(_l("An amount has at most 12 digits before the decimal point."))
    return amount + 0  # -0.00 becomes 0.00


def net_of_vat(gross: Decimal, rate: Decimal) -> Decimal:
    """Return the amount without value-added tax; ``rate`` is a share, 0.13 for 13 %, not below zero.

    :raises NotAnAmount: for a negative rate or an amount outside the range.
    """
    if not rate.is_finite() or rate < 0:
        raise NotAnAmount(_l("A tax rate cannot be below zero."))
    return cents(gross / (1 + rate))


def _group_in_words(group: int) -> str:
    """Return up to four digits in words, with one 零 for each gap inside and none around."""
    words = ""
    for place, digit in reversed(list(enumerate(map(int, reversed(str(group)))))):
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def _whole_in_words(whole: int) -> str:
    words = ""
    groups = [whole // 10_000**power % 10_000 for power in range(len(_GROUPS))]
    for power in reversed(range(len(_GROUPS))):
        if not groups[power]:
            continue
        gap = words and (groups[power] < 1000 or not groups[power + 1])
        words += ("零" if gap else "") + _group_in_words(groups[power]) + _GROUPS[power]
    return words


def in_words(amount: Decimal | int | str) -> str:
    """Return a CNY amount in capital characters: 1004.05 is 壹仟零肆元零伍分, 100000 is 壹拾万元整.

    :raises NotAnAmount: when it is not an amount.
    """
    exact = cents(amount)
    whole, part = divmod(int(abs(exact) * 100), 100)
    jiao, fen = divmod(part, 10)
    words = f"{_whole_in_words(whole)}元" if whole else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and whole:
        words += "零"
    if fen:
        words += f"{_DIGITS[fen]}分"
    else:
        words = f"{words or '零元'}整"
    return f"负{words}" if exact < 0 else words
