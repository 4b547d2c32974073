"""Commands of the core: the job process, the audit log, and the proof of what is kept."""

from __future__ import annotations

import json
import sys
from itertools import islice

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.core import audit, kept, upkeep
from app.core.actors import Actor, acting_as
from app.core.database import db, only_reading, unit_of_work, utc_now
from app.core.i18n import local_day
from app.core.jobs import run_due
from app.core.jobs.worker import Worker

SHOWN = 100
RECONCILER = Actor.system("reconcile")

jobs_commands = AppGroup("jobs", help="Background jobs.")
audit_commands = AppGroup("audit", help="The audit log.")


@jobs_commands.command("work")
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
def work(once: bool) -> None:
    """Run jobs until told to end (SIGTERM or Ctrl-C)."""
    if once:
        click.echo(json.dumps({"ran": run_due(utc_now(), scheduled=True)}))
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a thread outlives this command's context
    worker = Worker(app)
    worker.stop_on_signals()
    worker.work()


@audit_commands.command("seal")
def seal() -> None:
    """Append every new entry to the chain."""
    click.echo(json.dumps({"sealed": _seal_all()}))


@audit_commands.command("verify")
def verify() -> None:
    """Seal, then recompute the whole chain; exit 1 if an entry was changed, removed or moved."""
    sealed = _seal_all()
    token = only_reading.set(True)
    try:
        verdict = audit.verify(db.session)
    finally:
        db.session.rollback()
        only_reading.reset(token)
    click.echo(json.dumps({"entries": verdict.entries, "sealed": sealed, "broken": list(verdict.broken)}))
    if not verdict.intact:
        sys.exit(1)


def _seal_all() -> int:
    total = 0
    while True:
        with unit_of_work() as session:
            sealed = audit.seal(session, upkeep.SEALED_AT_ONCE)
        total += sealed
        if not sealed:
            return total


@click.command("reconcile")
@click.option("--repair", is_flag=True, help="Set what is wrong to what it should be.")
def reconcile(repair: bool) -> None:
    """Compare every kept value with what it sums up; exit 1 if one differs and is not repaired."""
    today = local_day(utc_now())
    token = only_reading.set(True)
    try:
        with acting_as(RECONCILER):
            differences = kept.reconcile(db.session(), today)
    finally:
        db.session.rollback()
        only_reading.reset(token)
    for difference in islice(differences, SHOWN):
        click.echo(
            f"{difference.kind} {difference.key}: {difference.field} is {difference.kept}, should be {difference.true}",
            err=True,
        )
    if repair and differences:
        with acting_as(RECONCILER), unit_of_work() as session:
            kept.repair(session, differences, today)
    click.echo(json.dumps({"differences": len(differences), "repaired": len(differences) if repair else 0}))
    if differences and not repair:
        sys.exit(1)


def register(app: Flask) -> None:
    """Add the commands to ``flask --app run``."""
    app.cli.add_command(jobs_commands)
    app.cli.add_command(audit_commands)
    app.cli.add_command(reconcile)
