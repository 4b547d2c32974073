"""Users, teams and profiles, as an administrator and as somebody who would like to be one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.people import PASSWORD

ClientAs = Callable[..., Client]


def role_id(session: Session, name: str) -> int:
    return session.scalars(select(Role.id).where(Role.name == name)).one()


def person(session: Session, username: str) -> Any:
    from app.accounts.models import User

    session.expire_all()
    return session.scalars(select(User).where(User.username == username)).one()


def roles_of(session: Session, user: Any) -> list[str]:
    from app.accounts.queries import roles_of as found

    return [role.name for role in found(session, user.id)]


@pytest.fixture
def admin(client_as: ClientAs) -> Client:
    return client_as("Admin")


def new_user(session: Session, **more: Any) -> dict[str, Any]:
    return {
        "last_name": "周",
        "first_name": "航",
        "username": "zhou.hang",
        "role_ids": [str(role_id(session, "Account Manager"))],
        **more,
    }


def test_a_new_user_gets_an_initial_password_that_is_shown_once_and_must_be_changed(
    app: Flask, session: Session, admin: Client
) -> None:
    page = admin.post("/users/add", data=new_user(session, phone="13800138000"))
    password = re.search(r'id="initial-password">([^<]+)<', page.text)
    assert password is not None
    zhou = person(session, "zhou.hang")
    browser = app.test_client()
    signed_in = browser.post("/login/", data={"username": "zhou.hang", "password": password[1]})

    assert page.status_code == 200
    assert roles_of(session, zhou) == ["Account Manager"]
    assert zhou.has_no_mail
    assert signed_in.status_code == 302
    assert browser.get("/").location == "/profile/password"
    assert password[1] not in admin.get(f"/users/show/{zhou.id}").text


def test_a_double_click_adds_one_user(session: Session, admin: Client) -> None:
    from app.accounts.models import User

    token = "x" * 43
    for _ in range(2):
        admin.post("/users/add", data=new_user(session, _once=token))

    assert len(session.scalars(select(User).where(User.username == "zhou.hang")).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "admin"}, "这个账号已被使用"),
        ({"username": "ADMIN"}, "这个账号已被使用"),
        ({"username": "a b"}, "只能使用字母"),
        ({"username": "<script>"}, "只能使用字母"),
        ({"first_name": ""}, "必填"),
        ({"email": "no address"}, ""),
        ({"role_ids": []}, ""),
        ({"role_ids": ["999999"]}, ""),
        ({"team_id": "999999"}, ""),
        ({"username": "x" * 100}, ""),
    ],
)
def test_a_user_that_cannot_be_is_refused_with_the_input_kept(
    session: Session, admin: Client, wrong: dict[str, Any], said: str
) -> None:
    from app.accounts.models import User

    before = len(session.scalars(select(User)).all())

    page = admin.post("/users/add", data=new_user(session, **wrong))

    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert said in page.text
    assert 'value="周"' in page.text
    session.expire_all()
    assert len(session.scalars(select(User)).all()) == before


def test_roles_given_in_the_browser_are_in_force_at_once_and_logged(
    session: Session, admin: Client, client_as: ClientAs, make_user: Any
) -> None:
    from app.core.audit import AuditEntry

    zhou = make_user("Service Specialist")
    browser = client_as(user=zhou)
    before = browser.get("/dictionary/", follow_redirects=True).status_code
    form = {
        "last_name": "周",
        "first_name": "航",
        "username": zhou.username,
        "role_ids": [str(role_id(session, "Office Administrator")), str(role_id(session, "Account Manager"))],
    }

    admin.post(f"/users/edit/{zhou.id}", data=form)

    session.expire_all()
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "roles", AuditEntry.record_id == zhou.id)
    ).one()
    assert before == 403
    assert browser.get("/dictionary/", follow_redirects=True).status_code == 200
    assert entry.changes["roles"] == [["Service Specialist"], ["Account Manager", "Office Administrator"]]


def test_resetting_a_password_ends_the_sessions_of_its_owner(
    session: Session, admin: Client, client_as: ClientAs, make_user: Any
) -> None:
    zhou = make_user("Account Manager")
    browser = client_as(user=zhou)

    page = admin.post(f"/users/reset_password/{zhou.id}")

    assert 'id="initial-password"' in page.text
    assert browser.get("/profile/").status_code == 302
    session.refresh(zhou)
    assert zhou.must_change_password


def test_somebody_who_leaves_is_out_at_once_and_the_page_says_what_they_own(
    app: Flask, session: Session, admin: Client, client_as: ClientAs, make_user: Any, make_actor: Any
) -> None:
    from app.accounts.queries import holdings
    from app.core.database import utc_now
    from app.customers import services

    zhou = make_user("Account Manager")
    services.create_customer({"name": "南京云锦包装有限公司"}, by=make_actor(user=zhou), at=utc_now())
    session.commit()
    browser = client_as(user=zhou)

    question = admin.get(f"/users/deactivate/{zhou.id}")
    untouched = browser.get("/profile/").status_code
    answer = admin.post(f"/users/deactivate/{zhou.id}")

    session.expire_all()
    assert holdings(session, zhou.id) == [("customer", 1)]
    assert "手上还有" in question.text
    assert untouched == 200
    assert answer.location == f"/users/show/{zhou.id}"
    assert browser.get("/profile/").status_code == 302
    assert (zhou.active, zhou.left_on is None) == (False, False)
    assert app.test_client().post("/login/", data={"username": zhou.username, "password": PASSWORD}).status_code == 401
    admin.post(f"/users/reactivate/{zhou.id}")
    assert app.test_client().post("/login/", data={"username": zhou.username, "password": PASSWORD}).status_code == 302


def test_nobody_locks_the_company_out(session: Session, make_user: Any) -> None:
    from app.accounts.models import User
    from app.accounts.queries import actor_for
    from app.accounts.services import users
    from app.core.actors import Actor
    from app.core.database import utc_now
    from app.core.errors import Invalid

    admin = session.scalars(select(User).where(User.username == "admin")).one()

    with pytest.raises(Invalid):
        users.deactivate(admin, by=actor_for(session, admin), at=utc_now())
    with pytest.raises(Invalid):
        users.deactivate(admin, by=Actor.system("test"), at=utc_now())
    session.rollback()
    admin = session.scalars(select(User).where(User.username == "admin")).one()
    with pytest.raises(Invalid):
        users.update_user(
            admin, {"role_ids": [role_id(session, "Sales Director")]}, by=Actor.system("test"), at=utc_now()
        )


@pytest.fixture
def helper(session: Session, make_user: Any) -> Any:
    """Somebody who may manage users and roles, but is no administrator."""
    from app.accounts.services import roles
    from app.core.actors import Actor
    from app.core.database import utc_now

    rights = (
        "user.see_all",
        "user.add",
        "user.edit",
        "user.reset_password",
        "user.deactivate",
        "role.see_all",
        "role.edit",
        "role.add",
    )
    role = roles.create_role("Helper", by=Actor.system("test"), at=utc_now())
    roles.set_rights(role, rights, by=Actor.system("test"), at=utc_now())
    return make_user("Helper")


def test_nobody_gives_themselves_or_others_more_than_they_have(
    session: Session, helper: Any, client_as: ClientAs, make_user: Any
) -> None:
    from app.accounts.models import User
    from app.accounts.queries import rights_of_role

    browser = client_as(user=helper)
    boss = session.scalars(select(User).where(User.username == "admin")).one()
    manager = make_user("Account Manager")
    session.commit()
    own = {"first_name": "H", "username": helper.username, "role_ids": [str(role_id(session, "Admin"))]}
    helper_role = role_id(session, "Helper")

    browser.post(f"/users/edit/{helper.id}", data=own)
    browser.post("/users/add", data=new_user(session, role_ids=[str(role_id(session, "Admin"))]))
    browser.post(f"/roles/{helper_role}", data={"right": ["customer.see_all", "audit.see_all"]})
    browser.post("/roles/add", data={"name": "Copy", "like": str(role_id(session, "Sales Director"))})
    reset = browser.post(f"/users/reset_password/{boss.id}")
    browser.post(f"/users/deactivate/{boss.id}")
    browser.post(f"/users/reset_password/{manager.id}")

    session.expire_all()
    assert roles_of(session, helper) == ["Helper"]
    assert session.scalars(select(User).where(User.username == "zhou.hang")).first() is None
    assert "audit.see_all" not in rights_of_role(session, helper_role)
    assert session.scalars(select(Role).where(Role.name == "Copy")).first() is None
    assert reset.status_code == 302
    assert not boss.must_change_password
    assert boss.active
    assert not manager.must_change_password


@pytest.mark.parametrize(
    "url",
    [
        "/users/list/?_flt_0_password=x",
        "/users/list/?_oc_UserView=password&_od_UserView=asc",
        "/users/list/?_oc_UserView=team.name",
        "/users/list/?q=%25%27%22--&role=1e3",
        "/users/list/?role=99999999999999999999",
        "/users/list/?_flt_0_team_id=abc",
        "/users/list/?psize_UserView=1000000",
    ],
)
def test_no_filter_or_order_reaches_what_a_list_does_not_show(admin: Client, url: str) -> None:
    """A filter by a hidden column would tell a password hash letter by letter."""
    assert admin.get(url).status_code in (200, 400)


def test_a_filter_by_the_password_hash_changes_nothing(session: Session, admin: Client) -> None:
    def shown(query: str) -> int:
        return admin.get(f"/users/list/{query}").text.count("data-pk=")

    assert shown("?_flt_0_password=$argon2") == shown("?_flt_2_password=nothing") == shown("")
    assert "argon2" not in admin.get("/users/list/").text


@pytest.mark.parametrize("pk", ["999999", "99999999999999999999", "0", "-1", "abc", "1%27"])
@pytest.mark.parametrize("page", ["show", "edit", "deactivate"])
def test_a_user_that_does_not_exist_has_no_page(admin: Client, page: str, pk: str) -> None:
    assert admin.get(f"/users/{page}/{pk}").status_code == 404


def test_one_changes_only_ones_own_profile(session: Session, client_as: ClientAs, make_user: Any) -> None:
    lin = make_user("Account Manager")
    browser = client_as(user=lin)
    form = {
        "first_name": "晓梅",
        "last_name": "林",
        "language": "en",
        "username": "admin2",
        "role_ids": ["1"],
        "team_id": "1",
    }

    answer = browser.post("/profile/", data=form)

    session.expire_all()
    assert answer.location == "/profile/?saved=1"
    assert (lin.name, lin.language) == ("林晓梅", "en")
    assert lin.username.startswith("tester")
    assert roles_of(session, lin) == ["Account Manager"]
    assert "Your profile was saved." in browser.get("/profile/?saved=1").text


# --- teams ---


def test_a_leader_sees_the_people_of_the_team_and_of_the_teams_under_it(session: Session, make_user: Any) -> None:
    from app.accounts.queries import people_led_by
    from app.accounts.services import teams
    from app.core.actors import Actor
    from app.core.database import utc_now

    system = Actor.system("test")
    top = teams.create_team({"name": "销售中心"}, by=system, at=utc_now())
    east = teams.create_team({"name": "华东大区", "parent_id": top.id}, by=system, at=utc_now())
    shanghai = teams.create_team({"name": "上海一部", "parent_id": east.id}, by=system, at=utc_now())
    boss, leader, seller, other = (make_user("Account Manager", team_id=t.id) for t in (top, east, shanghai, top))
    teams.update_team(east, {"leader_id": leader.id}, by=system, at=utc_now())

    assert people_led_by(session, leader.id) == {leader.id, seller.id}
    assert people_led_by(session, boss.id) == {boss.id}
    teams.update_team(east, {"leader_id": None}, by=system, at=utc_now())
    assert people_led_by(session, leader.id) == {leader.id}
    assert other.id


def test_teams_are_kept_a_tree_in_the_browser(session: Session, admin: Client, make_user: Any) -> None:
    from app.accounts.models import Team

    leader = make_user("Account Manager")
    session.commit()
    admin.post("/teams/add", data={"name": "销售中心", "leader_id": str(leader.id), "position": "0"})
    top = session.scalars(select(Team).where(Team.name == "销售中心")).one()
    admin.post("/teams/add", data={"name": "华东大区", "parent_id": str(top.id), "position": "1"})
    east = session.scalars(select(Team).where(Team.name == "华东大区")).one()

    circle = admin.post(f"/teams/{top.id}", data={"name": "销售中心", "parent_id": str(east.id), "position": "0"})
    twice = admin.post("/teams/add", data={"name": "华东大区", "position": "0"})
    in_use = admin.post(f"/teams/{top.id}/delete", follow_redirects=True)
    admin.post(f"/teams/{east.id}/delete")

    session.expire_all()
    assert "部门不能成为自己的下级" in circle.text
    assert "已有同名部门" in twice.text
    assert "还有人员或下级部门" in in_use.text
    assert session.scalars(select(Team.name)).all() == ["销售中心"]
    assert leader.name in admin.get("/teams/").text


# --- the command line ---


def test_people_are_managed_from_the_command_line(app: Flask, client: Client, session: Session) -> None:
    run = app.test_cli_runner().invoke
    created = run(args=["user", "create", "wu", "--name", "吴桐", "--role", "Account Manager"])
    password = created.output.strip().rsplit(" ", 1)[-1]
    unknown = run(args=["user", "create", "wu2", "--name", "x", "--role", "King"])
    weak = run(args=["user", "password", "wu", "--password", "short"])
    set_ = run(args=["user", "password", "wu", "--password", "long enough for us"])
    signed_in = client.post("/login/", data={"username": "wu", "password": "long enough for us"}).status_code
    gone = run(args=["user", "deactivate", "wu"])
    nobody = run(args=["user", "deactivate", "no-such"])

    assert created.exit_code == 0
    assert len(password) == 14
    assert (unknown.exit_code, weak.exit_code, nobody.exit_code) == (1, 1, 1)
    assert (set_.exit_code, gone.exit_code) == (0, 0)
    assert signed_in == 302
    assert not person(session, "wu").active


def test_people_are_sorted_by_the_sound_of_their_names_in_lists_and_in_choices(session: Session, admin: Client) -> None:
    from app.accounts.forms import people_choices

    for number, (last, first) in enumerate([("张", "伟"), ("Lin", "Grace"), ("安", "东"), ("李", "雷")]):
        added = admin.post(
            "/users/add", data=new_user(session, last_name=last, first_name=first, username=f"u{number}")
        )
        assert added.status_code == 200
    wanted = ["安东", "Grace Lin", "李雷", "张伟"]

    page = admin.get("/users/list/", query_string={"_oc_UserView": "name", "_od_UserView": "asc"}).text
    places = [page.index(name) for name in wanted]
    assert places == sorted(places)

    offered = [name for _pk, name in people_choices() if name in wanted]
    assert offered == wanted


def test_a_new_name_moves_its_person_in_the_order(session: Session, admin: Client) -> None:
    admin.post("/users/add", data=new_user(session))
    zhou = person(session, "zhou.hang")
    assert zhou.name_key == "zhou hang"

    zhou.last_name = "安"
    session.flush()

    assert zhou.name_key == "an hang"


def test_whoever_is_not_active_is_nobody_at_the_next_click_and_call(session, client_as, client, make_user):
    # The column alone: deactivating somebody ends their sessions as well, which is another lock.
    user = make_user("Account Manager")
    session.commit()
    browser = client_as(user=user)
    token = client.post("/api/v1/security/login", json={"username": user.username, "password": PASSWORD}).json
    call = {"headers": {"Authorization": f"Bearer {token['access_token']}"}}
    assert browser.get("/customers/list/").status_code == 200
    assert client.get("/api/v1/customers/", **call).status_code == 200

    user.active = False
    session.commit()

    assert "/login/" in browser.get("/customers/list/").location
    assert client.get("/api/v1/customers/", **call).status_code == 401
