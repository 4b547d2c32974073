"""The six small pictures of README.md, into docs/pictures: ``python -m tests.tour.readme``."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.support.live import ROOT, choose_language, install_demo, running_chromium, running_server, sign_in
from tests.tour.looking import LOCALES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture of README.md."""

    name: str
    user: str
    address: str
    language: str
    then: str = ""  # the row of a list that is looked at
    dark: bool = False
    size: tuple[int, int] = (1280, 800)


LARGEST = "_oc_CustomerView=value_12m&_od_CustomerView=desc"
README = (
    Picture("home", "manager1", "/", "zh"),
    Picture("customer", "manager1", "{at_risk}", "en"),
    Picture("list", "market", f"/customers/list/?{LARGEST}", "zh", "tbody tr:nth-child(2) td.num", size=(1440, 900)),
    Picture("board", "market", "/opportunities/board", "zh"),
    Picture("report", "sales", "/reports/contribution", "en", dark=True),
    Picture("telephone", "manager1", "{at_risk}", "en", size=(390, 800)),
)
# Loaded as a picture, drawn, and written in the format that browsers write smallest.
SMALLER = """async (png) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/webp", 0.72).split(",")[1];
}"""


def take(browser: Browser, url: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in README:
        context = browser.new_context(
            base_url=url,
            locale=LOCALES[picture.language],
            timezone_id="Asia/Shanghai",
            viewport={"width": picture.size[0], "height": picture.size[1]},
            color_scheme="dark" if picture.dark else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        sign_in(page, picture.user)
        choose_language(page, picture.language)
        page.goto(picture.address.format(at_risk=at_risk(page)))
        page.wait_for_load_state("networkidle")
        if picture.then:
            page.locator(picture.then).first.click()
            page.locator("[data-preview-panel]:visible").wait_for()
        taken = base64.b64encode(page.screenshot()).decode()
        # A page without a policy of its own may draw any picture.
        blank = browser.new_page()
        path = PICTURES / f"{picture.name}-{picture.language}.webp"
        path.write_bytes(base64.b64decode(blank.evaluate(SMALLER, taken)))
        print(f"{path.stat().st_size:,} bytes {path}")
        blank.close()
        context.close()


def at_risk(page: Page) -> str:
    """The first of one's customers of whom the program warns."""
    page.goto(f"/customers/list/?_flt_0_churn_band=at_risk&{LARGEST}")
    return page.locator("tbody a.name").first.get_attribute("href") or "/"


def main() -> None:
    with TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        install_demo(instance)
        with running_server(instance, Path(folder) / "server.log") as server, running_chromium() as browser:
            take(browser, server.url)


if __name__ == "__main__":
    main()
