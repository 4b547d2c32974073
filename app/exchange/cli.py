"""The commands ``import`` and ``demo``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask

from app.core.actors import Actor
from app.core.database import unit_of_work, utc_now
from app.core.errors import Invalid
from app.core.i18n import _
from app.exchange.kinds import KINDS
from app.exchange.services import Outcome, import_file

TOLD_AT_MOST = 20
NOTHING = 2


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapped", multiple=True, metavar="COLUMN=FIELD", help="Read a column as a field; - for none.")
@click.option("--owner", metavar="USER", help="Who gets the customers that are made.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to list bad rows (default: FILE-errors.csv).")
def import_command(kind: str, file: Path, mapped: tuple[str, ...], owner: str | None, errors: Path | None) -> None:
    """Read customers, contacts or orders from a CSV file or an Excel workbook.

    Prints one JSON line. Exit code 0: no row failed; 1: some did; 2: nothing was written.
    """
    told = _Teller()
    try:
        outcome = import_file(
            KINDS[kind],
            file,
            by=Actor.system("import"),
            at=utc_now(),
            transaction=unit_of_work,
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


def register(app: Flask) -> None:
    """Add the commands to ``flask --app run``."""
    app.cli.add_command(import_command)
