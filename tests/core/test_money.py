"""Amounts: rounding, range, tax, and words on a Chinese contract."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import LARGEST, NotAnAmount, cents, in_words, net_of_vat


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("1,280.505", "1280.51"),
        ("¥１２８０", "1280.00"),
        (Decimal("2.675"), "2.68"),
        (Decimal("-2.675"), "-2.68"),
        (Decimal("-0.001"), "0.00"),
        (7, "7.00"),
        (LARGEST, "999999999999.99"),
    ],
)
def test_an_amount_is_rounded_half_up_to_cents(value, kept):
    assert str(cents(value)) == kept


@pytest.mark.parametrize("value", ["", "abc", "1e400", "NaN", "1280.50.1"])
def test_text_that_is_no_amount_is_refused(value):
    with pytest.raises(NotAnAmount):
        cents(value)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "999999999999.995", "1e12", "1e400"])
def test_a_number_that_no_column_holds_is_refused(value):
    with pytest.raises(NotAnAmount):
        cents(Decimal(value))


def test_the_tax_is_taken_out_of_the_gross_amount():
    assert net_of_vat(Decimal("113.00"), Decimal("0.13")) == Decimal("100.00")
    assert net_of_vat(Decimal("100.00"), Decimal("0.13")) == Decimal("88.50")
    assert net_of_vat(Decimal("100.00"), Decimal(0)) == Decimal("100.00")
    with pytest.raises(NotAnAmount):
        net_of_vat(Decimal(100), Decimal(-1))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("0.55", "伍角伍分"),
        ("15", "壹拾伍元整"),
        ("10.05", "壹拾元零伍分"),
        ("1.20", "壹元贰角整"),
        ("1004.05", "壹仟零肆元零伍分"),
        ("1050.50", "壹仟零伍拾元伍角整"),
        ("100000", "壹拾万元整"),
        ("100001", "壹拾万零壹元整"),
        ("10010", "壹万零壹拾元整"),
        ("11000", "壹万壹仟元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("120003400", "壹亿贰仟万叁仟肆佰元整"),
        ("123456789.12", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分"),
        ("500000000000", "伍仟亿元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("-8.10", "负捌元壹角整"),
    ],
)
def test_an_amount_in_words_reads_as_on_a_receipt(amount, words):
    assert in_words(amount) == words


DIGITS = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_aloud(words):
    """What a reader of the words would write down: an independent reading of them."""
    total = group = digit = 0
    for character in words.removeprefix("负").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in UNITS:
            group, digit = group + digit * UNITS[character], 0
        elif character in "万亿元":
            total += (group + digit) * {"万": 10**4, "亿": 10**8, "元": 1}[character] * 100
            group = digit = 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[character], 0
    return Decimal(total) / 100


@given(st.decimals(min_value=0, max_value=LARGEST, places=2))
def test_words_read_back_as_the_same_amount(amount):
    words = in_words(amount)

    assert read_aloud(words) == amount
    assert "零零" not in words
