"""From one record to the next, along the list it was opened from; the address of its page says which list that is."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from flask import request, url_for

from app.core.i18n import format_number
from app.theme.widgets import Place
from app.web.interface import CAP, counted_to
from app.web.keys import read_key
from app.web.views.listing import ListPages

AT = "at"
"""The parameter that says at which place of the list the record stood, counted from 1."""

AROUND = 2
"""So many rows on each side are read: the list may have moved a little since."""


class AlongList(ListPages):
    """The pages of records that can be read one after the other."""

    def place_query(self) -> str:
        """What the address says of the list a record is read along; empty if it was opened from elsewhere.

        A part of the page that is asked for later carries the page's address in a header.
        """
        asked = request.query_string.decode()
        if request.endpoint != f"{self.endpoint}.show":
            asked = urlsplit(request.headers.get("HX-Current-URL", "")).query
        at = read_key(parse_qs(asked).get(AT, [""])[-1])
        return f"{self.list_query(asked)}&{AT}={at}".lstrip("&") if at and at <= CAP else ""

    def list_query(self, asked: str) -> str:
        """The part of an address that says what a list shows and in which order."""
        view = read_key(parse_qs(asked).get("view", [""])[-1])
        return "&".join(part for part in (self.known_query(asked), f"view={view}" if view else "") if part)

    def place(self, pk: int) -> Place | None:
        """Where the record stands in the list it is read along, and which stand beside it; one statement."""
        if not self.place_query():
            return None
        query, asked = self.list_query(request.query_string.decode()), self.asked_filters()
        at = int(request.args.getlist(AT)[-1])
        first = max(at - 1 - AROUND, 0)
        column, direction = self._order()
        order = (self.column_order.get(column, column), direction)
        most = counted_to(first)
        keys, count = self.datamodel.keys_from(self.wanted(), asked, order, first, 2 * AROUND + 1)

        def url(index: int) -> str:
            place = first + index + 1
            if not 0 <= index < len(keys) or place > CAP:
                return ""
            return f"{url_for('.show', pk=keys[index])}?{query}{'&' if query else ''}{AT}={place}"

        # A record that has left the list meanwhile made room for the one after it.
        gone = pk not in keys
        here = at - 1 - first if gone else keys.index(pk)
        page = (first + here) // self._page_size() if keys else 0
        back = "&".join(part for part in (query, f"page_{type(self).__name__}={page}" if page else "") if part)
        return Place(
            number="" if gone else format_number(first + here + 1),
            count=format_number(most) + "+" if count > most else format_number(count),
            previous_url=url(here - 1),
            next_url=url(here if gone else here + 1),
            list_url=url_for(".list") + (f"?{back}" if back else ""),
        )
