"""Take pictures of pages: ``python -m tests.support.shots --user manager1 /customers/list/``.

Without addresses: every page the user's menu leads to. In Chinese and English, wide and as on a telephone.
With ``--readme``: the six small pictures of README.md, into docs/pictures.
"""

from __future__ import annotations

import argparse
import base64
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.live import ROOT, install_demo, running_chromium, running_server, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
WIDTHS = {"wide": 1280, "phone": 390}
ROLES = ("admin", "office", "market", "manager1", "service1", "sales")
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
# A field for a day is drawn by the browser in its own language, which is English here: none of them in Chinese pages.
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


@contextmanager
def base_url(given: str | None) -> Iterator[str]:
    """``given``, or a server with new demo data."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        install_demo(instance)
        with running_server(instance, Path(folder) / "server.log") as server:
            yield server.url


def menu_addresses(browser: Browser, url: str, user: str) -> list[str]:
    """The addresses that ``user``'s menu leads to, in its order."""
    page = browser.new_page(base_url=url)
    sign_in(page, user)
    links = page.eval_on_selector_all("nav a[href^='/'], aside a[href^='/']", "all => all.map(a => a.pathname)")
    page.close()
    return [link for link in dict.fromkeys(links) if not re.match(r"/(lang|logout|login|static)", link)]


def choose_language(page: Page, language: str) -> None:
    """Press the button that changes the language of the person signed in, as the page offers it."""
    form = f"form[action$='/language/{language}']"
    if page.locator(form).count():
        with page.expect_navigation():
            page.locator(form).first.evaluate("form => form.submit()")


def take(browser: Browser, url: str, user: str, addresses: list[str], folder: Path) -> None:
    for language, locale in LANGUAGES.items():
        for name, width in WIDTHS.items():
            page = browser.new_page(base_url=url, locale=locale, viewport={"width": width, "height": 844})
            sign_in(page, user)
            choose_language(page, language)
            for address in addresses:
                answer = page.goto(address)
                page.wait_for_load_state("networkidle")
                title = re.sub(r"[^\w]+", "-", address).strip("-") or "home"
                path = folder / f"{user}-{title}-{language}-{name}.png"
                page.screenshot(path=path, full_page=True)
                print(f"{answer.status if answer else '???'} {path}")
            page.close()


def take_for_readme(browser: Browser, url: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in README:
        context = browser.new_context(
            base_url=url,
            locale=LANGUAGES[picture.language],
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--user", action="append", help="may be repeated; without it one of each role")
    parser.add_argument("--url", help="a running server; without it one is started on new demo data")
    parser.add_argument("--folder", type=Path, default=ROOT / "instance" / "shots")
    parser.add_argument("--readme", action="store_true", help="the pictures of README.md")
    options = parser.parse_args()
    if not options.readme:
        shutil.rmtree(options.folder, ignore_errors=True)
        options.folder.mkdir(parents=True)
    with base_url(options.url) as url, running_chromium() as browser:
        if options.readme:
            take_for_readme(browser, url)
            return
        for user in options.user or ROLES:
            take(browser, url, user, options.addresses or menu_addresses(browser, url, user), options.folder)


if __name__ == "__main__":
    main()
