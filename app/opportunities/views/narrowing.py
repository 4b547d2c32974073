"""What narrows the boards: whose, which team, which month or stage, and what is looked for; kept in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from app.accounts.queries import people_with_right, team_names
from app.core.database import db
from app.core.i18n import _, format_month
from app.core.periods import month_of
from app.opportunities import queries
from app.opportunities.models import Opportunity
from app.opportunities.queries.board import of_team
from app.web.session import acting

MONTHS_AHEAD = 6
SHARED = ("who", "owner", "team", "q")
"""What narrows both boards, so that it is kept on the way from one to the other."""


@dataclass(frozen=True)
class Menu:
    """One menu above a board: its choices as (label, address, chosen)."""

    label: Any
    chosen: str
    links: list[tuple[Any, str, bool]]
    clear_url: str


@dataclass(frozen=True)
class Narrowing:
    """How the board at ``endpoint`` is narrowed; ``own`` is the argument that only this board has."""

    endpoint: str
    own: str
    day: date

    @property
    def names(self) -> tuple[str, ...]:
        return (*SHARED, self.own)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box must send along."""
        return [(name, value) for name in self.names if name != "q" and (value := request.args.get(name))]

    @property
    def is_mine(self) -> bool:
        return request.args.get("who") == "me"

    def address(self, **changes: str) -> str:
        """The board with something narrowed otherwise."""
        return _address(self.endpoint, self.names, changes)

    def elsewhere(self, endpoint: str) -> str:
        """The other board, narrowed by what both know."""
        return _address(endpoint, SHARED, {})

    def menus(self) -> list[Menu]:
        """The menus that offer a choice."""
        last = self._by_month() if self.own == "month" else self._by_stage()
        return [menu for menu in (self._by_team(), self._by_owner(), last) if menu.links]

    def conditions(self) -> list[Any]:
        """What the opportunities on the board must meet."""
        conditions: list[Any] = []
        if self.is_mine:
            conditions.append(Opportunity.owner_id == acting().user_id)
        if owner_id := _number("owner"):
            conditions.append(Opportunity.owner_id == owner_id)
        if team_id := _number("team"):
            conditions.append(of_team(team_id))
        if month := self._month():
            conditions.append(Opportunity.expected_close.between(*month_of(month)))
        if stage := self._stage():
            conditions.append(Opportunity.stage == stage)
        if text := request.args.get("q", "").strip():
            conditions.append(queries.matching(db.session, text))
        return conditions

    def rows(self, **filters: str) -> str:
        """The list of the rows behind a figure of the board as it is narrowed now."""
        asked = request.args
        if self.is_mine:
            filters["_flt_0_owner_id"] = str(acting().user_id)
        elif asked.get("owner"):
            filters["_flt_0_owner_id"] = asked["owner"]
        if month := self._month():
            first, last = month_of(month)
            filters |= {"_flt_1_expected_close": first.isoformat(), "_flt_2_expected_close": last.isoformat()}
        if stage := self._stage():
            filters["_flt_0_stage"] = stage
        kept = {name: value for name in ("team", "q") if (value := asked.get(name))}
        values: dict[str, Any] = filters | kept
        return url_for("OpportunityView.list", **values)

    def _months(self) -> list[date]:
        months = [self.day.replace(day=1)]
        for _n in range(MONTHS_AHEAD - 1):
            months.append((months[-1] + timedelta(days=31)).replace(day=1))
        return months

    def _month(self) -> date | None:
        """The month that was chosen, if this board has a choice of months and it is on offer."""
        asked = request.args.get("month") if self.own == "month" else None
        return next((month for month in self._months() if asked == f"{month:%Y-%m}"), None)

    def _stage(self) -> str | None:
        asked = request.args.get("stage") if self.own == "stage" else None
        return next((stage.code for stage in queries.stages(db.session()) if stage.code == asked), None)

    def _menu(self, name: str, label: Any, choices: list[tuple[str, Any]]) -> Menu:
        chosen = request.args.get(name, "")
        links = [(text, self.address(**{name: value}), value == chosen) for value, text in choices]
        words = next((str(text) for value, text in choices if value == chosen), "")
        return Menu(label, words, links, self.address(**{name: ""}))

    def _by_team(self) -> Menu:
        teams = team_names(db.session()) if acting().sees_all("opportunity") else ()
        return self._menu("team", _("Team"), [(str(pk), name) for pk, name in teams])

    def _by_owner(self) -> Menu:
        actor = acting()
        visible = actor.owners("opportunity")
        people = [
            (str(pk), name)
            for pk, name in people_with_right(db.session(), *queries.DEVELOPS)
            if actor.sees_all("opportunity") or pk in visible
        ]
        return self._menu("owner", _("Owner"), people if len(people) > 1 else [])

    def _by_month(self) -> Menu:
        months = [(f"{month:%Y-%m}", format_month(month, self.day)) for month in self._months()]
        return self._menu("month", _("Expected close"), months)

    def _by_stage(self) -> Menu:
        stages = [(stage.code, str(stage)) for stage in queries.stages(db.session())]
        return self._menu("stage", _("Stage"), stages)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _address(endpoint: str, names: tuple[str, ...], changes: dict[str, str]) -> str:
    kept = {name: value for name in names if (value := request.args.get(name))}
    wanted: dict[str, Any] = {name: value for name, value in (kept | changes).items() if value}
    return url_for(endpoint, **wanted)
