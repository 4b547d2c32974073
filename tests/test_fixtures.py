"""The fixtures that every other test relies on."""

from collections.abc import Callable

import pytest
from flask import has_app_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.application import Client


@pytest.mark.parametrize("run", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(session: Session, run: int) -> None:
    from flask_appbuilder.security.sqla.models import Role

    def roles() -> int | None:
        return session.scalar(select(func.count()).select_from(Role).where(Role.name.in_(("Kept", "Undone"))))

    assert roles() == 0
    session.add(Role(name="Kept"))
    session.commit()
    session.add(Role(name="Undone"))
    session.flush()
    session.rollback()

    assert roles() == 1


def test_a_visitor_is_nobody_even_while_a_test_is_inside_the_application(
    session: Session, client: Client, client_as: Callable[..., Client]
) -> None:
    somebody = client_as("Admin")

    assert has_app_context()
    assert somebody.get("/").status_code == 200
    assert client.get("/").status_code == 302


def test_the_server_and_the_tests_speak_of_the_same_database(session: Session, database_kind: str) -> None:
    assert session.get_bind().dialect.name == database_kind
