"""Which menu entries lead somewhere the actor may go: read off the page behind each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

HasAccess = Callable[[str, str], bool]


def visible_names(items: Iterable[Any], has_access: HasAccess) -> set[str]:
    """The names of the entries in ``items`` that may be opened, and of the categories that hold one."""
    found: set[str] = set()
    for item in items:
        if item.childs:
            inside = visible_names(item.childs, has_access)
            found |= inside | ({item.name} if inside - {"-"} else set())
        elif item.name == "-":
            found.add("-")
        elif _may_open(item, has_access):
            found.add(item.name)
    return found


def _may_open(item: Any, has_access: HasAccess) -> bool:
    view, method = _page_of(item)
    if view is None:
        return True
    is_protected = hasattr(getattr(view, method, None), "_permission_name")
    return not is_protected or has_access(f"can_{view.get_method_permission(method)}", view.class_permission_name)


def _page_of(item: Any) -> tuple[Any, str]:
    """The view and method an entry leads to; no view for an address outside."""
    if not item.href:
        return item.baseview, item.baseview.default_view if item.baseview else ""
    endpoint = item.href if item.href in current_app.view_functions else _endpoint_at(item.href)
    blueprint, _dot, method = endpoint.partition(".")
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
    view = next((view for view in views if view.endpoint == blueprint), None)
    return (view, method) if view is not None else (item.baseview, getattr(item.baseview, "default_view", ""))


def _endpoint_at(address: str) -> str:
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(urlsplit(address).path, method="GET")
    except HTTPException:
        return ""
    return str(endpoint)
