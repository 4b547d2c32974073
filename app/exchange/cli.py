"""The commands ``import`` and ``demo``."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.database import db, unit_of_work, utc_now
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.loading import remember_more
from app.exchange.kinds import KINDS
from app.exchange.services import Outcome, import_file

TOLD_AT_MOST = 20
NOTHING = 2
PAUSE = 0.006
"""Seconds; whoever waits for SQLite's write lock asks for it twice as often (``core/database.py``)."""
PART = 0.05
"""The pause as a part of the transaction before it."""


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapped", multiple=True, metavar="COLUMN=FIELD", help="Read a column as a field; - for none.")
@click.option("--owner", metavar="USER", help="Who gets the customers that are made.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to list bad rows (default: FILE-errors.csv).")
@with_appcontext
def import_command(kind: str, file: Path, mapped: tuple[str, ...], owner: str | None, errors: Path | None) -> None:
    """Read customers, contacts or orders from a CSV file or an Excel workbook.

    Prints one JSON line. Exit code 0: no row failed; 1: some did; 2: nothing was written.
    """
    told = _Teller()
    try:
        with _collecting_rarely():
            outcome = import_file(
                KINDS[kind],
                file,
                by=Actor.system("import"),
                at=utc_now(),
                transaction=_giving_way,
                mapped=_mapping(mapped),
                owner=owner,
                errors=errors,
                told=told,
            )
    except Invalid as refusal:
        click.echo(str(refusal), err=True)
        click.echo(json.dumps(asdict(Outcome()), ensure_ascii=False))
        sys.exit(NOTHING)
    told.end()
    click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
    sys.exit(outcome.exit_code)


@contextmanager
def _giving_way() -> Iterator[Session]:
    """A transaction, and a pause in which others can save: SQLite lets one write, and does not queue who waits.

    The pause grows with the transaction: on a machine so busy that this takes long, whoever waits is late as well.
    """
    with unit_of_work() as session:
        alone = session.connection().dialect.name == "sqlite"
        if alone:
            remember_more(session.connection())
        begun = time.perf_counter()
        yield session
    if alone:
        time.sleep(max(PAUSE, PART * (time.perf_counter() - begun)))


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let the collector of garbage look at twenty thousand new objects at once, and not at those of the program.

    It takes a tenth of an import's time otherwise, in search of cycles that rows do not make.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class _Teller:
    """Says the first refusals on standard error; all of them are in the file."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, sentence: str) -> None:
        self.count += 1
        if self.count <= TOLD_AT_MOST:
            click.echo(sentence, err=True)

    def end(self) -> None:
        if self.count > TOLD_AT_MOST:
            click.echo(_("… and %(count)d more rows.", count=self.count - TOLD_AT_MOST), err=True)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    mapped = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column.strip() or not field.strip():
            raise click.BadParameter(f"{pair!r} is not COLUMN=FIELD", param_hint="--map")
        mapped[column.strip()] = field.strip()
    return mapped


@click.command("demo")
@click.option("--customers", type=click.IntRange(1, 5_000_000), default=1_000, show_default=True)
@click.option("--orders", type=click.IntRange(0, 50_000_000), default=6_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same company.")
@click.option("--yes", is_flag=True, help="Also in a database that is not one for demonstrations.")
@with_appcontext
def demo_command(customers: int, orders: int, seed: int, yes: bool) -> None:
    """Fill an empty database with a company that never was.

    Prints one JSON line: how many rows of each table were written, and in how many seconds.
    """
    if not current_app.config["CHANGKE_DEMO"] and not yes:
        raise click.ClickException(
            _(
                "This is not a demo database: its accounts would get a well-known password. Set CHANGKE_DEMO=1, or say --yes."
            )
        )
    from app.exchange.demo.company import make_up  # noqa: PLC0415 - no other process tells stories

    try:
        made = make_up(
            db.session(),
            customers=customers,
            orders=orders,
            seed=seed,
            password=current_app.config["DEMO_PASSWORD"],
            now=utc_now(),
            progress=lambda sentence: click.echo(sentence, err=True),
        )
    except Invalid as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(
        json.dumps({"customers": customers, "orders": orders, "seed": seed, "seconds": made.seconds, "rows": made.rows})
    )


def register(app: Flask) -> None:
    """Add the commands to ``flask --app run``."""
    app.cli.add_command(import_command)
    app.cli.add_command(demo_command)
