"""How opportunities are told on a customer's timeline and in messages to their owners."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, format_money
from app.core.notifications import notice
from app.core.timeline import telling
from app.opportunities import queries

_PAGE = "OpportunityView.show"


def _stage(code: Any) -> str:
    stage = queries.stage_named(db.session, str(code or ""))
    return str(stage) if stage else str(code or "")


def _with_note(sentence: str, words: dict[str, Any]) -> str:
    note = words.get("note")
    return _("%(sentence)s: %(note)s", sentence=sentence, note=note) if note else sentence


def _money(words: dict[str, Any]) -> str:
    return format_money(Decimal(words["amount"]))


def _tells(what: str, icon: str, colour: str) -> Any:
    return telling(f"opportunity.{what}", group="opportunity", icon=icon, colour=colour, endpoint=_PAGE)


@_tells("create", "target-arrow", "open")
def _create(words: dict[str, Any]) -> str:
    if words.get("amount"):
        return _("New opportunity: %(title)s, %(amount)s", title=words["title"], amount=_money(words))
    return _("New opportunity: %(title)s", title=words["title"])


@_tells("assign", "user-plus", "open")
def _assign(words: dict[str, Any]) -> str:
    sentence = _("%(title)s was assigned to %(owner)s", title=words["title"], owner=words.get("owner", ""))
    return _with_note(sentence, words)


@_tells("claim", "hand-grab", "open")
def _claim(words: dict[str, Any]) -> str:
    return _("%(owner)s claimed %(title)s", title=words["title"], owner=words.get("owner", ""))


@_tells("reassign", "user-share", "open")
def _reassign(words: dict[str, Any]) -> str:
    sentence = _("%(title)s was reassigned to %(owner)s", title=words["title"], owner=words.get("owner", ""))
    return _with_note(sentence, words)


@_tells("return", "arrow-back-up", "wait")
def _return(words: dict[str, Any]) -> str:
    return _with_note(_("%(title)s was returned to the pool", title=words["title"]), words)


@_tells("advance", "arrow-right", "open")
def _advance(words: dict[str, Any]) -> str:
    return _("%(title)s advanced to “%(stage)s”", title=words["title"], stage=_stage(words.get("stage")))


@_tells("go_back", "arrow-left", "wait")
def _go_back(words: dict[str, Any]) -> str:
    sentence = _("%(title)s went back to “%(stage)s”", title=words["title"], stage=_stage(words.get("stage")))
    return _with_note(sentence, words)


@_tells("win", "trophy", "good")
def _win(words: dict[str, Any]) -> str:
    sentence = _("Won: %(title)s, %(amount)s", title=words["title"], amount=_money(words))
    return _with_note(sentence, words)


@_tells("lose", "circle-x", "bad")
def _lose(words: dict[str, Any]) -> str:
    reason = dictionary.label(db.session, "lost_reason", words.get("reason"))
    sentence = _("Lost: %(title)s (%(reason)s)", title=words["title"], reason=reason)
    return _with_note(sentence, words)


@_tells("reopen", "rotate", "open")
def _reopen(words: dict[str, Any]) -> str:
    return _with_note(_("%(title)s was reopened", title=words["title"]), words)


@_tells("delete", "trash", "done")
def _delete(words: dict[str, Any]) -> str:
    return _("The opportunity %(title)s was deleted", title=words["title"])


@_tells("restore", "restore", "done")
def _restore(words: dict[str, Any]) -> str:
    return _("The opportunity %(title)s was restored", title=words["title"])


@notice("opportunity.assigned", icon="target-arrow", colour="open", endpoint=_PAGE)
def _assigned(words: dict[str, Any]) -> str:
    return _("%(by)s gave you the opportunity “%(title)s”", by=words["by"], title=words["title"])
