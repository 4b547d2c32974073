"""The frame around every page: menu, person, languages, search, bell."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import current_app, g, request
from flask_appbuilder import AppBuilder

from app.core import company, i18n, rights
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _
from app.theme import cells, hooks
from app.theme.hooks import Badge, may, safe_url
from app.theme.pages.addresses import find_view

# The icons FAB gives its own menu entries, in the icon font we ship.
FAB_ICONS = {
    "fa-user": "ti-user",
    "fa-group": "ti-users",
    "fa-users": "ti-users",
    "fa-cogs": "ti-settings",
    "fa-lock": "ti-lock",
    "fa-bar-chart-o": "ti-chart-bar",
    "fa-user-plus": "ti-user-plus",
}


@dataclass
class MenuEntry:
    """One line of the sidebar, ready to be shown."""

    name: str
    label: str
    icon: str
    url: str
    badge: Badge | None = None
    current: bool = False
    children: list["MenuEntry"] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        """True if the page being shown belongs to this section."""
        return any(child.current for child in self.children)


@dataclass(frozen=True)
class Person:
    """The person signed in, as the top bar shows them."""

    id: int
    name: str
    role: str
    initial: str
    colour: str


class Shell:
    """What the frame shows; each part is worked out when a template asks for it."""

    def __init__(self, appbuilder: AppBuilder) -> None:
        self._appbuilder = appbuilder
        self._blueprints: dict[str, str] = {}

    @cached_property
    def product(self) -> str:
        """The product's name in Chinese and English, ``常客 Changke`` unless configured."""
        return str(current_app.config.get("APP_NAME") or "常客 Changke")

    @cached_property
    def _company(self) -> company.Profile:
        return company.profile(db.session())

    @property
    def company(self) -> str:
        """The company's name, empty until an administrator enters it."""
        return self._company.name

    @property
    def short_name(self) -> str:
        """What the title of a window ends with: the company, or the product in one word."""
        return self.company or self.product.split(" ")[0]

    @property
    def logo_url(self) -> str:
        """The address of the company's logo, empty without one."""
        code = self._company.logo_hash
        return safe_url("LogoView.show", code=code) if code else ""

    @cached_property
    def language(self) -> str:
        return i18n.current_language()

    @cached_property
    def html_lang(self) -> str:
        return "zh-CN" if self.language == "zh" else self.language

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """The other languages, as (code, name in that language)."""
        known: dict[str, dict[str, str]] = current_app.config.get("LANGUAGES", {})
        return [(code, language["name"]) for code, language in known.items() if code != self.language]

    @cached_property
    def me(self) -> Person | None:
        user = getattr(g, "user", None)
        if user is None or not getattr(user, "is_authenticated", False):
            return None
        name = cells.person_name(user)
        # The actor's, not the user's: those would be read again for every page.
        actor = current_actor()
        held = actor.roles if actor else frozenset()
        role = next((known for known in rights.ROLES if known in held), min(held, default=""))
        return Person(
            id=user.id,
            name=name,
            role=str(rights.role_label(role)) if role else "",
            initial=cells.initial(name),
            colour=cells.avatar_colour(name),
        )

    @cached_property
    def menu(self) -> list[MenuEntry]:
        """The sidebar: only what the person may open, the current page marked."""
        menu = self._appbuilder.menu
        allowed = set(self._appbuilder.sm.get_user_menu_access(menu.get_flat_name_list()))
        entries = self._entries(menu.get_list(), allowed)
        pages_ = [page for entry in entries for page in (entry, *entry.children) if page.url]
        here = request.path
        current = next((page for page in pages_ if page.url.split("?")[0] == here), None)
        if current is None and request.blueprint:
            current = next((page for page in pages_ if self._blueprints.get(page.name) == request.blueprint), None)
        if current:
            current.current = True
        return entries

    def _entries(self, items: list[Any], allowed: set[str]) -> list[MenuEntry]:
        entries = []
        for item in items:
            if item.name == "-" or item.name not in allowed or not item.should_render():
                continue
            children = self._entries(item.childs, allowed)
            url = "" if children else item.get_url()
            if not children and (not url or url == "#"):
                continue
            if item.baseview is not None:
                self._blueprints[item.name] = getattr(item.baseview, "endpoint", "") or ""
            icon = FAB_ICONS.get(item.icon or "", item.icon or "")
            icon = icon if icon.startswith("ti-") else "ti-folder"
            entries.append(MenuEntry(item.name, _(str(item.label)), icon, url, _badge_of(item.name), children=children))
        return entries

    @cached_property
    def quick_adds(self) -> list[tuple[str, str, str]]:
        """The ＋ menu as (label, url, icon)."""
        if self.me is None:
            return []
        found = [
            (str(entry.label), safe_url(entry.endpoint), entry.icon) for entry in hooks.quick_adds if may(entry.right)
        ]
        return [entry for entry in found if entry[1]]

    @cached_property
    def bell(self) -> tuple[str, int] | None:
        """Where notifications are read and how many are unread."""
        if self.me is None or not hooks.bells:
            return None
        url = safe_url(hooks.bells[0])
        unread = hooks.counts().get(hooks.BELL)
        return (url, unread.count) if url and unread is not None else None

    @cached_property
    def palette_url(self) -> str:
        return self._first_url("/search/palette")

    @staticmethod
    def _first_url(rule: str) -> str:
        known = {str(entry) for entry in current_app.url_map.iter_rules()}
        return request.script_root + rule if rule in known else ""

    @property
    def home_url(self) -> str:
        return str(self._appbuilder.get_url_for_index)

    @property
    def sign_in_url(self) -> str:
        return str(self._appbuilder.get_url_for_login)

    @property
    def profile_url(self) -> str:
        return safe_url("ProfileView.show")

    @property
    def password_url(self) -> str:
        return safe_url("ProfileView.password")

    @cached_property
    def help(self) -> list[str]:
        """What the page is for, in a few sentences: ``help_text`` of its view, or one of ``help_texts`` by page."""
        view, _dot, page = (request.endpoint or "").partition(".")
        found = find_view(view)
        texts: Any = getattr(found, "help_texts", {}).get(page) or getattr(found, "help_text", ())
        return [str(text) for text in texts] if self.me else []

    @property
    def here(self) -> str:
        """The address of this page, to come back to after a change of language."""
        return request.full_path.removesuffix("?")


def _badge_of(name: str) -> Badge | None:
    found = hooks.counts().get(name)
    return found if found is not None and found.count else None
