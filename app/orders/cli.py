"""Commands for orders: ``flask --app run reconcile``."""

from __future__ import annotations

import json
import sys
from itertools import islice

import click
from flask import Flask

from app.core.actors import Actor, acting_as
from app.core.database import db, only_reading, unit_of_work, utc_now
from app.core.i18n import local_day
from app.orders import services

SHOWN = 100
SYSTEM = Actor.system("reconcile")


@click.command("reconcile")
@click.option("--repair", is_flag=True, help="Set what is wrong to what the orders say.")
def reconcile(repair: bool) -> None:
    """Compare every kept sum with the orders; exit 1 if one differs and is not repaired."""
    today = local_day(utc_now())
    token = only_reading.set(True)
    try:
        with acting_as(SYSTEM):
            differences = services.reconcile(db.session(), today)
    finally:
        db.session.rollback()
        only_reading.reset(token)
    for difference in islice(differences, SHOWN):
        click.echo(
            f"{difference.kind} {difference.key}: {difference.field} is {difference.kept}, should be {difference.true}",
            err=True,
        )
    if repair and differences:
        with acting_as(SYSTEM), unit_of_work() as session:
            services.repair(session, differences, today)
    click.echo(json.dumps({"differences": len(differences), "repaired": len(differences) if repair else 0}))
    if differences and not repair:
        sys.exit(1)


def register(app: Flask) -> None:
    """Add the command to ``flask --app run``."""
    app.cli.add_command(reconcile)
