"""What features hang into the frame: counts beside menu entries, the ＋ menu, the bell, messages with an undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, url_for
from sqlalchemy import Select, select
from werkzeug.routing import BuildError

from app.core.actors import Actor, current_actor
from app.core.database import db

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


Count = Callable[[Actor], Select[int]]
"""The statement of one number, for whoever is signed in."""

BELL = "bell"

_counts: dict[str, tuple[Count, str]] = {}
quick_adds: list[QuickAdd] = []
bells: list[str] = []


def badge(menu_name: str, count: Count, tone: str = "") -> None:
    """Show the number that ``count`` selects beside the menu entry ``menu_name``, nothing when it is 0."""
    _counts[menu_name] = (count, tone)


def quick_add(label: Label, endpoint: str, right: str | Callable[[], bool], icon: str = "ti-plus") -> None:
    """Offer ``endpoint`` in the ＋ menu to whoever has ``right`` (``customer.add`` or a function)."""
    entry = QuickAdd(label, endpoint, right, icon)
    if entry not in quick_adds:
        quick_adds.append(entry)


def notifications(endpoint: str, unread: Count) -> None:
    """Let the bell open ``endpoint`` and show the number that ``unread`` selects."""
    bells[:] = [endpoint]
    _counts[BELL] = (unread, "")


def counts() -> dict[str, Badge]:
    """Every number of the frame that the person signed in may see: one statement, once a request."""
    actor = current_actor()
    if actor is None:
        return {}
    found = actor.cache.get("counts")
    if not isinstance(found, dict):
        allowed = current_app.appbuilder.sm.get_user_menu_access()  # type: ignore[attr-defined]  # FAB puts itself on the app
        asked = {name: entry for name, entry in _counts.items() if name == BELL or name in allowed}
        row = db.session.execute(select(*(count(actor).scalar_subquery() for count, _tone in asked.values()))).one()
        found = actor.cache["counts"] = {
            name: Badge(value or 0, tone) for (name, (_count, tone)), value in zip(asked.items(), row, strict=True)
        }
    return found


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
