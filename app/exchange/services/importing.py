"""Walk a file and write its rows in short transactions."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actors import Actor, acting_as
from app.core.errors import Invalid
from app.core.i18n import _l
from app.core.loading import analyze
from app.core.remembered import forget
from app.customers.models import Customer
from app.exchange.fields import Field, ImportKind, Words, plain_header
from app.exchange.kinds import CONTACTS, CUSTOMERS, ORDERS
from app.exchange.parsers import person, words_of
from app.exchange.reading import Sheet, open_table
from app.exchange.services.contacts import ContactWriter
from app.exchange.services.customers import CustomerWriter
from app.exchange.services.orders import OrderWriter
from app.exchange.services.outcome import Entry, Failures, Outcome
from app.exchange.services.pace import Pace
from app.exchange.services.writing import Writer

WRITERS: dict[str, type[Writer]] = {
    CUSTOMERS.name: CustomerWriter,
    CONTACTS.name: ContactWriter,
    ORDERS.name: OrderWriter,
}

MANY = 10_000
"""So many new rows change what the planner of the database has to know."""
FEW = 1_000
"""A company of fewer customers than this has plans for empty tables, which the rest of a file is not to be written by."""

Transaction = Callable[[], AbstractContextManager[Session]]


def import_file(
    kind: ImportKind,
    path: Path,
    *,
    by: Actor,
    at: datetime,
    transaction: Transaction,
    mapped: Mapping[str, str] | None = None,
    owner: str | None = None,
    errors: Path | None = None,
    told: Callable[[str], None] = lambda _sentence: None,
) -> Outcome:
    """Read ``path`` into records of ``kind``; good rows are written, bad ones are listed in a file beside it.

    ``transaction`` begins one and commits it at its end; one is begun for each portion. ``mapped`` names the field of
    a column whose header is not known, ``owner`` the user who gets new customers, ``errors`` the file for bad rows.
    ``told`` hears a sentence about each of them.

    :raises Invalid: when nothing can be read: no table, no such column, no such user.
    """
    table = open_table(path, lambda header: plain_header(header) in kind.by_header)
    columns = kind.columns(table.headers, mapped or {})
    outcome = Outcome()
    with transaction() as session, acting_as(by, session):
        words = words_of(session)
        known = select(Customer.id).limit(FEW).subquery()
        few = (session.scalar(select(func.count()).select_from(known)) or 0) < FEW
    errors = _place_for(errors, path)
    with Failures(errors, table.headers, told) as failures:
        writer = WRITERS[kind.name](kind, outcome, failures, owner_id=_owner(words, owner), by=by, at=at)
        groups = writer.group(_entries(table, columns, words, writer))
        # Read and understood outside a transaction, written in a short one: nobody who saves meanwhile waits for long.
        pace = Pace()
        while portion := list(islice(groups, pace.records)):
            if prepared := writer.prepare(portion):
                _write(writer, prepared, by, transaction, pace)
            if few and outcome.created >= FEW:
                few = False
                with transaction() as session:
                    analyze(session.connection())
        if outcome.created >= MANY:
            with transaction() as session:
                analyze(session.connection())
                forget(session)
        outcome.failed = failures.count
        outcome.errors_file = str(errors) if failures.count else None
    return outcome


def _write(writer: Writer, prepared: Sequence[Any], by: Actor, transaction: Transaction, pace: Pace) -> None:
    with transaction() as session, acting_as(by, session):
        begun, begun_at = time.thread_time(), time.perf_counter()
        writer.write(session, prepared)
    # With the commit, for which others wait as well.
    pace.took(time.thread_time() - begun, time.perf_counter() - begun_at, len(prepared))


def _place_for(errors: Path | None, path: Path) -> Path:
    """Where bad rows are listed: where it was said, else beside the file, else in the working folder.

    :raises Invalid: if nothing can be written there.
    """
    name = f"{path.name}-errors.csv"
    if errors is not None and errors.resolve() == path.resolve():
        raise Invalid(_l("Bad rows cannot be listed in %(path)s: it is the file that is read.", path=errors))
    places = [errors] if errors else [path.with_name(name), Path(name)]
    for place in places:
        if os.access(place.parent, os.W_OK) and not place.is_dir():
            return place
    raise Invalid(_l("Bad rows cannot be listed in %(path)s: nothing can be written there.", path=places[-1]))


def _owner(words: Words, owner: str | None) -> int | None:
    return person(owner, words) if owner else None


def _entries(table: Sheet, columns: Sequence[tuple[int, Field]], words: Words, writer: Writer) -> Iterator[Entry]:
    for row in table.rows:
        writer.outcome.read += 1
        entry = Entry(row.number, row.cells)
        try:
            if row.refusal is not None:
                raise Invalid(row.refusal)
            entry.values = writer.kind.read(row.cells, columns, words)
        except Invalid as refusal:
            writer.refuse([entry], refusal)
        else:
            yield entry
