"""Addresses of a view's pages, and what the person may do with a view."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BuildError


def changed_address(changes: dict[str, Sequence[str] | str | int | None], drop: Iterable[str] = ()) -> str:
    """Return this page's address with some of its parameters changed or dropped."""
    args: MultiDict[str, str] = MultiDict(request.args)
    for name in drop:
        args.pop(name, None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None:
            args.setlist(name, [str(part) for part in (value if isinstance(value, (list, tuple)) else [value])])
    query = urlencode(list(args.items(multi=True)))
    return f"{request.script_root}{request.path}" + (f"?{query}" if query else "")


def endpoint(view_name: str, method: str, **values: Any) -> str:
    try:
        return url_for(f"{view_name}.{method}", **values)
    except BuildError:
        return ""


def find_view(name: str) -> Any:
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
    return next((view for view in views if type(view).__name__ == name), None)


def may(view: Any, method: str) -> bool:
    """Return True if the person may use ``method`` of ``view`` and the view has it."""
    if view is None or not hasattr(view, method) or method in view.exclude_route_methods:
        return False
    if view.include_route_methods is not None and method not in view.include_route_methods:
        return False
    permission = f"can_{view.get_method_permission(method)}"
    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
    return permission in view.base_permissions and bool(manager.has_access(permission, view.class_permission_name))


def is_ours(address: str) -> bool:
    """Whether an address that was sent to us leads nowhere but to a page of ours."""
    return address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()


def way_back() -> str:
    """Where a form's Cancel leads: the page it was opened from, else the record or the list, else the home page."""
    came_from = request.form.get("_back") or page_before()
    if is_ours(came_from):
        return came_from
    view_name = (request.endpoint or "").partition(".")[0]
    view, key = find_view(view_name), (request.view_args or {}).get("pk")
    if key is not None and may(view, "show"):
        return endpoint(view_name, "show", pk=key)
    return (endpoint(view_name, "list") if may(view, "list") else "") or f"{request.script_root}/"


def as_it_stood(target: str) -> str:
    """Return ``target``, as the page that asks shows it if it is that page: with its filters, or its place in a list."""
    before = page_before()
    return before if before and before.partition("?")[0] == target else target


def page_before() -> str:
    """The page of ours that links here, unless it is this form or the sign-in page."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    if before.netloc != request.host or before.path in {
        request.script_root + request.path,
        url_for("AuthDBView.login"),
    }:
        return ""
    return before.path + (f"?{before.query}" if before.query else "")
