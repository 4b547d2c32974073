"""A job process that tests start and kill: ``python -m tests.support.job_process URL [--seconds N]``.

Its jobs write into a table of their own: ``count_to`` one row per step, each in one transaction with how far it came.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from flask_babel import Babel
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.database import Model, db
from app.core.jobs import queue, worker
from app.core.notifications import Notification

steps = sa.Table(
    "test_step",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Integer),
    sa.Column("number", sa.Integer),
    sa.Column("process", sa.Integer),
)


def make_bare_app(url: str) -> Flask:
    """Return an application that knows the job tables only."""
    bare = Flask("bare")
    bare.config.update(SQLALCHEMY_DATABASE_URI=url, BABEL_DEFAULT_LOCALE="zh")
    db.init_app(bare)
    Babel(bare)
    return bare


def make_tables(bare: Flask) -> None:
    wanted: set[sa.Table] = set()
    waiting = [User.__table__, jobs.Job.__table__, Notification.__table__]
    while waiting:
        table = waiting.pop()
        if table not in wanted:
            wanted.add(table)
            waiting += [key.column.table for key in table.foreign_keys]
    with bare.app_context():
        Model.metadata.create_all(db.engine, tables=list(wanted))
        steps.metadata.create_all(db.engine)


@jobs.job("test.count_to")
def count_to(job: jobs.JobContext, last: int, pause: float = 0.0, hang_at: int = 0) -> dict[str, Any]:
    """Write a row for each number up to ``last``; the first process to reach ``hang_at`` hangs inside that step."""
    for number in range(job.state.get("done", 0) + 1, last + 1):
        with job.step(progress=number * 100 // last, state={"done": number}) as session:
            session.execute(steps.insert().values(job_id=job.id, number=number, process=os.getpid()))
            if number == hang_at and not already_hung(session, job.id):
                session.flush()
                sys.stdout.write("hanging\n")
                sys.stdout.flush()
                time.sleep(3600)
        time.sleep(pause)
    return {"counted": last}


def already_hung(session: Session, job_id: int) -> bool:
    """Say whether this is not the first attempt."""
    return session.scalars(sa.select(jobs.Job.attempts).where(jobs.Job.id == job_id)).one() > 1


def main() -> None:
    # A test does not wait a minute for the lease of a killed process to run out.
    queue.LEASE = timedelta(seconds=1.5)
    process = worker.Worker(make_bare_app(sys.argv[1]))
    process.stop_on_signals()
    process.work()


if __name__ == "__main__":
    main()
