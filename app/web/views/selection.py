"""The rows a bulk request is about: those that were ticked, or all that match what the list was narrowed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NoReturn

from flask import abort, request
from sqlalchemy.orm import Query

from app.core import i18n
from app.core.errors import DomainError, Invalid, NotFound
from app.core.i18n import _
from app.web.filters import LARGEST_KEY
from app.web.views.listing import ListPages

AT_ONCE = 1_000
"""Rows changed in one transaction, during which nobody else saves; more are refused."""


class TooMany(DomainError):
    """More rows match than can be changed in one transaction."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(
            _(
                "More than %(limit)s records match. At most %(limit)s can be changed at once: narrow the list by a filter.",
                limit=i18n.format_number(AT_ONCE),
            )
        )


class Changed(DomainError):
    """Other rows match now than when the person was told how many."""

    status = HTTPStatus.CONFLICT


class StoppedAt(DomainError):
    """The first row of several that refused, and why; nothing was changed."""

    def __init__(self, record: Any, refusal: DomainError) -> None:
        self.status = refusal.status
        super().__init__(
            _("Nothing was changed, because of %(name)s: %(reason)s", name=str(record), reason=str(refusal))
        )


def for_each(records: Iterable[Any], act: Callable[[Any], Any], *, several: bool) -> None:
    """Do ``act`` with every record in the transaction that is open.

    :raises StoppedAt: at the first one that refuses, if there are several; what a field of a form says is passed on.
    """
    for record in records:
        try:
            act(record)
        except DomainError as refusal:
            if not several or (isinstance(refusal, Invalid) and refusal.fields):
                raise
            raise StoppedAt(record, refusal) from refusal


class Selection(ListPages):
    """What :class:`CrmModelView` knows of selected rows."""

    def selectable(self, query: Query[Any]) -> Query[Any]:
        """Narrow ``query`` to the rows that can be named by key; those of the list unless a view knows better."""
        return self.listable(query)

    def refuse_gone(self, _keys: list[int], *, several: bool) -> NoReturn:
        """Answer a request that names rows which whoever asks does not find."""
        abort(404)

    def by_keys(self, pks: list[str]) -> list[Any]:
        """The rows with these keys, in this order; 404 if one of them is not in this list for whoever asks."""
        keys = [int(pk) for pk in pks if pk.isascii() and pk.isdigit() and len(pk) < 20]
        if len(keys) < len(pks) or any(key > LARGEST_KEY for key in keys):
            abort(404)
        data = self.datamodel
        query = self.selectable(data.session.query(data.obj).filter(data.obj.id.in_(keys)))
        query = data.with_eager(data.apply_filters(query, self._base_filters))
        found = {record.id: record for record in query}
        if gone := [key for key in keys if key not in found]:
            self.refuse_gone(gone, several=len(keys) > 1)
        return [found[key] for key in dict.fromkeys(keys)]

    @staticmethod
    def wants_every() -> bool:
        """Say whether the request is about all that match, and not about ticked rows."""
        return request.args.get("every") == "y"

    def selected(self) -> list[Any]:
        """The rows of a bulk request. Its address is the list's own when all that match are meant.

        :raises TooMany: if more match than can be changed at once.
        :raises Changed: if other rows match than the dialog said.
        """
        if not self.wants_every():
            pks = request.values.getlist("rowid")
            if not 0 < len(pks) <= AT_ONCE:
                abort(400)
            return self.by_keys(pks)
        found = self.in_order(self.wanted(), self.asked_filters(), self._order()).limit(AT_ONCE + 1).all()
        if len(found) > AT_ONCE:
            raise TooMany
        if not found:
            raise NotFound(_("No record matches these filters now."))
        seen = request.form.get("seen", "")
        if seen and seen != str(len(found)):
            raise Changed(
                _(
                    "%(count)s records match now instead of %(seen)s. Reload the list and check again.",
                    count=i18n.format_number(len(found)),
                    seen=seen[:9],
                )
            )
        return found

    def bulk_url(self, url: str) -> str:
        """Where the dialog about the selected rows is sent to: the list's own query stays in the address."""
        return f"{url}?{request.query_string.decode()}" if self.wants_every() else url
