"""What the pages of Administration share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash
from flask_appbuilder import BaseView

from app.core.database import unit_of_work
from app.core.errors import DomainError, NotFound
from app.web.session import SentBefore, submitted
from app.web.views import show_refusal


class SettingsPage(BaseView):
    """A page that is no list of records; ``kind`` is the first half of the rights it asks for."""

    kind = ""
    default_view = "index"

    def __init__(self) -> None:
        self.class_permission_name = self.kind
        super().__init__()


def try_to(do: Callable[[], Any], done: Any, form: Any = None) -> bool:
    """Do something in one transaction and say so, or show the refusal at the form or above the page.

    A form that was sent before counts as done, without doing it again.

    :raises NotFound: what does not exist has no page.
    """
    try:
        with submitted() if form is not None else unit_of_work():
            do()
    except SentBefore:
        return True
    except NotFound:
        raise
    except DomainError as refusal:
        if form is not None:
            show_refusal(form, refusal)
        else:
            flash(str(refusal), "danger")
        return False
    if done:
        flash(str(done), "success")
    return True
