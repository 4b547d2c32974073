"""Form fields take what people mean and refuse the rest with a sentence in their language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import DataRequired

from app.theme import fields
from app.theme.inputs import field_input

ROWS = {"7": SimpleNamespace(id=7, name="宁波恒泰")}


class Level(StrEnum):
    gold = auto()
    silver = auto()


class Everything(Form):
    amount = fields.MoneyField("Amount")
    share = fields.PercentField("Share")
    staff = fields.WholeNumberField("Staff", least=0)
    day = fields.DayField("Day")
    at = fields.MomentField("At")
    level = fields.ChoiceField("Level", enum=Level)
    term = fields.ChoiceField("Term", choices=lambda: [(3, "Trade"), (4, "Retail")], coerce=int)
    terms = fields.ManyChoicesField("Terms", choices=[(3, "Trade"), (4, "Retail")], coerce=int)
    tags = fields.TagsField("Tags")
    phone = fields.PhoneField("Phone")
    title = fields.TextField("Title", longest=5)
    website = fields.WebsiteField("Website")
    uscc = fields.CreditCodeField("Credit code")
    customer_id = fields.RemoteSelectField("Customer", lookup="customer", row=ROWS.get, text_of=lambda row: row.name)


def filled(**values):
    form = Everything(MultiDict(values))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("amount", "¥1,280.50", Decimal("1280.50")),
        ("amount", "１２８０", Decimal(1280)),
        ("amount", "0", Decimal(0)),
        ("amount", "  ", None),
        ("share", "13%", Decimal("0.13")),
        ("staff", "1,200", 1200),
        ("day", "2026-11-22", date(2026, 11, 22)),
        ("day", "2026年1月2日", date(2026, 1, 2)),
        ("at", "2026-11-22T08:30", datetime(2026, 11, 22, 0, 30, tzinfo=UTC)),
        ("level", "gold", Level.gold),
        ("level", "", None),
        ("term", "4", 4),
        ("tags", "冷链，重点、冷链 ,", ["冷链", "重点"]),
        ("phone", "138 1234 5678", "13812345678"),
        ("customer_id", "7", 7),
    ],
)
def test_what_people_type_is_understood(speaking, name, typed, meant):
    with speaking():
        field = filled(**{name: typed})[name]

        assert not field.errors
        assert field.data == meant


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("amount", "NaN"),
        ("amount", "1e309"),
        ("amount", "Infinity"),
        ("amount", "-1"),
        ("amount", "1.005"),
        ("amount", "1000000000000"),
        ("share", "101"),
        ("staff", "2.5"),
        ("day", "2026-02-31"),
        ("day", "tomorrow"),
        ("at", "2026-11-22T25:00"),
        ("level", "platinum"),
        ("term", "5"),
        ("terms", "5"),
        ("tags", "很" * 31),
        ("phone", "call me"),
        ("title", "123456"),
        ("customer_id", "8"),
        ("customer_id", "7 OR 1=1"),
    ],
)
def test_the_rest_is_refused_in_both_languages_and_stays_in_the_input(speaking, name, typed):
    with speaking("zh"):
        form = filled(**{name: typed})
        chinese = form[name].errors
        shown = field_input(form[name])
    with speaking("en"):
        english = filled(**{name: typed})[name].errors

    assert len(chinese) == len(english) == 1
    assert any("一" <= letter <= "鿿" for letter in chinese[0])
    assert not any("一" <= letter <= "鿿" for letter in english[0])
    assert f"{name}-error" in shown
    if name in {"amount", "share", "staff", "phone", "title"}:
        assert typed in shown


def test_a_value_that_cannot_be_read_is_not_called_missing(speaking):
    class Strict(Form):
        day = fields.DayField("Day", [DataRequired()])

    with speaking("en"):
        form = Strict(MultiDict({"day": "2026-02-31"}))

        assert not form.validate()
        assert form.day.errors == ["There is no such day: 2026-02-31."]


def test_an_empty_required_field_says_so_once(speaking):
    class Strict(Form):
        customer_id = fields.RemoteSelectField("Customer", lookup="customer", row=ROWS.get, required=True)

    with speaking("en"):
        form = Strict(MultiDict({"customer_id": ""}))

        assert not form.validate()
        assert form.customer_id.errors == ["This field is required."]


def test_a_remote_select_draws_only_the_chosen_row(speaking):
    with speaking():
        form = Everything(data={"customer_id": 7})
        drawn = field_input(form.customer_id)

    assert 'data-remote="/lookup/customer"' in drawn
    assert 'name="customer_id"' in drawn
    assert 'value="7"' in drawn
    assert 'value="宁波恒泰"' in drawn
    assert drawn.count("宁波恒泰") == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("amount", 'inputmode="decimal"'),
        ("staff", 'inputmode="numeric"'),
        ("phone", 'type="tel"'),
        ("website", 'inputmode="url"'),
        ("uscc", 'autocapitalize="characters"'),
    ],
)
def test_a_telephone_shows_the_keys_that_a_field_needs(speaking, name, shown):
    with speaking():
        assert shown in field_input(Everything()[name])


def test_moments_are_shown_in_the_time_zone_of_the_company(speaking):
    with speaking():
        form = Everything(data={"at": datetime(2026, 11, 22, 0, 30, tzinfo=UTC)})

        assert 'value="2026-11-22T08:30"' in field_input(form.at)


def test_what_people_typed_is_escaped(speaking):
    with speaking():
        for name in ("amount", "title", "tags", "phone"):
            drawn = field_input(filled(**{name: '"><script>alert(1)</script>'})[name])

            assert "<script" not in drawn
