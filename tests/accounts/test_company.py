"""The company's name and logo, and the first steps of a new installation."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.company import LARGEST_LOGO, Company, image_type, profile

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
STEPS = "填写公司名称和徽标"


def save(browser, name="恒泰包装", logo=b"", **more):
    return browser.post("/company/", data={"name": name, "logo": (BytesIO(logo), "logo.png"), **more})


def test_the_name_stands_on_every_page_and_before_sign_in(session, client_as, client):
    admin = client_as("Admin")
    assert "常客" in admin.get("/").text

    assert save(admin).status_code == 302

    assert '<b class="clip" title="恒泰包装">恒泰包装</b>' in admin.get("/customers/list/").text
    assert "恒泰包装</title>" in client.get("/login/").text


def test_the_logo_is_served_to_everybody_under_its_hash(session, client_as, client):
    save(client_as("Admin"), logo=PNG)
    code = profile(session).logo_hash

    answer = client.get(f"/logo/{code}")

    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert f"/logo/{code}" in client.get("/login/").text
    assert client.get("/logo/0000000000000000").status_code == 404


@pytest.mark.parametrize(
    ("logo", "sentence"),
    [
        (b"<svg onload='alert(1)'></svg>", "请选择 PNG"),
        (PNG + bytes(LARGEST_LOGO), "不能超过 256 KB"),
    ],
)
def test_what_is_no_small_picture_is_refused_and_the_name_kept_in_the_form(session, client_as, logo, sentence):
    admin = client_as("Admin")

    answer = save(admin, "新名称", logo)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="新名称"' in answer.text
    assert session.get(Company, 1) is None


def test_a_name_that_is_too_long_is_refused(session, client_as):
    answer = save(client_as("Admin"), "长" * 41)

    assert answer.status_code == 422
    assert "40" in answer.text


def test_saving_the_name_keeps_the_logo_until_it_is_removed(session, client_as):
    admin = client_as("Admin")
    save(admin, logo=PNG)

    save(admin, "改名")
    session.expire_all()
    assert session.get(Company, 1).logo == PNG

    save(admin, "改名", without_logo="1")
    session.expire_all()
    assert session.get(Company, 1).logo is None
    assert "/logo/" not in admin.get("/").text


def test_the_change_is_written_down_without_the_picture(session, client_as):
    save(client_as("Admin"), logo=PNG)

    changes = session.scalars(select(AuditEntry.changes).where(AuditEntry.kind == "company")).one()

    assert set(changes) == {"name", "logo_hash", "is_settled"}


@pytest.mark.parametrize("role", ["Office Administrator", "Account Manager", "Sales Director"])
def test_only_administrators_change_it(session, client_as, role):
    browser = client_as(role)

    assert browser.get("/company/").status_code in (302, 403)
    assert save(browser).status_code in (302, 403)
    assert browser.post("/company/settle").status_code in (302, 403)
    assert session.get(Company, 1) is None


def test_pictures_are_told_by_their_content():
    assert image_type(b"\xff\xd8\xff\xe0abc") == "image/jpeg"
    assert image_type(b"RIFF\x10\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert image_type(b"GIF89a") is None
    assert image_type(b"") is None


# --- first steps ---


def test_a_new_installation_greets_the_administrator_with_five_steps(session, client_as):
    page = client_as("Admin").get("/").text

    assert page.count("step-n") == 5
    assert "已完成 1 / 5" in page  # the administrator and the tester: two people
    assert STEPS in page


def test_a_step_is_done_once_the_company_has_it(session, client_as):
    admin = client_as("Admin")

    save(admin)

    assert "已完成 2 / 5" in admin.get("/").text


def test_nobody_else_is_greeted(session, client_as):
    assert STEPS not in client_as("Marketing Director").get("/").text


def test_the_steps_are_closed_for_good(session, client_as):
    admin = client_as("Admin")

    assert admin.post("/company/settle").status_code == 302

    assert STEPS not in admin.get("/").text
    assert profile(session).is_settled


def test_the_demo_company_is_not_greeted(app, session, client_as, monkeypatch):
    monkeypatch.setitem(app.config, "CHANGKE_DEMO", True)

    assert STEPS not in client_as("Admin").get("/").text
