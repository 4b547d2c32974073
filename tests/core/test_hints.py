"""What is said to a database about our data changes how a statement reads, for the database that needs it."""

from __future__ import annotations

import pytest
from sqlalchemy import column, func, select, table
from sqlalchemy.dialects import postgresql, sqlite

from app.core.hints import asked_of_each

OWNED = table("owned", column("id"), column("owner_id"))
ORDER = table("placed", column("id"), column("owned_id"))
MINE = asked_of_each(select(OWNED.c.id).where(OWNED.c.id == ORDER.c.owned_id, OWNED.c.owner_id == 7))


def spelled(statement, dialect):
    return str(statement.compile(dialect=dialect.dialect()))


@pytest.mark.parametrize(
    "statement",
    [
        select(ORDER.c.id).where(MINE).limit(25),
        select(func.count()).select_from(select(ORDER.c.id).where(MINE).limit(1_001).subquery()),
    ],
)
def test_postgresql_asks_the_rows_of_a_limited_list_one_by_one(statement):
    assert "OFFSET 0" in spelled(statement, postgresql)
    assert "OFFSET 0" not in spelled(statement, sqlite).split("EXISTS")[1].split(")")[0]


@pytest.mark.parametrize(
    "statement",
    [
        select(func.count(ORDER.c.id)).where(MINE),
        select(select(ORDER.c.id, ORDER.c.owned_id).where(MINE).subquery()).limit(25),
    ],
)
def test_it_may_read_everything_for_a_sum(statement):
    assert "OFFSET" not in spelled(statement, postgresql)
