"""What large work costs, and how long a person's save waits meanwhile: import, churn judge, roll-ups of 12 months.

``python -m benchmarks.load ADDRESS`` measures on a database that was made before; rows are added to it.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.company import ROOT, command

ROWS = 20_000
EVERY = 0.05
"""Seconds between two saves."""
# So many customers are made wrong before the roll-ups are refreshed: the whole company's, as at the turn of a year.
_MOVE_ON = """
from run import app
from app.core.actors import Actor, acting_as
from app.core.database import unit_of_work, utc_now
from app.core.i18n import local_day
from app.orders import services
from app.orders.jobs import AT_ONCE
from sqlalchemy import select
from app.customers.models import Customer
with app.app_context(), acting_as(Actor.system("bench")):
    today = local_day(utc_now())
    with unit_of_work() as session:
        keys = list(session.scalars(select(Customer.id).order_by(Customer.id)))
    for start in range(0, len(keys), AT_ONCE):
        with unit_of_work() as session:
            services.move_on(session, keys[start : start + AT_ONCE], today)
"""


class Saves(threading.Thread):
    """Somebody who saves a customer again and again, through the service and the session every page uses."""

    def __init__(self, app):
        super().__init__()
        self.app, self.waits, self.ready, self.done = app, [], threading.Event(), threading.Event()

    def run(self):
        from sqlalchemy import select

        from app.core.actors import Actor, acting_as
        from app.core.database import unit_of_work, utc_now
        from app.customers import services
        from app.customers.models import Customer

        by = Actor.system("bench")

        def save(number):
            with unit_of_work() as session:
                customer = session.scalars(select(Customer).order_by(Customer.id).limit(1)).one()
                services.update_customer(customer, {"notes": f"bench {number}"}, by=by, at=utc_now())

        with self.app.app_context(), acting_as(by):
            # The first save of a process makes statements and reads tables of Chinese; that is no waiting.
            save(0)
            self.ready.set()
            number = 0
            while not self.done.wait(EVERY):
                number += 1
                begun = time.perf_counter()
                save(number)
                self.waits.append((time.perf_counter() - begun) * 1000)


def beside(app, work):
    """Do ``work`` while somebody saves; return (its answer, seconds, CPU seconds, median and longest ms of a save)."""
    saves = Saves(app)
    saves.start()
    saves.ready.wait(60)
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        answer = work()
    finally:
        seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        saves.done.set()
        saves.join()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    waits = saves.waits or [0.0]
    return answer, seconds, cpu, statistics.median(waits), max(waits)


def orders_file(folder):
    """A file of orders, every tenth of a customer nobody knows yet; other numbers in each run."""
    path, today = Path(folder) / "orders.csv", datetime.now(UTC).date()
    run = f"{time.time():.0f}"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["external_id", "customer", "date", "amount"])
        for number in range(ROWS):
            day = today - timedelta(days=number % 300)
            writer.writerow([f"{run}-{number}", f"{run}-{number % (ROWS // 10)}", day.isoformat(), 100 + number % 900])
    return path


def move_on(url, folder):
    """Set the roll-ups of every customer anew, in the portions of the nightly job."""
    environment = os.environ | {"CHANGKE_DEMO": "1", "CHANGKE_INSTANCE": str(folder), "DATABASE_URL": url}
    subprocess.run([sys.executable, "-c", _MOVE_ON], cwd=ROOT, env=environment, check=True, capture_output=True)


def rows(app, url, folder):
    """Yield (what, figure, budget)."""
    path = orders_file(folder)
    (_seconds, told), seconds, cpu, median, longest = beside(
        app, lambda: command(url, folder, "import", "orders", str(path))
    )
    created = json.loads(told.strip().splitlines()[-1])["created"]
    yield "Import of orders, rows/s", created / seconds, "3000"
    yield "Import of orders, rows per second of CPU time of the command", created / cpu, ""
    yield "Save beside an import, median ms", median, ""
    yield "Save beside an import, longest ms", longest, "1000"
    asof = datetime.now(UTC).date().isoformat()
    for what, work in (
        ("churn judge of everybody", lambda: command(url, folder, "churn", "judge", "--asof", asof)),
        ("roll-ups of everybody", lambda: move_on(url, folder)),
    ):
        _answer, seconds, cpu, median, longest = beside(app, work)
        yield f"{what[0].upper()}{what[1:]}, s", seconds, ""
        yield f"{what[0].upper()}{what[1:]}, s of CPU time", cpu, ""
        yield f"Save beside the {what}, median ms", median, ""
        yield f"Save beside the {what}, longest ms", longest, "1000"


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("url", metavar="ADDRESS", help="of a database with a demonstration company")
    parser.add_argument("--folder", default=str(ROOT / "instance" / "bench"), help="for files of the work")
    asked = parser.parse_args()
    Path(asked.folder).mkdir(parents=True, exist_ok=True)
    from app.core.database import db
    from tests.support.application import make_app

    app = make_app(asked.url, Path(asked.folder))
    print("| What | figure | budget |\n|---|--:|--:|")
    for what, figure, budget in rows(app, asked.url, asked.folder):
        print(f"| {what} | {figure:.2f} | {budget} |", flush=True)
    with app.app_context():
        db.engine.dispose()


if __name__ == "__main__":
    main()
