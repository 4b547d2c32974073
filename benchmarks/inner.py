"""Figures that are not pages: duplicate check, visibility, start, memory, export."""

import csv
import gc
import statistics
import subprocess
import sys

from benchmarks.company import PASSWORD, ROOT
from benchmarks.cpu import Cpu
from benchmarks.pages import signed_in, timed

NAMES = 50


def duplicate_check(app, times):
    """CPU ms to look for a customer like one that exists, for names from all over the company."""
    from sqlalchemy import select

    from app.core.actors import Actor, acting_as
    from app.core.database import db, utc_now
    from app.customers.duplicates import similar
    from app.customers.models import Customer

    by = Actor.system("bench")
    with app.app_context(), acting_as(by):
        ids = list(db.session.scalars(select(Customer.id).order_by(Customer.id)))
        chosen = ids[:: max(1, len(ids) // NAMES)][:NAMES]
        names = list(db.session.scalars(select(Customer.name).where(Customer.id.in_(chosen))))

        def check():
            for name in names:
                similar(db.session(), {"name": name}, by=by, at=utc_now())
                db.session.rollback()

        check()
        # What the pages before left behind is not to be collected at the expense of three checks.
        gc.collect()
        gc.freeze()
        return timed(check, times, Cpu(db.engine))[1] / len(names)


def visibility_cost(app, times):
    """CPU ms that the read filter adds to one statement that joins two filtered tables."""
    from sqlalchemy import event, select
    from sqlalchemy.orm import Session

    from app.accounts.models import User
    from app.accounts.queries import actor_for
    from app.core import visibility
    from app.core.actors import acting_as
    from app.core.database import db
    from app.customers.models import Contact, Customer

    statement = select(Contact.id).join(Customer, Customer.id == Contact.customer_id).where(Contact.id == 1)

    def run():
        for _ in range(100):
            db.session.execute(statement).all()

    with app.app_context():
        actor = actor_for(db.session(), db.session.scalars(select(User).where(User.username == "bench_few")).one())
        with acting_as(actor):
            run()
            filtered = timed(run, times, Cpu(db.engine))[1]
            event.remove(Session, "do_orm_execute", visibility._keep_to_visible_rows)
            try:
                run()
                plain = timed(run, times, Cpu(db.engine))[1]
            finally:
                event.listen(Session, "do_orm_execute", visibility._keep_to_visible_rows)
    return (filtered - plain) / 100


STARTED = """
import time; start = time.perf_counter()
from run import app
ready = time.perf_counter() - start
app.config.update(WTF_CSRF_ENABLED=False)
client = app.test_client(); client.post('/login/', data={'username': 'admin', 'password': 'changke-demo'})
for address in %r: client.get(address)
# Not getrusage: its peak begins with what the starting process held.
print(ready, next(int(line.split()[1]) / 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))
"""


def start_and_memory(url, folder, addresses):
    """Median (seconds to build the application in a new process, peak MB after every page was asked once)."""
    import os

    environment = os.environ | {"CHANGKE_DEMO": "1", "CHANGKE_INSTANCE": str(folder), "DATABASE_URL": url}
    runs = []
    for _ in range(3):
        told = subprocess.run(
            [sys.executable, "-c", STARTED % (addresses,)], cwd=ROOT, env=environment, capture_output=True, check=True
        ).stdout.split()
        runs.append((float(told[-2]), float(told[-1])))
    return statistics.median(run[0] for run in runs), max(run[1] for run in runs)


def export_rates(app, engine):
    """(rows of a CSV file, cells of a workbook) that the export of a customer list writes in a second of CPU time."""
    client, rates = signed_in(app, "admin", PASSWORD), []
    for kind in ("csv", "xlsx"):
        answers = []
        address = f"/customers/export?format={kind}&_flt_0_level=B"
        _median, ms = timed(lambda at=address, to=answers: to.append(client.get(at).data), 1, Cpu(engine))
        if kind == "csv":
            lines = answers[0].decode("utf-8-sig").splitlines()
            columns, count = len(next(csv.reader(lines))), len(lines) - 1
            rates.append(count * 1000 / ms)
        else:
            rates.append(count * columns * 1000 / ms)
    return tuple(rates)
