"""Charts are drawn where they stand, open their rows, have a table and are saved as a picture."""

from __future__ import annotations

from tests.support.journey import Company

LATER = "htmx.ajax('GET', '/home/marketing', {target: 'main > *:last-child', swap: 'outerHTML'})"


def test_a_chart_of_the_home_page(company: Company) -> None:
    with company.signed_in("sales") as director:
        page = director.page
        page.locator("#chart-turnover canvas").wait_for()

        with page.expect_download() as saved:
            page.locator("[data-chart-png='chart-turnover']").click()
        page.locator("[data-chart-table='chart-turnover']").click()

        assert saved.value.suggested_filename.endswith(".png")
        assert page.locator("[data-chart-twin='chart-turnover'] tbody tr").count() == 12
        assert page.locator("#chart-turnover").is_hidden()
        page.locator("[data-chart-table='chart-turnover']").click()
        place = page.locator("#chart-turnover").bounding_box()
        assert place
        with page.expect_navigation(url="**/reports/contribution**"):
            page.mouse.click(place["x"] + place["width"] * 0.95, place["y"] + place["height"] * 0.7)


def test_charts_of_a_part_that_is_loaded_later(company: Company) -> None:
    with company.signed_in("market") as director:
        page = director.page
        page.goto("/opportunities/list/")
        assert not page.evaluate("Boolean(window.echarts)")

        page.evaluate(LATER)

        page.locator("#load canvas").wait_for()
        page.locator("#chart-funnel canvas").wait_for()
