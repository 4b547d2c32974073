"""What the templates of lists, record pages and forms show, worked out from a view and the request."""

from collections.abc import Sequence
from typing import Any

from app.theme.pages.addresses import way_back
from app.theme.pages.forms import FormPage
from app.theme.pages.lists import ListPage
from app.theme.pages.records import RecordPage

__all__ = ["FormPage", "ListPage", "RecordPage", "form_page", "list_page", "record_page", "way_back"]


def _args_of(widget: Any) -> dict[str, Any]:
    """Return the arguments of a FAB widget, or the mapping a template made of them."""
    if widget is None:
        return {}
    found: dict[str, Any] = getattr(widget, "template_args", widget)
    return found


def list_page(list_widget: Any, search_widget: Any = None) -> ListPage:
    """Return what the list template shows."""
    return ListPage(_args_of(list_widget), _args_of(search_widget))


def record_page(show_widget: Any, title: Any, related_views: Sequence[Any] = ()) -> RecordPage:
    """Return what the record template shows."""
    return RecordPage(_args_of(show_widget), title, related_views)


def form_page(**args: Any) -> FormPage:
    """Return what the form template shows; the arguments are those of FAB's form widget."""
    return FormPage(args)
