"""The index on both databases: one record and many, found, found no longer, ranked."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Integer, String, create_engine, func, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.core import search
from app.core.search import SearchEntry


class Base(DeclarativeBase):
    pass


class Shop(Base):
    """Something to find; the real records have rules of their own."""

    __tablename__ = "search_test_shop"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


NAMES = {
    1: "宁波恒泰精密机械有限公司",
    2: "北京恒泰科技有限公司",
    3: "上海泰恒贸易有限公司",
    4: "重庆长安汽车股份有限公司",
    5: "恒泰",
    2_000_000_000: "ABB（中国）有限公司",
}


@pytest.fixture
def shops(empty_database_url):
    engine = create_engine(empty_database_url)
    SearchEntry.__table__.create(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Shop(id=pk, name=name) for pk, name in NAMES.items())
        session.flush()
        search.index_many(session.connection(), "shop", ((pk, [name]) for pk, name in NAMES.items()))
        session.commit()
        yield session
    engine.dispose()


def found(session, text, kind="shop"):
    both = [Shop.id.in_(search.matching_ids(kind, text)), search.narrowed(session, kind, Shop.id, text)]
    one, other = (set(session.scalars(select(Shop.id).where(condition))) for condition in both)
    assert one == other
    return one


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("恒泰", {1, 2, 5}),
        ("恒", {1, 2, 3, 5}),
        ("hengtai", {1, 2, 5}),
        ("ht", {1, 2, 3, 5}),
        ("bjht", {2}),
        ("北京 恒泰", {2}),
        ("chongqing", {4}),
        ("cqca", {4}),
        ("abb", {2_000_000_000}),
        ("ABB 中国", {2_000_000_000}),
        ("没有", set()),
        ("!!!", set()),
        ("", set()),
        ("' OR 1=1 --", set()),
        ('"', set()),
        ("恒泰 AND", set()),
        ("%", set()),
        ("\x00恒泰", {1, 2, 5}),
    ],
)
def test_the_same_text_finds_the_same_rows_on_both_databases(shops, typed, ids):
    assert found(shops, typed) == ids


def test_kinds_do_not_mix(shops):
    search.index(shops, "person", 1, ["恒泰"])

    assert found(shops, "恒泰", "person") == {1}
    assert found(shops, "hengtai", "nothing") == set()


def test_one_and_many_leave_the_same_entries(shops):
    many = dict(shops.execute(select(SearchEntry.record_id, SearchEntry.tokens)).all())
    for pk, name in NAMES.items():
        search.unindex(shops, "shop", pk)
        search.index(shops, "shop", pk, [name])

    assert dict(shops.execute(select(SearchEntry.record_id, SearchEntry.tokens)).all()) == many


def test_a_renamed_record_is_found_by_its_new_name_only(shops):
    search.index(shops, "shop", 1, ["宁波鼎捷机械有限公司"])
    search.index(shops, "shop", 1, ["宁波鼎捷机械有限公司"])

    assert found(shops, "鼎捷") == {1}
    assert found(shops, "恒泰") == {2, 5}


def test_indexing_many_again_replaces(shops):
    search.index_many(shops.connection(), "shop", [(1, ["鼎捷"]), (7, ["鼎捷"])])

    assert found(shops, "鼎捷") == {1}
    assert found(shops, "恒泰") == {2, 5}
    assert shops.scalar(select(func.count()).select_from(SearchEntry)) == len(NAMES) + 1


def test_what_is_taken_out_is_not_found(shops):
    search.unindex(shops, "shop", 1)
    search.unindex(shops, "shop", 4711)

    assert found(shops, "恒泰") == {2, 5}


def test_a_roll_back_takes_the_index_back(shops):
    search.index(shops, "shop", 1, ["鼎捷"])
    shops.rollback()

    assert found(shops, "鼎捷") == set()
    assert found(shops, "恒泰") == {1, 2, 5}


def test_names_that_begin_so_come_first_then_the_newest(shops):
    assert search.ranked(shops, "shop", Shop.id, "恒泰", 10) == [5, 2, 1]
    assert search.ranked(shops, "shop", Shop.id, "泰", 10) == [3, 5, 2, 1]
    assert search.ranked(shops, "shop", Shop.id, "恒泰", 1) == [5]
    assert search.ranked(shops, "shop", Shop.id, "机械", 10) == [1]
    assert search.ranked(shops, "shop", Shop.id, "", 10) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_breaks_the_search(shops, text):
    search.index(shops, "noise", 1, [text])

    found(shops, text, "noise")
    shops.rollback()


def test_the_index_goes_with_the_table(shops):
    shops.commit()
    SearchEntry.__table__.drop(shops.get_bind())

    assert [name for name in inspect(shops.get_bind()).get_table_names() if search.is_index_table(name)] == []


def test_a_migration_can_make_and_remove_the_index(shops):
    dialect = shops.get_bind().dialect.name
    for statement in (*search.drop_index_ddl(dialect), *search.create_index_ddl(dialect)):
        shops.connection().exec_driver_sql(statement)
    search.index(shops, "shop", 9, ["鼎捷"])

    assert shops.scalars(search.matching_ids("shop", "鼎捷")).all() == [9]


def test_a_word_of_very_many_records_is_found_in_them_all(shops, monkeypatch):
    monkeypatch.setattr("app.core.search.asking.MANY", 2)

    assert found(shops, "恒泰") == {1, 2, 5}
    assert found(shops, "鼎捷") == set()
