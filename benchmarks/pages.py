"""What is asked of the server, by whom, and how one answer is measured."""

import gzip
import statistics
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import event, text

from benchmarks.cpu import Cpu

PEOPLE = {"none": "bench_none", "200": "bench_few", "all": "admin"}
HOMES = ("manager1", "manager2", "market", "service1", "sales", "office", "admin")

PAGE, PANEL, REPORT = "page", "panel", "report"
MOST_MS = {PAGE: 50, PANEL: 50, REPORT: 300}
MOST_STATEMENTS = {PAGE: 10, PANEL: 7, REPORT: 10}
"""Four for a panel but for the previews, whose exceptions are in tests/web/test_statement_budgets.py."""
MOST_KB = 300

PAGES = (
    ("Customers, first page", "/customers/list/", PAGE),
    ("Customers, page 400", "/customers/list/?page_CustomerView=399", PAGE),
    ("Customers, filtered", "/customers/list/?_flt_0_status=active&_flt_0_level=A", PAGE),
    ("Customers, by name", "/customers/list/?_oc_CustomerView=name&_od_CustomerView=asc", PAGE),
    ("Customers, two characters", "/customers/list/?q=科技", PAGE),
    ("Customers, initials", "/customers/list/?q=kj", PAGE),
    ("Customers, nothing found", "/customers/list/?q=zzzz", PAGE),
    ("Customers, count", "/customers/count", PANEL),
    ("Customers, count of initials", "/customers/count?q=kj", PANEL),
    ("Customer page", "/customers/show/{customer}", PAGE),
    ("Customer, timeline", "/customers/{customer}/timeline", PANEL),
    ("Customer, orders", "/orders/related/customer_id/{customer}", PANEL),
    ("Customer, preview", "/customers/preview/{customer}", PANEL),
    ("Customer, add form", "/customers/add", PAGE),
    ("Customer, edit form", "/customers/edit/{customer}", PAGE),
    ("Orders", "/orders/list/", PAGE),
    ("Orders, page 400", "/orders/list/?page_OrderView=399", PAGE),
    ("Orders, confirmed", "/orders/list/?_flt_0_status=confirmed", PAGE),
    ("Orders, two characters", "/orders/list/?q=科技", PAGE),
    ("Order, add form", "/orders/add", PAGE),
    ("Opportunities", "/opportunities/list/", PAGE),
    ("Opportunities, under development", "/opportunities/list/?_flt_0_status=developing", PAGE),
    ("Opportunities, two characters", "/opportunities/list/?q=科技", PAGE),
    ("Opportunity, add form", "/opportunities/add", PAGE),
    ("Board by stage", "/opportunities/board", PAGE),
    ("Board by closing month", "/opportunities/closing", PAGE),
    ("Service requests", "/service-requests/list/", PAGE),
    ("Service requests, two characters", "/service-requests/list/?q=科技", PAGE),
    ("Service request, add form", "/service-requests/add", PAGE),
    ("Service board", "/service-requests/board", PAGE),
    ("Contacts", "/contacts/list/", PAGE),
    ("Plans", "/plans/list/", PAGE),
    ("Churn", "/churn/list/", PAGE),
    ("Calendar", "/agenda/", PAGE),
    ("Calendar, its month", "/agenda/entries?who=all&start={month}&end={month_end}", PANEL),
    ("Report: contribution", "/reports/contribution", REPORT),
    ("Report: composition", "/reports/composition", REPORT),
    ("Report: service", "/reports/service", REPORT),
    ("Report: churn", "/reports/churn", REPORT),
    ("REST: customers", "/api/v1/customers/", PAGE),
    ("Look-up of a customer", "/lookup/customer?q=科技", PANEL),
    ("Search palette, two characters", "/search/palette?q=科技", PANEL),
    ("Search palette, initials", "/search/palette?q=bjkj", PANEL),
)


class Counter:
    """Collects the statements of one engine while it listens; BEGIN and COMMIT are not among them."""

    def __init__(self, engine):
        self.engine, self.statements = engine, []

    def _take(self, _connection, _cursor, statement, parameters, _context, many):
        if not statement.startswith("BEGIN"):
            self.statements.append((statement, parameters, many))

    @contextmanager
    def listening(self):
        self.statements = []
        event.listen(self.engine, "before_cursor_execute", self._take)
        try:
            yield self.statements
        finally:
            event.remove(self.engine, "before_cursor_execute", self._take)


