"""Make up the whole company and write it down, in one transaction: an interrupted demo leaves nothing."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from multiprocessing.pool import AsyncResult

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from app.churn.models import OPEN, ChurnCase, ChurnMethod, ChurnRun
from app.churn.rule import SILENCE_DAYS
from app.core import calendar
from app.core.actors import Actor, acting_as
from app.core.database import Model
from app.core.errors import Invalid
from app.core.i18n import _l, time_zone
from app.core.loading import analyze, bare, written_once
from app.core.numbering import NumberSeries
from app.core.rows import write
from app.customers.models import Customer, Tag
from app.exchange.demo import telling
from app.exchange.demo.blueprint import YEARS_BACK, Blueprint
from app.exchange.demo.catalogue import PRODUCTS
from app.exchange.demo.drawing import draw
from app.exchange.demo.people import hire
from app.exchange.demo.talk import TAGS
from app.exchange.demo.world import Good, Stage, World
from app.opportunities import queries as opportunities
from app.opportunities.services import NEXT_DUE
from app.orders.models import Order, OrderKind
from app.products import services as products
from app.service.models import ServiceLevel

AT_ONCE = 250
REPORTED = 20
MOST_AHEAD = 4
# Below this the second process costs more than it brings.
WORTH_HELP = 4_000

Progress = Callable[[str], None]


@dataclass
class Made:
    """What was written, by table, and how long it took."""

    rows: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def refuse_unless_empty(session: Session) -> None:
    """Refuse a database with anybody's customers or orders.

    :raises Invalid: if there are any.
    """
    with acting_as(Actor.system("demo"), session):
        for model in (Customer, Order):
            if session.execute(select(model.__table__.c.id).limit(1)).first() is not None:
                raise Invalid(_l("This database holds customers or orders. The demo needs an empty one."))


def make_up(
    session: Session,
    *,
    customers: int,
    orders: int,
    seed: int,
    password: str,
    now: datetime,
    progress: Progress = lambda _sentence: None,
) -> Made:
    """Write the company; the session's transaction is committed on the way.

    :raises Invalid: unless the database is installed and empty.
    """
    begun = time.perf_counter()
    refuse_unless_empty(session)
    session.rollback()
    made = Made()
    many = customers >= WORTH_HELP
    with (
        written_once(session.get_bind()) if many else nullcontext(),
        acting_as(Actor.system("demo"), session),
        _no_litter(),
    ):
        world = _set_up(session, customers, seed, password, now)
        prints = draw(customers, orders, seed, date.fromordinal(world.today))
        world = replace(world, mean_gap=_mean_gap(prints))
        # What helpers find in their memory is no litter, either.
        gc.freeze()
        progress(f"{len(prints)} customers drawn, {time.perf_counter() - begun:.1f} s")
        connection, drawn, last = session.connection(), len(prints), _last_numbers(prints)
        portions = _portions(prints)
        del prints
        with bare(connection, telling.TABLES) if many else nullcontext():
            for done, packed in enumerate(_told(world, portions, postgresql=_is_postgresql(connection)), start=1):
                for name, count, rows in packed:
                    write(connection, name, telling.names_of(name), rows)
                    made.rows[name] += count
                if done % REPORTED == 0:
                    progress(f"{done * AT_ONCE} of {drawn} customers, {time.perf_counter() - begun:.1f} s")
            progress(f"all written, {time.perf_counter() - begun:.1f} s")
            # Indexes want the memory that a hundred thousand blueprints fill.
            portions.clear()
        _go_on_from(session, last)
        _note_judgement(session, world)
        NEXT_DUE.keep(session)
        analyze(connection)
        session.commit()
        session.close()
    made.seconds = round(time.perf_counter() - begun, 1)
    return made


def _portions(prints: list[Blueprint]) -> list[list[Blueprint]]:
    return [prints[start : start + AT_ONCE] for start in range(0, len(prints), AT_ONCE)]


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@contextmanager
def _no_litter() -> Iterator[None]:
    """Leave the collector of circular garbage out: it would walk millions of rows again and again, to find nothing."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


# --- before and after the stories ---


