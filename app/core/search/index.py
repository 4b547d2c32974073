"""The search index: one table of tokens, with an FTS5 index beside it on SQLite and a GIN index on PostgreSQL.

The identity of an entry holds the record's and its kind's number, so a hit needs no second look-up. Each token begins
with two characters for the kind: a search among customers never reads what contacts are found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeAlias
from zlib import crc32

from sqlalchemy import (
    DDL,
    Connection,
    Integer,
    Select,
    String,
    Text,
    delete,
    event,
    false,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.sql.functions import FunctionElement

from app.core.database import Key, Model
from app.core.search.tokens import Question, Term, beginning, query_tokens, tokens

KIND_BITS = 16
CHUNK = 1_000

Texts: TypeAlias = Iterable[str]


class SearchEntry(Model):
    """What one record is found by."""

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(
        Key, primary_key=True, autoincrement=False, comment="record_id * 65536 + number of the kind"
    )
    kind: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[int] = mapped_column(Key)
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"), comment="parted by blanks")


# --- the index of each database -------------------------------------------------------------------------------------

# The tokenizer keeps every character beyond ASCII, so a token stays whole whatever script it is in. Without
# positions (detail) and lengths (columnsize) the index is a third of the size; nothing here asks for them.
_CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "tokens, content='search_entry', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)",
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
        "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
        "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
        "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
        "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
    ),
    "postgresql": ("CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)",),
}
_DROP = {
    "sqlite": (
        "DROP TRIGGER search_entry_changed",
        "DROP TRIGGER search_entry_removed",
        "DROP TRIGGER search_entry_added",
        "DROP TABLE search_index",
    ),
    "postgresql": ("DROP INDEX ix_search_entry_tokens",),
}


def create_index_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements that follow the creation of the table; for a migration, too."""
    return _CREATE[dialect]


def drop_index_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements that precede the removal of the table; for a migration, too."""
    return _DROP[dialect]


def is_index_table(name: str | None) -> bool:
    """Whether a table or index belongs to the search index, which the models do not know and a comparison leaves out."""
    return bool(name) and (name == "search_index" or str(name).startswith(("search_index_", "ix_search_entry_tokens")))


for _dialect, _statements in _CREATE.items():
    for _statement in _statements:
        event.listen(SearchEntry.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
event.listen(
    SearchEntry.__table__, "before_drop", DDL("DROP TABLE IF EXISTS search_index").execute_if(dialect="sqlite")
)


# --- writing --------------------------------------------------------------------------------------------------------


@cache
def _number(kind: str) -> int:
    return crc32(kind.encode()) % (1 << KIND_BITS)


@cache
def _mark(kind: str) -> str:
    """Return the two characters by which the tokens of a kind begin."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    tens, ones = divmod(_number(kind) % len(digits) ** 2, len(digits))
    return digits[tens] + digits[ones]


def _entry_id(kind: str, record_id: int) -> int:
    return (record_id << KIND_BITS) + _number(kind)


def _entry(kind: str, record_id: int, texts: Texts) -> dict[str, Any]:
    mark = _mark(kind)
    return {
        "id": _entry_id(kind, record_id),
        "kind": kind,
        "record_id": record_id,
        "tokens": " ".join(f"{mark}{token}" for token in tokens(*texts)),
    }


def index(session: Session, kind: str, record_id: int, texts: Texts) -> None:
    """Let a record be found by ``texts`` only; the first is its name. Phones and e-mails are found as a whole."""
    connection = session.connection()
    entry = _entry(kind, record_id, texts)
    insert = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    statement = insert(SearchEntry.__table__).values(entry)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"tokens": statement.excluded.tokens},
            where=SearchEntry.__table__.c.tokens != statement.excluded.tokens,
        )
    )


def index_many(connection: Connection, kind: str, rows: Iterable[tuple[int, Texts]]) -> None:
    """Do for many ``(record_id, texts)`` what :func:`index` does for one."""
    entries = SearchEntry.__table__
    for chunk in _chunks(_entry(kind, record_id, texts) for record_id, texts in rows):
        connection.execute(delete(entries).where(entries.c.id.in_([entry["id"] for entry in chunk])))
        connection.execute(entries.insert(), chunk)


def _chunks(entries: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def unindex(session: Session, kind: str, record_id: int) -> None:
    """Let a record be found no longer."""
    entries = SearchEntry.__table__
    session.connection().execute(delete(entries).where(entries.c.id == _entry_id(kind, record_id)))


# --- asking ---------------------------------------------------------------------------------------------------------


class _Index(TableClause):
    """The table a search reads: the FTS5 index itself on SQLite."""

    inherit_cache = True


@compiles(_Index, "sqlite")
def _index_of_sqlite(_element: _Index, _compiler: SQLCompiler, **_options: Any) -> str:
    return "search_index"


class _RecordId(FunctionElement[int]):
    """The record of a hit."""

    inherit_cache = True
    type = Integer()


@compiles(_RecordId)
def _record_id(_element: _RecordId, _compiler: SQLCompiler, **_options: Any) -> str:
    return "search_entry.record_id"


@compiles(_RecordId, "sqlite")
def _record_id_of_sqlite(_element: _RecordId, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"search_index.rowid >> {KIND_BITS}"


class _Matches(FunctionElement[Any]):
    """Whether an entry answers a question: arguments are its FTS5 and tsquery texts."""

    # Not of type Boolean: SQLite would be asked for ``MATCH … = 1``, which it cannot do.
    inherit_cache = True


@compiles(_Matches)
def _matches(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    question = list(element.clauses)[1]
    return f"search_entry.tokens @@ CAST({compiler.process(question, **options)} AS tsquery)"


@compiles(_Matches, "sqlite")
def _matches_of_sqlite(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    question = next(iter(element.clauses))
    return f"search_index MATCH {compiler.process(question, **options)}"


_INDEX = _Index("search_entry")


def _fts5(term: Term, mark: str) -> str:
    return f'"{mark}{term.token}"{" *" if term.beginning else ""}'


def _tsquery(term: Term, mark: str) -> str:
    return f"'{mark}{term.token}'{':*' if term.beginning else ''}"


def _hits(kind: str, question: Question) -> Select[Any]:
    hits = select(_RecordId().label("record_id")).select_from(_INDEX)
    if not question:
        return hits.where(false())
    mark = _mark(kind)

    def spell(one: Any, both: str, either: str) -> str:
        words = [
            either.join(f"({both.join(one(term, mark) for term in terms)})" for terms in readings)
            for readings in question
        ]
        return both.join(f"({word})" for word in words)

    return hits.where(_Matches(literal(spell(_fts5, " AND ", " OR ")), literal(spell(_tsquery, " & ", " | "))))


def matching_ids(kind: str, text: str) -> Select[Any]:
    """Select the ids of the records of ``kind`` in which every word of ``text`` is found; none for an empty text.

    Compose it as ``Customer.id.in_(matching_ids("customer", text))``: what the actor may see is the outer
    statement's business.
    """
    return _hits(kind, query_tokens(text))


def ranked(session: Session, kind: str, key: InstrumentedAttribute[int], text: str, limit: int) -> list[int]:
    """Return at most ``limit`` ids the actor may see, those whose name begins with ``text`` first, then the newest.

    ``key`` is the model's id, so that the session's visibility rule applies.
    """
    question = query_tokens(text)
    found: list[int] = []
    for asked in ((beginning(question), *question), question):
        if question and len(found) < limit:
            statement = select(key).where(key.in_(_hits(kind, asked)), key.not_in(found)).order_by(key.desc())
            found += session.scalars(statement.limit(limit - len(found)))
    return found
