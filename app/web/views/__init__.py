"""The base class of every page on one kind of record: list, page, forms, deletion."""

from app.web.views.base import CrmModelView
from app.web.views.refusals import show_refusal

__all__ = ["CrmModelView", "show_refusal"]
