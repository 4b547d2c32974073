"""The whole stories of some customers, packed for the database."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.database import Model
from app.core.rows import Layout
from app.exchange.demo.blueprint import Blueprint
from app.exchange.demo.books import Books
from app.exchange.demo.dealing import Dealing
from app.exchange.demo.losing import Losing
from app.exchange.demo.selling import Selling
from app.exchange.demo.serving import Serving
from app.exchange.demo.story import Story
from app.exchange.demo.talking import Planner, Talking
from app.exchange.demo.world import World

# Parents first. Tables whose rows get their keys from the database stand without them.
TABLES: dict[str, bool] = {
    "customer": True,
    "customer_access": False,
    "customer_key": False,
    "customer_tag": False,
    "contact": True,
    "opportunity": True,
    "opportunity_stage_log": False,
    "sales_order": True,
    "order_line": True,
    "order_day": False,
    "follow_up": True,
    "plan": True,
    "service_request": True,
    "service_request_log": False,
    "churn_case": True,
    "churn_measure": False,
    "timeline_entry": False,
    "notification": False,
    "search_entry": True,
    "audit_entry": False,
}
_IN_TIME = {
    "timeline_entry",
    "notification",
    "audit_entry",
    "opportunity_stage_log",
    "service_request_log",
    "churn_measure",
}


def names_of(name: str) -> list[str]:
    """The columns that are written of a table."""
    return [column.name for column in Model.metadata.tables[name].c if TABLES[name] or column.name != "id"]


def layouts(*, postgresql: bool) -> dict[str, Layout]:
    """How each table is written."""
    found = {}
    for name in TABLES:
        found[name] = Layout(Model.metadata.tables[name], names_of(name), postgresql=postgresql)
    return found


def tell(world: World, prints: Sequence[Blueprint]) -> Books:
    """Tell the stories of ``prints``."""
    books = Books()
    for one in prints:
        _tell_one(world, one, books)
    for name in _IN_TIME & books.rows.keys():
        books.rows[name].sort(key=lambda row: row["at"])
    return books


def _tell_one(world: World, one: Blueprint, books: Books) -> None:
    story = Story(world, one, books)
    planner, selling, serving = Planner(story), Selling(story), Serving(story)
    dealing, talking = Dealing(story, planner), Talking(story, planner)
    losing = Losing(story, selling)
    story.enter()
    for chapter in (selling, dealing, serving, talking, losing):
        chapter.plan()
    if one.id % 17 == 0 and story.owner is not None:
        colleagues = [actor for actor in world.staff.managers[one.city.side] if actor.user_id != story.owner.user_id]
        if colleagues:
            at = world.some_time(min(one.day + 20, world.today), story.rng)
            story.then(at, lambda: story.share(colleagues[one.id % len(colleagues)], at))
    story.run()
    selling.keep()
    serving.keep()
    losing.keep()
    story.row["last_contact_at"], story.row["next_plan_at"] = talking.last, planner.next_at
    story.be_found()


def pack(world: World, prints: Sequence[Blueprint], *, postgresql: bool) -> list[tuple[str, int, bytes]]:
    """(table, rows, packed) of the stories of ``prints``, parents first."""
    books = tell(world, prints)
    packed = []
    for name, layout in layouts(postgresql=postgresql).items():
        if rows := books.rows.get(name):
            packed.append((name, len(rows), layout.pack(rows)))
    return packed