def median_ms(work, times):
    """Median milliseconds of ``work``; the caller has warmed it up."""
    return timed(work, times)[0]


def timed(work, times, cpu=None):
    """(median milliseconds, CPU milliseconds each) of ``work``; the caller has warmed it up."""
    taken, before = [], cpu.seconds() if cpu else 0
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), (cpu.seconds() - before) * 1000 / times if cpu else 0


def bare(engine, statements, times):
    """Median milliseconds of the same reading statements without the application: driver, cursor, all rows."""
    reads = [
        (sql, given) for sql, given, many in statements if not many and sql.lstrip().startswith(("SELECT", "WITH"))
    ]
    reads = [(sql, given) for sql, given in reads if "FOR UPDATE" not in sql.upper()]
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()

        def run():
            for sql, given in reads:
                cursor.execute(sql, given)
                cursor.fetchall()

        run()
        return median_ms(run, times)
    finally:
        connection.rollback()
        connection.close()


def measure(client, engine, address, times, headers, kind=PAGE):
    """One row of the table for ``address``; None where the person may not look."""
    answer = client.get(address, headers=headers)
    if answer.status_code in (403, 404):
        return None
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    with Counter(engine).listening() as statements:
        answer = client.get(address, headers=headers)
    body = answer.data
    ms, cpu_ms = timed(lambda: client.get(address, headers=headers), times, Cpu(engine))
    row = {
        "statements": len(statements),
        "ms": ms,
        "cpu_ms": cpu_ms,
        "sql_ms": bare(engine, statements, times),
        "kb": len(body) / 1024,
        "gzip_kb": len(gzip.compress(body)) / 1024,
        "asked": statements,
    }
    row["ratio"] = ms / row["sql_ms"] if row["sql_ms"] else 0
    over = (row["statements"] > MOST_STATEMENTS[kind], cpu_ms > MOST_MS[kind], row["kb"] > MOST_KB)
    row["over"] = [what for what, is_over in zip(("statements", "ms", "KB"), over, strict=True) if is_over]
    return row


def signed_in(app, name, password):
    """A browser in which ``name`` is signed in."""
    client = app.test_client()
    answer = client.post("/login/", data={"username": name, "password": password})
    if answer.status_code != 302 or "/login" in answer.location:
        raise SystemExit(f"{name} could not sign in: {answer.status_code}")
    client.post("/lang/zh")
    return client


def token_of(client, name, password):
    """What a program sends in place of the browser's session."""
    given = {"username": name, "password": password, "provider": "db"}
    return {"Authorization": f"Bearer {client.post('/api/v1/security/login', json=given).get_json()['access_token']}"}


def customer_of(engine, name):
    """A customer of ``name`` with many orders; the busiest of all for those who own none."""
    with engine.connect() as connection:
        found = connection.scalar(
            text(
                "SELECT c.id FROM customer c JOIN ab_user u ON u.id = c.owner_id WHERE u.username = :name "
                "AND c.deleted_at IS NULL ORDER BY c.orders_12m DESC LIMIT 1"
            ),
            {"name": name},
        )
        busiest = "SELECT id FROM customer WHERE deleted_at IS NULL ORDER BY orders_12m DESC LIMIT 1"
        return found or connection.scalar(text(busiest))


def address_of(address, customer):
    """One of the addresses of :data:`PAGES` with its customer and month."""
    today = datetime.now(UTC).date()
    return address.format(customer=customer, month=today - timedelta(days=21), month_end=today + timedelta(days=21))


def rows(app, engine, password, times, only=""):
    """Yield (what, who, figures) of every page and person."""
    for who, name in PEOPLE.items():
        client = signed_in(app, name, password)
        token, customer = token_of(client, name, password), customer_of(engine, name)
        for what, address, kind in PAGES:
            if only not in what:
                continue
            headers = token if address.startswith("/api/") else {}
            row = measure(client, engine, address_of(address, customer), times, headers, kind)
            if row is not None:
                yield what, who, row
            elif who == "all" and "form" not in what:
                raise SystemExit(f"An administrator may not look at {address}")
    for name in HOMES:
        if only in f"Home of {name}":
            yield f"Home of {name}", "own", measure(signed_in(app, name, password), engine, "/", times, {})
