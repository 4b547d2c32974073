"""Fields an administrator added, on the forms and pages of every kind of record that may have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.custom_fields import KINDS, CustomField, FieldType
from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import PLURAL, Rows, make_rows
from tests.support.forms import PageForm, forms_of

__all__ = ["make_case", "make_customer", "make_history"]


@pytest.fixture
def company(session: Session, make_user: Any, make_case: Any) -> Rows:
    """A row of each kind, and three added fields on each."""
    rows = make_rows(session, make_user("Admin"), make_case, "云锦", 1)
    for kind in KINDS:
        for key, type_, zh, en in (
            ("store", FieldType.text, "冷库", "Cold store"),
            ("rent", FieldType.money, "月租金", "Monthly rent"),
            ("way", FieldType.choice, "运输方式", "Transport"),
        ):
            choices = [["sea", "海运", "By sea"], ["air", "空运", "By air"]] if type_ is FieldType.choice else []
            session.add(CustomField(kind=kind, key=key, type=type_, label_zh=zh, label_en=en, choices=choices))
    session.commit()
    session.info.pop("custom_fields", None)
    return rows


def edit_form(page: str) -> PageForm:
    return next(form for form in forms_of(page) if form.method == "post" and "version" in form.values)


def stored(session: Session, rows: Rows, kind: str) -> dict[str, Any]:
    session.commit()
    table = type(rows[kind]).__table__
    return dict(session.execute(select(table.c.custom).where(table.c.id == rows.keys[kind])).scalar_one())


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_entered_and_shown_in_both_languages(
    session: Session, company: Rows, client_as: Callable[..., Client], kind: str
) -> None:
    url, page = (f"/{PLURAL[kind]}/{name}/{company.keys[kind]}" for name in ("edit", "show"))
    browser = client_as("Admin")
    form = edit_form(browser.get(url).text)

    saved = browser.post(url, data=form.sent(custom_store="三号库", custom_rent="1200.5", custom_way="air"))
    chinese = browser.get(page).text
    browser.post("/language/en")
    english = browser.get(page).text

    assert saved.status_code == 302
    assert stored(session, company, kind) == {"store": "三号库", "rent": "1200.50", "way": "air"}
    assert all(text in chinese for text in ("冷库", "三号库", "月租金", "¥1,200.50", "运输方式", "空运"))
    assert all(text in english for text in ("Cold store", "三号库", "Monthly rent", "¥1,200.50", "By air"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_value_is_refused_at_its_field(
    session: Session, company: Rows, client_as: Callable[..., Client], kind: str
) -> None:
    url = f"/{PLURAL[kind]}/edit/{company.keys[kind]}"
    browser = client_as("Admin")
    before = stored(session, company, kind)

    refused = browser.post(url, data=edit_form(browser.get(url).text).sent(custom_rent="1e309", custom_way="rail"))

    assert refused.status_code == 200
    assert 'id="custom_rent-error"' in refused.text
    assert stored(session, company, kind) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_editor_compares_them_and_what_only_one_changed_is_kept(
    session: Session, company: Rows, client_as: Callable[..., Client], kind: str
) -> None:
    url = f"/{PLURAL[kind]}/edit/{company.keys[kind]}"
    anna, ben = client_as("Admin"), client_as("Admin")
    first, second = edit_form(anna.get(url).text), edit_form(ben.get(url).text)

    saved = anna.post(url, data=first.sent(custom_store="一号库", custom_way="sea"))
    refused = ben.post(url, data=second.sent(custom_store="二号库", custom_rent="900"))
    again = edit_form(refused.text)
    done = ben.post(url, data=again.values)

    assert saved.status_code == 302
    assert refused.status_code == 200
    assert 'data-theirs="custom_store">一号库' in refused.text
    assert 'data-taken="custom_way"' in refused.text
    assert again.values["custom_way"] == ["sea"]  # taken over: this person had left it alone
    assert again.values["custom_store"] == ["二号库"]
    assert done.status_code == 302
    assert stored(session, company, kind) == {"store": "二号库", "rent": "900.00", "way": "sea"}
