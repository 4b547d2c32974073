"""Filling an installation: once, again, and by several processes at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tests.support.application import ADMIN_PASSWORD, Client

ROOT = Path(__file__).resolve().parents[2]


def rights(session: Session, name: str) -> frozenset[str]:
    from app.accounts.queries import rights_of_role

    role = session.scalars(select(Role).where(Role.name == name)).one()
    return rights_of_role(session, role.id)


def test_every_role_holds_what_the_features_declare(session: Session) -> None:
    from app.core.rights import ROLES, grants

    assert {name: rights(session, name) for name in ROLES} == {name: grants(name) for name in ROLES}


def test_installing_again_changes_nothing(session: Session) -> None:
    from app.accounts.setup import install
    from app.core.dictionary import Term

    before = session.scalar(select(func.count()).select_from(assoc_permissionview_role))
    terms = session.scalar(select(func.count(Term.id)))

    assert install(session) is None
    assert session.scalar(select(func.count()).select_from(assoc_permissionview_role)) == before
    assert session.scalar(select(func.count(Term.id))) == terms


def test_what_an_administrator_took_away_is_not_given_back(session: Session) -> None:
    from app.accounts.services import roles
    from app.accounts.setup import install
    from app.core.actors import Actor
    from app.core.database import utc_now

    manager = session.scalars(select(Role).where(Role.name == "Account Manager")).one()
    kept = rights(session, "Account Manager") - {"customer.delete"}
    roles.set_rights(manager, kept, by=Actor.system("test"), at=utc_now())

    install(session)

    assert "customer.delete" not in rights(session, "Account Manager")


def test_a_right_declared_later_is_given_once_to_the_roles_that_hold_it(session: Session) -> None:
    from flask_appbuilder.security.sqla.models import PermissionView

    from app.accounts.queries import permission_ids
    from app.accounts.setup import install

    table = assoc_permissionview_role
    pk = permission_ids(session)["customer.export"]
    holders = {
        name for name in ("Admin", "Sales Director", "Account Manager") if "customer.export" in rights(session, name)
    }
    session.execute(delete(table).where(table.c.permission_view_id == pk))
    session.execute(delete(PermissionView).where(PermissionView.id == pk))

    install(session)

    assert holders
    assert {
        name for name in ("Admin", "Sales Director", "Account Manager") if "customer.export" in rights(session, name)
    } == holders


def test_the_first_administrator_can_sign_in(client: Client) -> None:
    answer = client.post("/login/", data={"username": "admin", "password": ADMIN_PASSWORD})

    assert answer.status_code == 302


def test_a_generated_password_must_be_changed(session: Session) -> None:
    from app.accounts import passwords
    from app.accounts.models import User
    from app.accounts.setup import _first_admin

    for user in session.scalars(select(User)):
        user.username, user.email = f"old-{user.id}", f"old-{user.id}@example.com"
    session.flush()
    # A new installation has nobody; here the count is what is told about it.
    real = session.scalar
    session.scalar = lambda statement, *args: 0 if "count" in str(statement) else real(statement, *args)  # type: ignore[method-assign]  # one question is answered differently
    try:
        password = _first_admin(session, None)
    finally:
        del session.scalar
    admin = session.scalars(select(User).where(User.username == "admin")).one()

    assert password is not None
    assert len(password) >= passwords.SHORTEST
    assert passwords.is_right(admin.password, password)
    assert admin.must_change_password


PROGRAM = """
import sys
from pathlib import Path
from tests.support.application import make_app
from app.accounts.setup import install
from app.core.database import unit_of_work
app = make_app(sys.argv[1], Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
with app.app_context(), unit_of_work() as session:
    install(session)
"""


@pytest.mark.parametrize("processes", [3])
def test_several_processes_may_install_at_once(own_url: str, tmp_path: Path, processes: int) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(own_url, poolclass=sa.NullPool)

    def rows(connection: sa.Connection) -> list[Any]:
        tables = ("ab_permission_view_role", "ab_permission_view", "ab_role", "term", "calendar_day", "ab_user")
        return [connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in tables]

    with engine.begin() as connection:
        before = rows(connection)
        # All of it is missing again, so that every process has something to insert.
        for table in ("ab_permission_view_role", "ab_permission_view", "term", "calendar_day"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    command = [sys.executable, "-c", PROGRAM, own_url, str(tmp_path)]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
    outputs = [process.communicate("go\n") for process in started]

    assert [process.returncode for process in started] == [0] * processes, outputs
    with engine.connect() as connection:
        assert rows(connection) == before
    engine.dispose()
