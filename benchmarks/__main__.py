"""``python -m benchmarks [--quick] [--database sqlite]``: print the table of benchmarks/README.md as Markdown."""

import argparse
import shutil
from contextlib import contextmanager

from benchmarks import company, inner, load, pages

FOLDER = company.ROOT / "instance" / "bench"


@contextmanager
def database(kind, customers, orders):
    """Yield (address, folder, seconds the demo took)."""
    folder = FOLDER / f"{customers}-{orders}"
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        url, seconds = company.sqlite(folder, customers, orders)
        # The measured copy: people are added and rows imported, the kept one stays as the demo made it.
        shutil.copyfile(folder / "bench.db", folder / "work.db")
        yield f"sqlite:///{folder / 'work.db'}", folder, seconds
        for left in folder.glob("work.db*"):
            left.unlink()
        return
    from tests.support import postgres

    with postgres.server() as url:
        yield url, folder, company.build(url, folder, customers, orders)


def table(app, engine, times, only):
    print("| Page | sees | status | statements | ms | bare SQL ms | ratio | KB | gzip KB |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for what, who, row in pages.rows(app, engine, company.PASSWORD, times, only):
        figures = [f"{row[name]:.1f}" for name in ("ms", "sql_ms", "ratio", "kb", "gzip_kb")]
        print(f"| {what} | {who} | {row['status']} | {row['statements']} | {' | '.join(figures)} |", flush=True)


def inside(app, url, folder, times, seconds):
    addresses = [address.format(customer=1) for _what, address in pages.PAGES]
    start, memory = inner.start_and_memory(url, folder, addresses)
    print("\n| What | figure | budget |\n|---|--:|--:|")
    for what, figure, budget in (
        ("Duplicate check, ms", inner.duplicate_check(app, times), "50"),
        ("Visibility per statement, ms", inner.visibility_cost(app, times), "0.5"),
        ("Start, s", start, "2"),
        ("Memory after every page, MB", memory, "250"),
        ("Demo, s", seconds, "120"),
        *load.rows(app, url, folder),
    ):
        print(f"| {what} | {figure:.2f} | {budget} |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--quick", action="store_true", help="5,000 customers and 25,000 orders")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--times", type=int, default=9, help="median of so many answers")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name contains TEXT, nothing else")
    asked = parser.parse_args()
    if asked.quick:
        asked.customers, asked.orders = 5_000, 25_000
    for kind in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        print(f"\n### {kind}, {asked.customers:,} customers, {asked.orders:,} orders\n", flush=True)
        with database(kind, asked.customers, asked.orders) as (url, folder, seconds):
            company.add_people(url)
            run(url, folder, asked, seconds)


def run(url, folder, asked, seconds):
    from app.core.database import db
    from tests.support.application import make_app

    app = make_app(url, folder)
    with app.app_context():
        engine = db.engine
    try:
        table(app, engine, asked.times, asked.only)
        if not asked.only:
            inside(app, url, folder, asked.times, seconds)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
