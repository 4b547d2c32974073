"""State that FAB keeps on the shared view object, kept per request instead."""

from __future__ import annotations

import copy
from typing import Any

from flask import has_request_context, request


class PerRequest:
    """A view's filters, copied for each request: FAB rewrites one object for all threads."""

    slot = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.slot = "_shared" + name

    def __set__(self, view: Any, value: Any) -> None:
        view.__dict__[self.slot] = value

    def __get__(self, view: Any, owner: type[Any] | None = None) -> Any:
        shared = view and view.__dict__.get(self.slot)
        if shared is None or not has_request_context():
            return shared
        mine = request.environ.setdefault("changke.filters", {})
        if id(view) not in mine:
            mine[id(view)] = copy.copy(shared)
            mine[id(view)].clear_filters()
        return mine[id(view)]
