"""The frame around every page: menu, search, quick add, notifications, language, theme and the person signed in.

Features hang themselves into it with :func:`badge`, :func:`quick_add`, :func:`notifications` and :func:`palette_command`;
:func:`register` makes all of it available to templates as ``shell``.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, current_app, flash, g, has_request_context, request, session, url_for
from flask_appbuilder import AppBuilder
from werkzeug.routing import BuildError

from app.core import i18n, rights
from app.core.i18n import _, _l
from app.theme import cells, inputs, pages

Label = Any  # a str or a lazily translated text

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

# The accounts `demo` creates: account, a name for the round mark, role, what one sees with it.
DEMO_ACCOUNTS = (
    ("manager1", "林", "Account Manager", _l("My customers and the plans of today")),
    ("market", "韩", "Marketing Director", _l("Assigns opportunities and requests, sees every team")),
    ("service1", "何", "Service Specialist", _l("Service requests from first call to archive")),
    ("sales", "陈", "Sales Director", _l("Reads reports and forecasts, changes nothing")),
    ("office", "方", "Office Administrator", _l("Catalogue, stock, shipping, receipts, import")),
    ("admin", "管", "Admin", _l("Users, roles, dictionary, audit log")),
)


@dataclass(frozen=True)
class Badge:
    """A count beside a menu entry; ``tone`` is "", ``wait`` or ``bad``."""

    count: int
    tone: str = ""


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
class QuickAdd:
    """An entry of the ＋ menu; ``right`` is ``kind.verb`` or a function that says whether it is offered."""

    label: Label
    endpoint: str
    right: str | Callable[[], bool]
    icon: str = "ti-plus"


@dataclass(frozen=True)
class Person:
    """The person signed in, as the top bar shows them."""

    id: int
    name: str
    role: str
    initial: str
    colour: str


_badges: dict[str, Callable[[], int | Badge]] = {}
_quick_adds: list[QuickAdd] = []
_notifications: list[tuple[str, Callable[[], int]]] = []


@dataclass(frozen=True)
class DemoAccount:
    """An account the sign-in page offers in demo mode."""

    username: str
    role: str
    about: str
    initial: str
    colour: str


def demo_accounts() -> list[DemoAccount]:
    """Return the accounts of ``DEMO_ACCOUNTS``, (username, name, role, what it is for), as the sign-in page shows them."""
    listed = current_app.config.get("DEMO_ACCOUNTS") or DEMO_ACCOUNTS
    return [
        DemoAccount(username, _(str(role)), str(about), cells.initial(name), cells.avatar_colour(name))
        for username, name, role, about in listed
    ]


def badge(menu_name: str, count: Callable[[], int | Badge]) -> None:
    """Show ``count()`` beside the menu entry ``menu_name``, nothing when it is 0."""
    _badges[menu_name] = count


def quick_add(label: Label, endpoint: str, right: str | Callable[[], bool], icon: str = "ti-plus") -> None:
    """Offer ``endpoint`` in the ＋ menu to whoever has ``right`` (``customer.add`` or a function)."""
    entry = QuickAdd(label, endpoint, right, icon)
    if entry not in _quick_adds:
        _quick_adds.append(entry)


def notifications(endpoint: str, unread: Callable[[], int]) -> None:
    """Let the bell open ``endpoint`` and show ``unread()``."""
    _notifications[:] = [(endpoint, unread)]


def flash_undo(message: str, undo_url: str) -> None:
    """Tell the person what was done and offer to undo it by a POST to ``undo_url``."""
    flash({"text": str(message), "undo": undo_url}, "success")  # type: ignore[arg-type]  # a message is shown by our template only


def may(right: str | Callable[[], bool]) -> bool:
    """Return True if the person signed in has ``right``, written ``kind.verb``."""
    if callable(right):
        return right()
    kind, _dot, verb = right.partition(".")
    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
    return bool(manager.has_access(verb, kind) or manager.has_access(f"can_{verb}", kind))


def safe_url(endpoint: str, **values: Any) -> str:
    """Return the URL of ``endpoint``, or an empty text when this installation has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return ""


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
        roles = getattr(user, "roles", None) or []
        return Person(
            id=user.id,
            name=name,
            role=str(rights.role_label(roles[0].name)) if roles else "",
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
        found = [(str(entry.label), safe_url(entry.endpoint), entry.icon) for entry in _quick_adds if may(entry.right)]
        return [entry for entry in found if entry[1]]

    @cached_property
    def bell(self) -> tuple[str, int] | None:
        """Where notifications are read and how many are unread."""
        if self.me is None or not _notifications:
            return None
        endpoint, unread = _notifications[0]
        url = safe_url(endpoint)
        return (url, unread()) if url else None

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
    def profile_url(self) -> str:
        return safe_url("ProfileView.show")

    @property
    def password_url(self) -> str:
        return safe_url("ProfileView.password")

    @property
    def here(self) -> str:
        """The address of this page, to come back to after a change of language."""
        return request.full_path.removesuffix("?")


def _badge_of(name: str) -> Badge | None:
    count = _badges.get(name)
    if count is None:
        return None
    value = count()
    found = value if isinstance(value, Badge) else Badge(value)
    return found if found.count else None


class StaticFiles:
    """Addresses of static files that change with their content, so browsers may keep them for a year."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._known: dict[str, tuple[float, str]] = {}

    def url(self, name: str) -> str:
        return url_for("static", filename=name, v=self._version(name))

    def _version(self, name: str) -> str | None:
        path = self._folder / name
        if not path.is_file():
            return None
        changed = path.stat().st_mtime
        if name not in self._known or self._known[name][0] != changed:
            self._known[name] = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:10])
        return self._known[name][1]


def csp_nonce() -> str:
    """Return this request's nonce for scripts, when the application made one."""
    return str(getattr(g, "csp_nonce", "")) if has_request_context() else ""


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Give every template ``shell``, our filters and the helpers of lists, forms and record pages."""
    files = StaticFiles(app.static_folder or "")
    app.jinja_env.globals.setdefault("csp_nonce", csp_nonce)
    app.jinja_env.globals.update(
        asset=files.url,
        safe_url=safe_url,
        may=may,
        demo_accounts=demo_accounts,
        list_page=pages.list_page,
        record_page=pages.record_page,
        form_page=pages.form_page,
        field_input=inputs.field_input,
        active_tab=lambda default="": request.args.get("tab", default),
        session_theme=lambda: session.get("theme", ""),
    )
    app.jinja_env.filters.update(
        money=i18n.format_money,
        number=i18n.format_number,
        percent=i18n.format_percent,
        day=i18n.format_day,
        short_day=lambda day: i18n.format_short_day(day, i18n.local_day(datetime.now(UTC))),
        moment=i18n.format_moment,
        clock=i18n.format_time,
        month_of=lambda day: i18n.format_month(day, i18n.local_day(datetime.now(UTC))),
        weekday=i18n.format_weekday,
        ago=lambda day: i18n.relative_day(day, i18n.local_day(datetime.now(UTC))),
        since=lambda at: i18n.relative_moment(at, datetime.now(UTC)),
        cell=cells.show_value,
        due=cells.due_day,
        probability=cells.probability,
        stars=cells.stars,
        initial=cells.initial,
        avatar_colour=cells.avatar_colour,
        person_name=cells.person_name,
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not has_request_context():
            return {}
        shell = g.get("shell")
        if shell is None:
            shell = g.shell = Shell(appbuilder)
        return {"shell": shell, "appbuilder": appbuilder}
