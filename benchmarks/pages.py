"""What is asked of the server, by whom, and how one answer is measured."""

import gzip
import statistics
import time
from contextlib import contextmanager

from sqlalchemy import event, text

PEOPLE = {"none": "bench_none", "200": "bench_few", "all": "admin"}
HOMES = ("manager1", "market", "service1", "sales", "office", "admin")

PAGES = (
    ("Customers, first page", "/customers/list/"),
    ("Customers, page 400", "/customers/list/?page_CustomerView=399"),
    ("Customers, filtered", "/customers/list/?_flt_0_status=active&_flt_0_level=A"),
    ("Customers, by name", "/customers/list/?_oc_CustomerView=name&_od_CustomerView=asc"),
    ("Customers, two characters", "/customers/list/?q=科技"),
    ("Customers, initials", "/customers/list/?q=kj"),
    ("Customers, count (after the page)", "/customers/count"),
    ("Customer page", "/customers/show/{customer}"),
    ("Customer, timeline (after the page)", "/customers/{customer}/timeline"),
    ("Customer, add form", "/customers/add"),
    ("Customer, edit form", "/customers/edit/{customer}"),
    ("Customer, preview (after the page)", "/customers/preview/{customer}"),
    ("Orders", "/orders/list/"),
    ("Opportunities", "/opportunities/list/"),
    ("Service requests", "/service-requests/list/"),
    ("Opportunity board", "/opportunities/board"),
    ("Service board", "/service-requests/board"),
    ("Churn", "/churn/list/"),
    ("Report: contribution", "/reports/contribution"),
    ("Report: composition", "/reports/composition"),
    ("Report: service", "/reports/service"),
    ("Report: churn", "/reports/churn"),
    ("REST: customers", "/api/v1/customers/"),
    ("Look-up of a customer", "/lookup/customer?q=科技"),
    ("Search palette", "/search/palette?q=科技"),
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
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def bare(engine, statements, times):
    """Median milliseconds of the same reading statements without the application: driver, cursor, all rows."""
    reads = [
        (sql, given) for sql, given, many in statements if not many and sql.lstrip()[:6].upper() in ("SELECT", "WITH A")
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


def measure(client, engine, address, times, headers):
    """One row of the table for ``address``; None where the person may not look."""
    answer = client.get(address, headers=headers)
    if answer.status_code in (403, 404):
        return None
    with Counter(engine).listening() as statements:
        answer = client.get(address, headers=headers)
    body = answer.data
    ms = median_ms(lambda: client.get(address, headers=headers), times)
    sql = bare(engine, statements, times)
    return {
        "status": answer.status_code,
        "statements": len(statements),
        "ms": ms,
        "sql_ms": sql,
        "ratio": ms / sql if sql else 0,
        "kb": len(body) / 1024,
        "gzip_kb": len(gzip.compress(body)) / 1024,
        "asked": statements,
    }


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


def rows(app, engine, password, times, only=""):
    """Yield (what, who, figures) of every page and person."""
    for who, name in PEOPLE.items():
        client = signed_in(app, name, password)
        token, customer = token_of(client, name, password), customer_of(engine, name)
        for what, address in PAGES:
            if only not in what:
                continue
            headers = token if address.startswith("/api/") else {}
            row = measure(client, engine, address.format(customer=customer), times, headers)
            if row is not None:
                yield what, who, row
            elif who == "all":
                raise SystemExit(f"An administrator may not look at {address}")
    for name in HOMES:
        if only in f"Home of {name}":
            yield f"Home of {name}", "own", measure(signed_in(app, name, password), engine, "/", times, {})
