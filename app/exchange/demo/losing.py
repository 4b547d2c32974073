"""The chapter of churn: silences that were noticed, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.churn.models import ChurnCase, ChurnMeasure
from app.churn.rule import SILENCE_DAYS, history_of, net_of_returns
from app.core.actors import Actor
from app.exchange.demo.books import Row
from app.exchange.demo.selling import COUNTED, Selling
from app.exchange.demo.story import Story
from app.exchange.demo.talk import CHURN_NOTES, MEASURE_NOTES, RECOVER_NOTES

SYSTEM = Actor.system("churn.judge")
_MEASURES = ("visit", "call", "quality", "payment_terms", "price", "contact", "sample", "delivery", "wait")
_REASONS = (("price", 28), ("competitor", 20), ("quality", 14), ("no_need", 10), ("service", 8), ("delivery", 8), ("contact_left", 6), ("closed", 4), ("payment", 1), ("other", 1))  # fmt: skip
NEWS_DAYS = 10


def _nothing(_order: Row, _at: datetime) -> None:
    """Nothing follows from an order."""


class Losing:
    """The churn cases of one customer."""

    def __init__(self, story: Story, selling: Selling) -> None:
        self.story, self.world, self.rng, self.selling = story, story.world, story.rng, selling
        self.open: Row | None = None

    def plan(self) -> None:
        """Put the silences into the story; an order ends the one before it."""
        one = self.story.one
        sold = [sale.day for sale in one.sales if sale.of < 0]
        self.selling.on_sale = self._recover_by_order
        for number, place in enumerate(one.silences):
            day = sold[place] + SILENCE_DAYS + 1
            last = place + 1 == len(sold)
            at = self.world.at(day, 2 * 60 + 10)
            self.story.then(at, lambda number=number, day=day, at=at, last=last: self._warn(number, day, at, last))  # type: ignore[misc]

    def _warn(self, number: int, opened: int, at: datetime, last: bool) -> None:
        story, asof = self.story, date.fromordinal(opened)
        rows = [
            (o["ordered_on"], o["value"])
            for o in self.selling.orders
            if o["status"] in COUNTED and o["ordered_on"] <= asof
        ]
        occasions = net_of_returns(rows)
        if not occasions or (asof - occasions[-1][0]).days <= SILENCE_DAYS:
            return
        history = history_of(story.one.id, occasions, asof)
        gap, silent = history.usual_gap(self.world.mean_gap), (asof - history.last_on).days
        value = max(history.value, Decimal(0))
        case = {
            "id": story.one.first_case + number,
            "customer_id": story.one.id,
            "status": "warned",
            "owner_id": story.row["owner_id"],
            "last_order_on": history.last_on,
            "opened_on": asof,
            "method": "rule",
            "value_12m": value,
            "evidence": {
                "first_on": history.first_on.isoformat(),
                "last_on": history.last_on.isoformat(),
                "orders": history.orders,
                "usual_gap": round(gap),
                "times": round(silent / gap, 1),
                "silent_days": silent,
                "value_12m": str(value),
                "rule_days": SILENCE_DAYS,
            },
        }
        trace = {"version": 1, "created_at": at, "changed_at": at, "created_by_id": None, "changed_by_id": None}
        case |= trace
        story.books.rows["churn_case"].append(case)
        kept = ("customer_id", "status", "last_order_on", "opened_on", "value_12m", "owner_id")
        story.books.note(
            "create", "churn_case", case["id"], self._title(case), {n: [None, case[n]] for n in kept}, by=SYSTEM, at=at
        )
        story.books.tell(story.one.id, "churn_case.warn", at, by=SYSTEM, record_id=case["id"], silent_days=silent)
        self._notify(case, silent, value, at)
        self.open = case
        if last:
            self._decide(case, opened)
        elif self.rng.random() < 0.5:
            self._then(
                opened + self.rng.randrange(2, 7), lambda when: self._postpone(case, when, self.rng.randrange(20, 60))
            )

    def _decide(self, case: Row, opened: int) -> None:
        age, rng = self.world.today - opened, self.rng
        course = self.story.one.silence
        if course in {"postponed", "due"}:
            day = opened + min(rng.randrange(2, 12), max(1, age - 1))
            days = (self.world.today - day) + (rng.randrange(3, 45) if course == "postponed" else -rng.randrange(0, 5))
            self._then(day, lambda when: self._postpone(case, when, max(1, days)))
        elif course == "lost":
            if rng.random() < 0.5:
                self._then(opened + rng.randrange(2, 10), lambda when: self._postpone(case, when, 30))
            self._then(opened + min(age - 1, rng.randrange(20, 60)), lambda when: self._confirm(case, when))
        elif course == "recovered":
            self._then(
                opened + min(age - 1, rng.randrange(10, 50)),
                lambda when: self._recover(case, when, rng.choice(RECOVER_NOTES), None),
            )

    def _then(self, day: int, event: Callable[[datetime], None]) -> None:
        at = self.world.some_time(min(day, self.world.today), self.rng)
        self.story.then(at, lambda: event(at))

    # --- the moves ---

    def _postpone(self, case: Row, at: datetime, days: int) -> None:
        if case["status"] not in {"warned", "postponed"}:
            return
        by, day = self._judge(), at.astimezone(self.world.zone).date() + timedelta(days=days)
        chosen = self.rng.sample(_MEASURES, self.rng.choice((1, 1, 2)))
        text = self.rng.choice(MEASURE_NOTES)
        measure = {
            "case_id": case["id"],
            "at": at,
            "by_id": by.user_id,
            "measures": chosen,
            "text": text,
            "look_again_on": day,
        }
        self.story.books.add(ChurnMeasure, measure)
        changes = {"look_again_on": day, "note": text, "status": "postponed"}
        self._move(case, "postpone", changes, by, at, look_again_on=day.isoformat(), measures=chosen)

    def _confirm(self, case: Row, at: datetime) -> None:
        if case["status"] not in {"warned", "postponed"}:
            return
        reason = self.rng.choices([code for code, _w in _REASONS], [weight for _c, weight in _REASONS])[0]
        by = self._judge()
        changes = {
            "reason": reason, "note": CHURN_NOTES[reason], "look_again_on": None,
            "decided_on": at.astimezone(self.world.zone).date(), "status": "lost",
        }  # fmt: skip
        self.story.lose(by, at)
        self._move(case, "confirm", changes, by, at, reason=reason)

    def _recover_by_order(self, order: Row, at: datetime) -> None:
        if self.open is not None and self.open["status"] != "recovered":
            self._recover(self.open, at, None, order["id"])

    def _recover(self, case: Row, at: datetime, note: str | None, order_id: int | None) -> None:
        by = self.world.staff.named("office") if order_id else self._judge()
        changes = {
            "note": note, "reason": None, "look_again_on": None, "recovered_by_order_id": order_id,
            "decided_on": at.astimezone(self.world.zone).date(), "status": "recovered",
        }  # fmt: skip
        self.story.activate(by, at)
        self._move(case, "recover", changes, by, at, order_id=order_id)

    def _move(self, case: Row, move: str, changes: Row, by: Actor, at: datetime, **words: object) -> None:
        self.story.books.change(ChurnCase, case, self._title(case), changes, by=by, at=at, action=f"move:{move}")
        self.story.books.tell(self.story.one.id, f"churn_case.{move}", at, by=by, record_id=case["id"], **words)

    def _judge(self) -> Actor:
        return self.story.owner or self.world.staff.named("market")

    def _title(self, case: Row) -> str:
        return f"{self.story.one.name} {case['last_order_on']}"

    def _notify(self, case: Row, silent: int, value: Decimal, at: datetime) -> None:
        if (self.world.now - at).days > NEWS_DAYS:
            return
        told = self._judge().user_id
        assert told is not None
        self.story.books.notify(
            told, "churn_case.warn", at, read_at=at + timedelta(hours=7) if (self.world.now - at).days > 2 else None,
            record_id=case["id"], count=1, name=self.story.one.name, days=silent, value=str(value), ownerless=case["owner_id"] is None,
        )  # fmt: skip

    def keep(self) -> None:
        """Keep the band of the customer, as the nightly judgement does."""
        # The chapters refer to each other no longer: what is told is freed at once, without a search for garbage.
        self.selling.on_sale = _nothing
        last = self.story.row["last_order_on"]
        if last is not None:
            silent = self.world.today - last.toordinal() > SILENCE_DAYS
            self.story.row["churn_band"] = "at_risk" if silent else "on_track"
