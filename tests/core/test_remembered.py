"""What is remembered between requests is never older than the database."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, Table, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Team, TeamLeader
from app.core import remembered as memory
from app.core.company import Company
from app.core.custom_fields import CustomField, FieldType
from app.core.dictionary import Term, label
from app.core.lists import ListChoice, ListView
from app.core.remembered import WATCHED, SettingsMark, remembered
from tests.support.people import MakeUser

LEVEL_A = (Term.list == "customer_level", Term.code == "A")


def mark(session: Session) -> str | None:
    return session.scalar(select(SettingsMark.mark))


@pytest.mark.parametrize("name", WATCHED)
def test_every_change_of_a_watched_table_changes_the_mark(session: Session, make_user: MakeUser, name: str) -> None:
    leader, team = make_user("Account Manager"), Team(name="北区")
    session.add_all(
        [team, Company(id=1), CustomField(kind="customer", key="k", type=FieldType.text, label_zh="甲", label_en="K")]
    )
    session.flush()
    session.add_all(
        [
            TeamLeader(team_id=team.id, user_id=leader.id),
            ListView(list="CustomerView", title="甲", query="", owner_id=leader.id),
            ListChoice(list="CustomerView", user_id=leader.id),
        ]
    )
    session.flush()
    table = Table(name, MetaData(), autoload_with=session.connection())
    columns = WATCHED[name] or tuple(column.name for column in table.columns if not column.primary_key)[:1]
    before = mark(session)
    for column in columns or (next(iter(table.primary_key)).name,):
        # Past the models, as a person with psql would.
        session.connection().execute(update(table).values({column: table.c[column]}))

        after = mark(session)
        assert after != before, column
        before = after


def test_signing_in_changes_nothing_that_is_remembered(session: Session, make_user: MakeUser) -> None:
    user = make_user("Account Manager")
    before = mark(session)

    user.login_count, user.fail_login_count = 5, 2
    session.flush()

    assert mark(session) == before


def test_what_is_known_is_read_once(session: Session) -> None:
    reads = []
    for _ in range(3):
        remembered(session, "a test", lambda _session: reads.append(1))
        session.commit()

    assert len(reads) == 1


def test_a_change_past_the_models_is_seen_by_the_next_transaction(session: Session) -> None:
    assert label(session, "customer_level", "A")

    session.connection().execute(update(Term.__table__).where(*LEVEL_A).values(label_zh="甲", label_en="First"))
    session.commit()

    assert label(session, "customer_level", "A") == "甲"


def test_a_change_of_the_session_is_seen_at_once_and_gone_when_it_is_undone(session: Session) -> None:
    before = label(session, "customer_level", "A")
    session.commit()

    term = session.scalars(select(Term).where(*LEVEL_A)).one()
    term.label_zh = "甲"
    assert label(session, "customer_level", "A") == "甲"
    session.rollback()

    assert label(session, "customer_level", "A") == before


def test_a_new_entry_that_is_not_written_yet_is_known(session: Session) -> None:
    label(session, "customer_level", "A")

    session.add(Term(list="customer_level", code="Q", label_zh="其他", label_en="Other", position=9))

    assert label(session, "customer_level", "Q") == "其他"


def test_without_a_mark_nothing_is_kept(session: Session) -> None:
    session.connection().execute(SettingsMark.__table__.delete())
    session.commit()
    reads = []

    for _ in range(2):
        remembered(session, "a test", lambda _session: reads.append(1))

    assert len(reads) == 2


def test_what_one_database_holds_is_kept_with_its_engine(session: Session) -> None:
    name = object()

    remembered(session, name, lambda _session: 1)

    engine = session.get_bind().engine
    assert [kept for kept, known in memory._memories.items() if name in known.values] == [engine]
