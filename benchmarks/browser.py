"""Weight and speed as a browser meets them: bytes of a first visit and of a second, interactions on a slow computer."""

import statistics
from contextlib import contextmanager

SLOWER = 4
LIST = "/customers/list/"
VISITED = (
    ("Customers", LIST),
    ("Customer page", "/customers/show/{customer}"),
    ("Customer, add form", "/customers/add"),
    ("Orders", "/orders/list/"),
    ("Opportunities", "/opportunities/list/"),
    ("Board by stage", "/opportunities/board"),
    ("Service requests", "/service-requests/list/"),
    ("Service board", "/service-requests/board"),
    ("Churn", "/churn/list/"),
    ("Home", "/"),
    ("Report: contribution", "/reports/contribution"),
    ("Calendar", "/agenda/"),
)
SHORTEST = 16
"""What a browser tells of at least; anything shorter was shown with the next picture."""

# Every key and click with the time until the picture that follows it is on the screen.
NOTED = f"""
window.told = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {{
  if (entry.interactionId) window.told.push(entry.duration);
}})).observe({{ type: "event", durationThreshold: {SHORTEST}, buffered: true }});
"""


def _pick(page):
    page.locator("tbody input[name=rowid]").first.click()


def _pick_all(page):
    page.locator("[data-check-all]").click()


def _preview(page):
    page.locator("tbody tr td.num").first.click()


def _filter(page):
    page.locator("[data-filters] details.drop summary").first.click()


def _more_filters(page):
    page.locator("button[data-open^='more-']").click()


def _columns(page):
    page.locator("details:has([data-columns]) > summary").click()


def _hide_column(page):
    page.locator("[data-columns] [data-column] input:checked:enabled").last.click()


def _tight(page):
    page.locator("[data-density] [data-value=tight]").click()


def _cell(page):
    page.locator("tbody [data-inline]").first.click()


def _palette(page):
    page.keyboard.press("Control+k")


def _type_in_palette(page):
    page.locator("#palette input").press("k")


def _dark(page):
    page.locator("[data-mini]").focus()
    page.evaluate("document.activeElement.blur()")
    page.locator("[data-theme-next], [data-theme-set=dark]").last.dispatch_event("click")


def _carry(page):
    card = page.locator("[data-card]").first
    card.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(key)


def _tab(page):
    page.locator("[role=tab][aria-selected=false]").first.click()


def _write(page):
    page.locator("textarea:visible, input[name=summary]:visible").first.press("k")


def _name(page):
    page.locator("input[name=name]").press("k")


def _table(page):
    page.locator("[data-chart-table], .chart-h button").first.click()


def _later(page):
    page.locator(".fc-next-button").click()


INTERACTIONS = (
    ("List: tick a row", LIST, (_pick,)),
    ("List: tick every row", LIST, (_pick_all,)),
    ("List: open the preview", LIST, (_preview,)),
    ("List: open a quick filter", LIST, (_filter,)),
    ("List: more filters", LIST, (_more_filters,)),
    ("List: hide a column", LIST, (_columns, _hide_column)),
    ("List: low rows", LIST, (_tight,)),
    ("List: change a cell", LIST, (_cell,)),
    ("Search palette: open", LIST, (_palette,)),
    ("Search palette: type", LIST, (_palette, _type_in_palette)),
    ("Customer page: another tab", "/customers/show/{customer}", (_tab,)),
    ("Customer form: type a name", "/customers/add", (_name,)),
    ("Board: carry a card", "/opportunities/board", (_carry,)),
    ("Report: the table of a chart", "/reports/contribution", (_table,)),
    ("Calendar: next month", "/agenda/", (_later,)),
)
"""(what, address, steps): the last step is measured, those before it lead there."""


@contextmanager
def visitor(browser, url, name, password, slower=1):
    """A tab in which ``name`` is signed in, and its DevTools session; nothing is cached but what sign-in needed."""
    from tests.support.live import sign_in

    context = browser.new_context(
        base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1400, "height": 900}
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, name, password)
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.clearBrowserCache")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    try:
        yield page, tools
    finally:
        context.close()


def weights(browser, url, name, password, customer):
    """Yield (what, bytes by type of a first visit, bytes of CSS and JS of a second visit, requests).

    Gzipped, as budgets have it: over plain HTTP a browser does not ask for brotli.
    """
    for what, address in VISITED:
        with visitor(browser, url, name, password) as (page, tools):
            kinds, sizes, answers = {}, {}, []
            tools.on(
                "Network.responseReceived", lambda told, kinds=kinds: kinds.update({told["requestId"]: told["type"]})
            )
            tools.on(
                "Network.loadingFinished",
                lambda told, sizes=sizes: sizes.update({told["requestId"]: told["encodedDataLength"]}),
            )
            for _visit in range(2):
                kinds.clear()
                sizes.clear()
                page.goto(address.format(customer=customer))
                page.wait_for_load_state("networkidle")
                by_type = {}
                for request, kind in kinds.items():
                    by_type[kind] = by_type.get(kind, 0) + sizes.get(request, 0)
                answers.append((by_type, len(kinds)))
            again = answers[1][0]
            yield what, answers[0][0], again.get("Stylesheet", 0) + again.get("Script", 0), answers[0][1]


def interactions(browser, url, name, password, customer, times):
    """Yield (what, median ms, shortest ms) until the picture after each of :data:`INTERACTIONS`, on a slow computer."""
    with visitor(browser, url, name, password, SLOWER) as (page, _tools):
        page.add_init_script(NOTED)
        for what, address, steps in INTERACTIONS:
            found = []
            for _ in range(times):
                page.goto(address.format(customer=customer))
                page.wait_for_load_state("networkidle")
                for step in steps[:-1]:
                    step(page)
                    page.wait_for_timeout(600)
                page.evaluate("window.told.length = 0")
                steps[-1](page)
                page.wait_for_timeout(800)
                found.append(max(page.evaluate("window.told"), default=SHORTEST))
            yield what, statistics.median(found), min(found)
