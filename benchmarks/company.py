"""The company that is measured: made by the commands an administrator runs, kept for SQLite between runs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import create_engine, text

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "changke-demo"
FEW = 200
INTRUDERS = {"bench_none": 0, "bench_few": FEW}


def command(url, folder, *words):
    """Run ``flask --app run WORDS`` on the database at ``url``; return (seconds, standard output)."""
    environment = os.environ | {"CHANGKE_DEMO": "1", "CHANGKE_INSTANCE": str(folder), "DATABASE_URL": url}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "run", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - start, done.stdout


def build(url, folder, customers, orders):
    """Fill the empty database at ``url``; return the seconds the demo took."""
    command(url, folder, "init", "--admin-password", PASSWORD)
    seconds, _told = command(url, folder, "demo", "--customers", str(customers), "--orders", str(orders), "--seed", "1")
    return seconds


def sqlite(folder, customers, orders):
    """Return (address, seconds the demo took) of the kept SQLite company, made if it is missing."""
    path, kept = folder / "bench.db", folder / "bench.json"
    url = f"sqlite:///{path}"
    if not kept.exists():
        for old in folder.glob("bench.db*"):
            old.unlink()
        kept.write_text(json.dumps(build(url, folder, customers, orders)))
    return url, json.loads(kept.read_text())


def add_people(url):
    """Two account managers besides those of the demo: one without a customer, one with 200 of them."""
    engine = create_engine(url)
    with engine.begin() as connection:
        known = {row.username for row in connection.execute(text("SELECT username FROM ab_user"))}
        copied = "team_id, password, active"
        for number, (name, customers) in enumerate(INTRUDERS.items()):
            if name in known:
                continue
            new = connection.scalar(text("SELECT max(id) + 1000 FROM ab_user"))
            connection.execute(
                text(
                    f"INSERT INTO ab_user (id, first_name, last_name, username, email, {copied}) "
                    f"SELECT :id, 'Bench', :last, :name, :mail, {copied} FROM ab_user WHERE username = 'manager1'"
                ),
                {"id": new, "last": str(number), "name": name, "mail": f"{name}@example.com"},
            )
            connection.execute(
                text(
                    "INSERT INTO ab_user_role (id, user_id, role_id) "
                    "SELECT (SELECT max(id) + 1000 FROM ab_user_role), :id, r.id FROM ab_role r "
                    "WHERE r.name = 'Account Manager'"
                ),
                {"id": new},
            )
            ids = [
                row.id
                for row in connection.execute(
                    text(
                        "SELECT id FROM customer WHERE deleted_at IS NULL AND owner_id IS NOT NULL ORDER BY id LIMIT :n"
                    ),
                    {"n": customers},
                )
            ]
            for pk in ids:
                connection.execute(text("UPDATE customer SET owner_id = :new WHERE id = :pk"), {"new": new, "pk": pk})
    # What autovacuum does on a server that is not thrown away: statistics, and which pages an index answers alone.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))
    engine.dispose()
