"""Help for every page of the menu."""

from __future__ import annotations

from flask import Flask

from app.theme.pages.addresses import find_view


def test_every_page_of_the_menu_says_what_it_is_for(app: Flask) -> None:
    with app.app_context():
        entries = [entry for item in app.appbuilder.menu.get_list() for entry in (item.childs or [item])]
        silent = []
        for entry in entries:
            endpoint = entry.href if "." in (entry.href or "") else ""
            name = "HomeView" if entry.href == "/" else endpoint.partition(".")[0]
            view = find_view(name) if name else entry.baseview
            page = endpoint.partition(".")[2] or getattr(view, "default_view", "")
            texts = getattr(view, "help_texts", {}).get(page) or getattr(view, "help_text", ())
            if not texts:
                silent.append(entry.name)

    assert len(entries) > 20
    assert silent == []


def test_the_help_stands_on_the_page_in_its_language(client_as) -> None:
    browser = client_as("Account Manager")

    assert "跟进计划写明何时前要做什么" in browser.get("/plans/list/").text
    assert "A plan says what to do by when" in browser.get("/plans/list/?_l_=en").text
