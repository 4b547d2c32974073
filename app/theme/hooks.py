"""What features hang into the frame: counts beside menu entries, the ＋ menu, the bell, messages with an undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, url_for
from werkzeug.routing import BuildError

Label = Any  # a str or a lazily translated text


@dataclass(frozen=True)
class Badge:
    """A count beside a menu entry; ``tone`` is "", ``wait`` or ``bad``."""

    count: int
    tone: str = ""


@dataclass(frozen=True)
class QuickAdd:
    """An entry of the ＋ menu; ``right`` is ``kind.verb`` or a function that says whether it is offered."""

    label: Label
    endpoint: str
    right: str | Callable[[], bool]
    icon: str = "ti-plus"


badges: dict[str, Callable[[], int | Badge]] = {}
quick_adds: list[QuickAdd] = []
bells: list[tuple[str, Callable[[], int]]] = []


def badge(menu_name: str, count: Callable[[], int | Badge]) -> None:
    """Show ``count()`` beside the menu entry ``menu_name``, nothing when it is 0."""
    badges[menu_name] = count


def quick_add(label: Label, endpoint: str, right: str | Callable[[], bool], icon: str = "ti-plus") -> None:
    """Offer ``endpoint`` in the ＋ menu to whoever has ``right`` (``customer.add`` or a function)."""
    entry = QuickAdd(label, endpoint, right, icon)
    if entry not in quick_adds:
        quick_adds.append(entry)


def notifications(endpoint: str, unread: Callable[[], int]) -> None:
    """Let the bell open ``endpoint`` and show ``unread()``."""
    bells[:] = [(endpoint, unread)]


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
