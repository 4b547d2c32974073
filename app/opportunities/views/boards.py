"""The two boards as pages, and what dropping a card on them does."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.opportunities.views.board import board_page, dropped
from app.opportunities.views.closing import closing_page, put_off
from app.web.moves import WorkflowView
from app.web.session import signed_in, takes_json


class OpportunityBoards(WorkflowView):
    """By stage and by closing month."""

    @expose("/board")
    @has_access
    def board(self) -> Any:
        """The opportunities in columns by stage."""
        return board_page(self)

    @expose("/<pk>/drop", methods=["POST"])
    @signed_in
    @takes_json
    def drop(self, pk: str) -> Any:
        """A card was dropped on another column."""
        sent = request.get_json(silent=True)
        target = sent.get("to") if isinstance(sent, dict) else None
        return dropped(self, self.found(pk), target if isinstance(target, str) else "")

    @expose("/closing")
    @has_access
    def closing(self) -> Any:
        """The opportunities in columns by the month of their expected close."""
        return closing_page(self)

    @expose("/<pk>/close", methods=["POST"])
    @signed_in
    @takes_json
    def put_off(self, pk: str) -> Any:
        """A card was dropped on another month, or that is taken back."""
        return put_off(self.found(pk))
