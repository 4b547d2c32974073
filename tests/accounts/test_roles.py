"""The role matrix: what is ticked is what counts, at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.opportunities import director, make_opportunity, make_prospect, manager

__all__ = ["director", "make_opportunity", "make_prospect", "manager"]

ClientAs = Callable[..., Client]


def role(session: Session, name: str) -> Role:
    session.expire_all()
    return session.scalars(select(Role).where(Role.name == name)).one()


def rights(session: Session, name: str) -> frozenset[str]:
    from app.accounts.queries import rights_of_role

    return rights_of_role(session, role(session, name).id)


def ticked(page: str) -> dict[str, Any]:
    """What a browser would send for the matrix on ``page``."""
    form: dict[str, Any] = {"right": []}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        if " checked" in tag and name and value:
            if name[1] == "right":
                form["right"].append(value[1])
            else:
                form[name[1]] = value[1]
    return form


@pytest.fixture
def admin(client_as: ClientAs) -> Client:
    return client_as("Admin")


def test_the_matrix_shows_every_right_of_every_kind_once(session: Session, admin: Client) -> None:
    from app.core.rights import SCOPES, kinds

    page = admin.get(f"/roles/{role(session, 'Account Manager').id}").text

    values = re.findall(r'name="right" value="([^"]+)"', page)
    scopes = re.findall(r'name="scope:([a-z_]+)" value="(see_[a-z]+)"', page)
    shown = [*values, *(f"{kind}.{scope}" for kind, scope in scopes)]
    assert sorted(shown) == sorted(right for kind in kinds() for right in kind.rights())
    assert set(SCOPES) >= {scope for _kind, scope in scopes}


def test_saving_what_is_shown_changes_nothing(session: Session, admin: Client) -> None:
    from app.accounts.services.roles import widest_scopes

    for name in ("Account Manager", "Service Specialist", "Marketing Director", "Sales Director"):
        before = widest_scopes(rights(session, name))
        url = f"/roles/{role(session, name).id}"

        admin.post(url, data=ticked(admin.get(url).text))

        assert rights(session, name) == before


def test_a_change_is_in_force_with_the_next_click_and_logged(
    session: Session, admin: Client, client_as: ClientAs
) -> None:
    from app.core.audit import AuditEntry

    url = f"/roles/{role(session, 'Service Specialist').id}"
    specialist = client_as("Service Specialist")
    before = specialist.get("/teams/").status_code
    form = ticked(admin.get(url).text)
    form["scope:team"] = "see_all"
    form["right"].append("team.add")

    page = admin.post(url, data=form, follow_redirects=True)

    session.expire_all()
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "rights").order_by(AuditEntry.id.desc())
    ).first()
    assert before == 403
    assert specialist.get("/teams/").status_code == 200
    assert specialist.get("/teams/add").status_code == 200
    assert entry is not None
    assert entry.changes == {"team": [[], ["add", "see_all"]]}
    assert "已保存" in page.text
    assert "与系统默认的差别" in page.text
    assert "可见范围 无 → 全部" in page.text


def test_a_move_that_is_taken_from_a_role_is_gone_from_the_page_and_refused_with_its_name(
    session: Session, admin: Client, make_user: Callable[..., Any], client_as: ClientAs, make_opportunity: Any
) -> None:
    owner = make_user("Account Manager")
    deal = make_opportunity("developing", owner_id=owner.id)
    session.commit()
    browser, show = client_as(user=owner), f"/opportunities/show/{deal.id}"
    move = f"/opportunities/{deal.id}/move"
    before = browser.get(show).text
    url = f"/roles/{role(session, 'Account Manager').id}"
    form = ticked(admin.get(url).text)
    form["right"] = [right for right in form["right"] if right != "opportunity.lose"] + ["opportunity.reassign"]

    admin.post(url, data=form)

    after = browser.get(show).text
    refused = browser.post(f"{move}/lose", data={"lost_reason": "price"})
    session.refresh(deal)
    assert [f"{move}/{name}" in before for name in ("lose", "reassign")] == [True, False]
    assert [f"{move}/{name}" in after for name in ("lose", "reassign")] == [False, True]
    assert (refused.status_code, "您没有权限执行：输单。" in refused.text) == (403, True)
    assert deal.status == "developing"
    assert browser.get(f"{move}/reassign").status_code == 200


def test_opportunities_are_given_to_account_managers_after_their_rights_were_changed(
    session: Session, admin: Client, make_user: Callable[..., Any]
) -> None:
    from app.opportunities.services.records import may_work

    manager, director = make_user("Account Manager"), make_user("Sales Director")
    url = f"/roles/{role(session, 'Account Manager').id}"
    form = ticked(admin.get(url).text)
    form["right"].append("report.open")

    admin.post(url, data=form)

    session.expire_all()
    assert may_work(session, manager.id)
    assert not may_work(session, director.id)


def test_a_menu_entry_appears_with_its_right(session: Session, admin: Client, client_as: ClientAs) -> None:
    office = client_as("Office Administrator")
    sales = client_as("Sales Director")

    assert 'href="/dictionary/"' in office.get("/profile/").text
    assert 'href="/users/list/"' not in office.get("/profile/").text
    assert 'href="/dictionary/"' not in sales.get("/profile/").text
    assert 'href="/users/list/"' in admin.get("/profile/").text


def test_the_administrators_role_cannot_be_cut(session: Session, admin: Client) -> None:
    url = f"/roles/{role(session, 'Admin').id}"
    before = rights(session, "Admin")

    page = admin.post(url, data={"right": []}, follow_redirects=True)

    assert rights(session, "Admin") == before
    assert "系统管理员始终拥有全部权限" in page.text


def test_a_right_nobody_declares_is_refused(session: Session, admin: Client) -> None:
    before = rights(session, "Account Manager")

    page = admin.post(
        f"/roles/{role(session, 'Account Manager').id}", data={"right": ["customer.become_king"]}, follow_redirects=True
    )

    assert "没有这项权限" in page.text
    assert rights(session, "Account Manager") == before


def test_a_role_is_copied_renamed_and_deleted_when_nobody_holds_it(
    session: Session, admin: Client, make_user: Any
) -> None:
    from app.accounts.services.roles import widest_scopes

    source = role(session, "Account Manager")
    admin.post("/roles/add", data={"name": "区域助理", "like": str(source.id)})
    assert rights(session, "区域助理") == widest_scopes(rights(session, "Account Manager"))
    copy = role(session, "区域助理")
    holder = make_user("区域助理")
    session.commit()

    in_use = admin.post(f"/roles/{copy.id}/delete", follow_redirects=True)
    taken = admin.post(f"/roles/{copy.id}/rename", data={"name": "account manager"}, follow_redirects=True)
    admin.post(f"/roles/{copy.id}/rename", data={"name": "大区助理"})
    holder.roles = []
    session.commit()
    admin.post(f"/roles/{copy.id}/delete")

    session.expire_all()
    assert "还有 1 人使用" in in_use.text
    assert "已有同名角色" in taken.text
    assert session.scalars(select(Role).where(Role.name.in_(["区域助理", "大区助理"]))).all() == []


def test_the_six_roles_stay(session: Session, admin: Client) -> None:
    pk = role(session, "Sales Director").id

    deleted = admin.post(f"/roles/{pk}/delete", follow_redirects=True)
    renamed = admin.post(f"/roles/{pk}/rename", data={"name": "King"}, follow_redirects=True)

    assert "不能删除" in deleted.text
    assert "不能修改" in renamed.text
    assert role(session, "Sales Director").id == pk


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "客户经理"])
def test_a_role_needs_a_name_of_its_own(session: Session, admin: Client, name: str) -> None:
    before = len(session.scalars(select(Role)).all())

    admin.post("/roles/add", data={"name": name})

    session.expire_all()
    assert len(session.scalars(select(Role)).all()) == before


@pytest.mark.parametrize("url", ["/roles/999999", "/roles/99999999999", "/roles/999999/delete", "/roles/abc"])
def test_a_role_that_does_not_exist_has_no_page(admin: Client, url: str) -> None:
    answer = admin.post(url) if url.endswith("delete") else admin.get(url)

    assert answer.status_code == 404


def test_all_roles_can_be_compared(admin: Client) -> None:
    page = admin.get("/roles/compare").text

    assert all(name in page for name in ("系统管理员", "市场总监", "客户经理", "客服专员", "营销总监"))