def _set_up(session: Session, customers: int, seed: int, password: str, now: datetime) -> World:
    """Hire the people, fill the catalogue, and read what the stories need."""
    by, zone = Actor.system("demo"), time_zone()
    today = now.astimezone(zone).date()
    began = now - timedelta(days=YEARS_BACK + 90)
    stages = tuple(Stage(stage.code, stage.probability) for stage in opportunities.stages(session))
    levels = {
        (level.type, level.priority.value): (level.response_hours, level.resolution_hours)
        for level in session.scalars(select(ServiceLevel))
    }
    if not stages or not levels:
        raise Invalid(_l("This database is not installed yet. Run “init” first."))
    staff = hire(session, customers, password, now)
    goods = []
    for item in PRODUCTS:
        values = {
            "code": item.code, "name": item.name, "model": item.model, "category": item.category, "unit": item.unit,
            "list_price": item.price, "cost_price": item.cost,
        }  # fmt: skip
        product = products.create_product(values, by=by, at=began)
        goods.append(
            Good(product.id, item.code, item.name, Decimal(item.price), Decimal(item.cost), item.least, item.most)
        )
    tags = {}
    for name in TAGS:
        tag = Tag(name=name)
        session.add(tag)
        session.flush()
        tags[name] = tag.id
    working = calendar.load(session, began.date(), today + timedelta(days=400))
    return World(seed, now, zone, staff, tuple(goods), stages, levels, working, tags)


def _mean_gap(prints: Sequence[Blueprint]) -> float:
    gaps = [
        later - earlier for one in prints for earlier, later in pairwise(sorted({s.day for s in one.sales if s.of < 0}))
    ]
    return sum(gaps) / len(gaps) if gaps else 30.0


def _last_numbers(prints: Sequence[Blueprint]) -> Counter[tuple[str, str]]:
    """The last number given of each kind and year."""
    last: Counter[tuple[str, str]] = Counter()
    last["customer", ""] = len(prints)
    for kind, records in (
        ("order", (sale for one in prints for sale in one.sales)),
        ("opportunity", (deal for one in prints for deal in one.deals)),
        ("service_request", (each for one in prints for each in one.requests)),
    ):
        for record in records:
            last[kind, str(date.fromordinal(record.day).year)] += 1
    return last


def _go_on_from(session: Session, last: Counter[tuple[str, str]]) -> None:
    """Let numbers and keys go on after those that were given."""
    for (kind, period), number in last.items():
        session.add(NumberSeries(kind=kind, period=period, last=number))
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        for name, with_key in telling.TABLES.items():
            table = Model.metadata.tables[name]
            if with_key and name != "search_entry":
                highest = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
                session.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), highest)))


def _note_judgement(session: Session, world: World) -> None:
    """The judgement of last night, which found what the stories tell."""
    asof = date.fromordinal(world.today)
    sold = select(Order.customer_id, func.max(Order.ordered_on).label("last")).where(Order.kind == OrderKind.sale)
    judged = session.scalar(select(func.count(Order.customer_id.distinct())))
    at_risk = select(func.count()).select_from(sold.group_by(Order.customer_id).subquery())
    warned = session.scalar(select(func.count(ChurnCase.id)).where(ChurnCase.opened_on == asof)) or 0
    undecided = session.scalar(select(func.count(ChurnCase.id)).where(ChurnCase.status.in_(OPEN))) or 0
    session.execute(
        insert(ChurnRun.__table__),
        {
            "at": world.at(world.today, 2 * 60 + 10),
            "asof": asof,
            "method": ChurnMethod.rule,
            "silence_days": SILENCE_DAYS,
            "mean_gap": round(Decimal(world.mean_gap), 2),
            "customers": session.scalar(select(func.count(Customer.id))),
            "judged": judged or session.scalar(at_risk),
            "warned": warned,
            "already_open": max(0, undecided - warned),
            "recovered": 0,
        },
    )


# --- the stories ---


_shared: tuple[World, list[list[Blueprint]], bool] | None = None


def _told(world: World, portions: list[list[Blueprint]], *, postgresql: bool) -> Iterator[list[tuple[str, int, bytes]]]:
    global _shared
    if len(portions) * AT_ONCE < WORTH_HELP or "fork" not in multiprocessing.get_all_start_methods():
        for portion in portions:
            yield telling.pack(world, portion, postgresql=postgresql)
        return
    _shared = (world, portions, postgresql)
    with multiprocessing.get_context("fork").Pool(max(1, (os.cpu_count() or 2))) as helpers:
        # Never far ahead of what is written: packed rows would fill the memory.
        ahead: deque[AsyncResult[list[tuple[str, int, bytes]]]] = deque()
        for place in range(len(portions)):
            ahead.append(helpers.apply_async(_tell_portion, (place,)))
            if len(ahead) > MOST_AHEAD:
                yield ahead.popleft().get()
        while ahead:
            yield ahead.popleft().get()
    _shared = None


def _tell_portion(place: int) -> list[tuple[str, int, bytes]]:
    assert _shared is not None
    world, portions, postgresql = _shared
    return telling.pack(world, portions[place], postgresql=postgresql)
