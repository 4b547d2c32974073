"""Take pictures of pages: ``python -m tests.support.shots --user manager1 /customers/list/``.

Without addresses: every page the user's menu leads to. In Chinese and English, wide and as on a telephone.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.live import ROOT, install_demo, running_chromium, running_server, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
WIDTHS = {"wide": 1280, "phone": 390}
ROLES = ("admin", "office", "market", "manager1", "service1", "sales")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--user", action="append", help="may be repeated; without it one of each role")
    parser.add_argument("--url", help="a running server; without it one is started on new demo data")
    parser.add_argument("--folder", type=Path, default=ROOT / "instance" / "shots")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    with base_url(options.url) as url, running_chromium() as browser:
        for user in options.user or ROLES:
            take(browser, url, user, options.addresses or menu_addresses(browser, url, user), options.folder)


if __name__ == "__main__":
    main()
