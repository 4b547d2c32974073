"""``python -m benchmarks [--quick] [--database sqlite]``: print the table of benchmarks/README.md as Markdown."""

import argparse
import shutil
import time
from contextlib import contextmanager

from benchmarks import browser, company, inner, load, pages

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
    print("| Page | sees | statements | ms | CPU ms | bare SQL ms | ratio | KB | gzip KB | over |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|---|")
    for what, who, row in pages.rows(app, engine, company.PASSWORD, times, only):
        figures = [f"{row[name]:.1f}" for name in ("ms", "cpu_ms", "sql_ms", "ratio", "kb", "gzip_kb")]
        over = ", ".join(row["over"])
        print(f"| {what} | {who} | {row['statements']} | {' | '.join(figures)} | {over} |", flush=True)


def inside(app, engine, url, folder, times, seconds):
    customer = pages.customer_of(engine, "admin")
    addresses = [pages.address_of(address, customer) for _what, address, _kind in pages.PAGES]

    def told(what, figure, budget):
        print(f"| {what} | {figure:.2f} | {budget} |", flush=True)

    print("\n| What | figure | budget |\n|---|--:|--:|")
    told("Duplicate check, CPU ms", inner.duplicate_check(app, times), "50")
    told("Visibility per statement, CPU ms", inner.visibility_cost(app, times), "0.5")
    start, memory = inner.start_and_memory(url, folder, addresses)
    told("Start, s", start, "2")
    told("Memory after every page, MB", memory, "250")
    csv_rows, xlsx_cells = inner.export_rates(app, engine)
    told("Export as CSV, rows per second of CPU time", csv_rows, "20000")
    told("Export as .xlsx, cells per second of CPU time", xlsx_cells, "80000")
    if seconds:
        told("Demo, s", seconds, "120")
    # The import last: it adds customers.
    for what, figure, budget in load.rows(app, url, folder):
        told(what, figure, budget)


def in_the_browser(url, folder, customer, times):
    from tests.support.live import running_chromium, running_server

    with running_server(folder, folder / "server.log", url) as server, running_chromium() as chromium:
        who = (chromium, server.url, "admin", company.PASSWORD, customer)
        print("\n| First visit | HTML KB | CSS KB | JS KB | fonts and pictures KB | requests | CSS and JS again KB |")
        print("|---|--:|--:|--:|--:|--:|--:|")
        for what, sizes, again, requests in browser.weights(*who):
            html, css, js = (sizes.pop(kind, 0) for kind in ("Document", "Stylesheet", "Script"))
            rest = sum(sizes.pop(kind, 0) for kind in ("Font", "Image", "Manifest", "Other"))
            figures = " | ".join(f"{size / 1024:.1f}" for size in (html, css, js, rest))
            print(f"| {what} | {figures} | {requests} | {again / 1024:.1f} |", flush=True)
        print(
            f"\n| Interaction, CPU {browser.SLOWER} times slower | ms until painted | shortest of {times} |\n|---|--:|--:|"
        )
        for what, median, shortest in browser.interactions(*who, times):
            print(f"| {what} | {median:.0f} | {shortest:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--quick", action="store_true", help="5,000 customers and 25,000 orders")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--times", type=int, default=9, help="median of so many answers")
    parser.add_argument("--part", choices=("pages", "inside", "browser", "all"), default="all")
    parser.add_argument("--url", help="a company made before, at this address; the import adds rows to it")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name contains TEXT, nothing else")
    asked = parser.parse_args()
    if asked.quick:
        asked.customers, asked.orders = 5_000, 25_000
    if asked.url:
        folder = FOLDER / "given"
        folder.mkdir(parents=True, exist_ok=True)
        company.add_people(asked.url)
        run(asked.url, folder, asked, None)
        return
    begun = time.perf_counter()
    for kind in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        print(f"\n### {kind}, {asked.customers:,} customers, {asked.orders:,} orders\n", flush=True)
        with database(kind, asked.customers, asked.orders) as (url, folder, seconds):
            company.add_people(url)
            run(url, folder, asked, seconds)
    print(f"\nAltogether {(time.perf_counter() - begun) / 60:.1f} minutes.")


def run(url, folder, asked, seconds):
    from app.core.database import db
    from tests.support.application import make_app

    app = make_app(url, folder)
    with app.app_context():
        engine = db.engine
    try:
        if asked.part in ("pages", "all"):
            table(app, engine, asked.times, asked.only)
        customer = pages.customer_of(engine, "admin")
        if asked.only:
            return
        # The browser before the import, which adds customers.
        if asked.part in ("browser", "all"):
            in_the_browser(url, folder, customer, min(asked.times, 5))
        if asked.part in ("inside", "all"):
            inside(app, engine, url, folder, asked.times, seconds)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
