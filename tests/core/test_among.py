"""Many keys as one value are looked up, whatever the statistics say."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from app.core.among import among

EMPTY = 5_000


@pytest.fixture
def told():
    """A table of which a thousandth has a number of elsewhere, after SQLite has counted it."""
    engine = create_engine("sqlite://")
    table = Table("told", MetaData(), Column("id", Integer, primary_key=True), Column("elsewhere", String, unique=True))
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"elsewhere": None}] * EMPTY + [{"elsewhere": f"K{n}"} for n in range(5)])
        connection.exec_driver_sql("ANALYZE")
        yield connection, table
    engine.dispose()


def test_few_rows_are_found_by_their_index_in_a_column_that_is_nearly_empty(told):
    connection, table = told
    statement = select(table.c.id).where(among(table.c.elsewhere, ["K1", "K4", "K9"]))
    literal = statement.compile(connection, compile_kwargs={"literal_binds": True})

    plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {literal}")]

    assert sorted(connection.scalars(statement)) == [EMPTY + 2, EMPTY + 5]
    assert plan[0].startswith("SEARCH told USING")
