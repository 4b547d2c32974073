"""A form in a dialog that does one thing with a record, beside the moves of a workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import redirect, request

from app.core.errors import DomainError
from app.theme.pages.addresses import as_it_stood, is_ours
from app.web.session import SentBefore, submitted, wants_sentence
from app.web.views.refusals import show_refusal


def answer_dialog(
    view: Any,
    form: Any,
    title: Any,
    act: Callable[[], object],
    done: Callable[[bool], Any],
    *,
    records: Iterable[Any] = (),
) -> Any:
    """Answer GET with the form; on POST do ``act`` in one transaction, or show the form with the refusal.

    ``done`` makes the answer afterwards; it is told whether something was done, which is not so when the same form had
    been sent before.
    """

    def page(status: int) -> Any:
        template = "appbuilder/general/model/move.html"
        shown = view.render_template(template, form=form, records=[*records], title=title, url=request.path)
        return shown, status

    if request.method == "GET":
        return page(200)
    if not form.validate():
        return page(422)
    try:
        with submitted():
            act()
    except SentBefore:
        return done(False)
    except DomainError as refusal:
        if wants_sentence():
            raise
        show_refusal(form, refusal)
        return page(422)
    return done(True)


def came_from(otherwise: str) -> str:
    """The page of ours that a form names as the one it was opened on."""
    back = request.form.get("_back") or request.args.get("_back") or ""
    return back if is_ours(back) else otherwise


def lead_to(target: str) -> Any:
    """Send the whole page to ``target``, whether a dialog or the page itself asks."""
    target = as_it_stood(target)
    if "HX-Request" in request.headers:
        return "", 204, {"HX-Redirect": target}
    return redirect(target)
