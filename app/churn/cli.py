"""Commands of churn."""

from __future__ import annotations

import json
from datetime import date

import click
from flask.cli import AppGroup

from app.churn import services
from app.core.actors import Actor, acting_as
from app.core.database import db, only_reading, utc_now
from app.core.i18n import local_day, parse_day

commands = AppGroup("churn", help="Judging churn.")


class Day(click.ParamType[date]):
    """A date as people write it."""

    name = "date"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@commands.command("judge")
@click.option("--asof", type=Day(), default=None, help="Judge as of this day: no order after it is seen.")
def judge(asof: date | None) -> None:
    """Apply the six-month rule to everybody; prints one line of JSON."""
    at = utc_now()
    today = local_day(at)
    by, session = Actor.system("churn judge"), db.session
    with acting_as(by):
        token = only_reading.set(True)
        try:
            judgement = services.look(session(), asof or today, today=today)
        finally:
            session.rollback()
            only_reading.reset(token)
        result = {}
        for verdict in services.act_on(session(), judgement, by=by, at=at):
            session.commit()
            result = vars(verdict)
    click.echo(json.dumps(result))
