"""The chapter of opportunities: how they came, through which stages they went, and how they ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from app.core.actors import Actor
from app.core.money import cents
from app.exchange.demo.blueprint import Deal, working
from app.exchange.demo.books import Row
from app.exchange.demo.story import Story
from app.exchange.demo.talk import DEALS, LOST_NOTES, STEPS
from app.exchange.demo.talking import Planner
from app.opportunities.models import Opportunity, OpportunityStageLog

_COMPETITORS = ("incumbent", "local_peer", "national_brand", "imported_brand", "in_house")


class Dealing:
    """The opportunities of one customer."""

    def __init__(self, story: Story, planner: Planner) -> None:
        self.story, self.world, self.rng, self.planner = story, story.world, story.rng, planner
        self.won: list[Row] = []

    def plan(self) -> None:
        """Put the opportunities into the story."""
        for deal in self.story.one.deals:
            at = self.world.at(deal.day, 9 * 60 + 30 + self.rng.randrange(60))
            self.story.then(at, lambda deal=deal, at=at: self._begin(deal, at))  # type: ignore[misc]

    # --- the course of one ---

    def _begin(self, deal: Deal, at: datetime) -> None:
        rng, owner = self.rng, self.story.owner
        market = self.world.staff.named("market")
        directed = owner is None or deal.course in {"pool", "claimed", "returned"} or rng.random() < 0.35
        by = market if directed or owner is None else owner
        title, need, least, most = rng.choice(DEALS)
        amount = cents(round(rng.randrange(least, most) * min(2.5, max(0.5, self.story.one.size)) / 100) * 100)
        opened = date.fromordinal(deal.day)
        close = date.fromordinal(deal.closed or self.world.today + rng.randrange(5, 90))
        row = {
            "id": deal.id,
            "number": deal.number,
            "customer_id": self.story.one.id,
            "contact_id": self.story.contacts[0]["id"] if self.story.contacts else None,
            "title": title.replace("{year}", str((opened + timedelta(days=60)).year)),
            "need": need,
            "source": self.story.row["source"],
            "amount": amount if rng.random() < 0.7 else None,
            "probability": self.world.stages[0].probability,
            "expected_close": close,
            "status": "unassigned" if directed else "developing",
            "stage": self.world.stages[0].code,
            "stage_since": at,
            "owner_id": None if directed else by.user_id,
            "competitor": rng.choice(_COMPETITORS) if rng.random() < 0.3 else None,
            "custom": {},
        }
        if not directed:
            self.story.grant(by.user_id, "opportunity")
        self.story.books.create(Opportunity, row, row["title"], by=by, at=at)
        self._log(row, "create", by, at)
        self._tell(row, "create", by, at, amount=_text(row["amount"]))
        getattr(self, f"_course_{deal.course}" if not deal.course.isdigit() else "_course_open")(
            deal, row, amount, by, at
        )

    def _course_pool(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        """It waits for somebody to take it."""

    def _course_claimed(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        taken = self.world.some_time(min(deal.day + 1, self.world.today), self.rng)
        self.story.then(
            max(taken, at), lambda: self._give(row, "claim", self._manager(), self._manager(), max(taken, at))
        )
        self._steps(deal, row, max(taken, at), 0)

    def _course_returned(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        manager = self._manager()
        self._give(row, "assign", manager, by, at)
        back = self.world.some_time(min(deal.day + 9, self.world.today), self.rng)

        def give_back() -> None:
            self._change(
                row,
                "return",
                {"owner_id": None, "status": "unassigned"},
                manager,
                back,
                note="客户暂无计划，先放回公海",
            )
            self.story.revoke(manager.user_id, "opportunity")

        self.story.then(back, give_back)

    def _course_reopened(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        today = self.world.today
        closed = max(deal.day + 2, min(today - 3, deal.day + 30))
        self._develop(deal, row, amount, by, at, 1, closed)
        lost = self.world.at(closed, 16 * 60)
        self.story.then(lost, lambda: self._lose(row, lost))
        again = self.world.some_time(min(working(today), closed + 20), self.rng)
        market = self.world.staff.named("market")

        def reopen() -> None:
            stage = next(stage for stage in self.world.stages if stage.code == row["stage"])
            changes = {
                "closed_at": None, "lost_reason": None, "lost_note": None, "probability": stage.probability,
                "stage_since": again, "status": "developing",
            }  # fmt: skip
            self._change(row, "reopen", changes, market, again, note="客户重新立项，继续跟进")

        self.story.then(max(again, lost), reopen)

    def _course_open(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        self._develop(deal, row, amount, by, at, int(deal.course), self.world.today)

    def _course_won(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        self._develop(deal, row, amount, by, at, len(self.world.stages) - 1, deal.closed)
        closed = self.world.at(deal.closed, 16 * 60 + self.rng.randrange(40))

        def win() -> None:
            final = cents(round(amount * self.rng.randrange(88, 104) / 10_000) * 100)
            worker = self._worker(row)
            changes = {"amount": final, "probability": 100, "closed_at": closed, "status": "won"}
            self._change(row, "win", changes, worker, closed, amount=_text(final))
            self.story.activate(worker, closed)
            self.won.append(row)

        self.story.then(closed, win)

    def _course_lost(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime) -> None:
        self._develop(deal, row, amount, by, at, self.rng.randrange(0, len(self.world.stages)), deal.closed)
        closed = self.world.at(deal.closed, 16 * 60 + self.rng.randrange(40))
        self.story.then(closed, lambda: self._lose(row, closed))

    def _lose(self, row: Row, at: datetime) -> None:
        reason = self.rng.choices(list(LOST_NOTES), (30, 24, 10, 10, 10, 8, 6, 2))[0]
        changes: Row = {
            "lost_reason": reason,
            "lost_note": self.rng.choice(LOST_NOTES[reason]),
            "competitor": self.rng.choice(_COMPETITORS) if reason in {"price", "competitor"} else row["competitor"],
            "probability": 0,
            "closed_at": at,
            "status": "lost",
        }
        self._change(row, "lose", changes, self._worker(row), at, reason=reason, note=changes["lost_note"])

    # --- pieces of a course ---

    def _develop(self, deal: Deal, row: Row, amount: Decimal, by: Actor, at: datetime, stage: int, until: int) -> None:
        """Assign it if need be, and pass it through the stages up to ``stage`` before the day ``until``."""
        if row["owner_id"] is None:
            self._give(row, "assign", self._manager(), by, at)
        reached = 0
        for step in range(1, stage + 1):
            day = working(deal.day + (until - deal.day) * step // (stage + 1))
            when = max(self.world.at(day, 10 * 60 + self.rng.randrange(240)), at + timedelta(minutes=step))
            if deal.day < day <= until:
                self.story.then(when, lambda step=step, when=when: self._advance(row, step, amount, when))  # type: ignore[misc]
                reached = step
        self._steps(deal, row, at, reached)

    def _advance(self, row: Row, step: int, amount: Decimal, at: datetime) -> None:
        stage, before = self.world.stages[step], row["stage"]
        changes = {"probability": stage.probability, "stage": stage.code, "stage_since": at}
        if row["amount"] is None and step >= 2:
            changes["amount"] = amount
        self._change(row, "advance", changes, self._worker(row), at, stage=stage.code, from_stage=before)

    def _steps(self, deal: Deal, row: Row, at: datetime, reached: int) -> None:
        """The development plan: the steps of the stages passed are done, the next one is to come."""
        last = deal.closed or self.world.today
        past = deal.steps if deal.closed > 0 else min(reached, deal.steps)
        dues = [
            self.world.at(working(deal.day + (last - deal.day) * (place + 1) // (deal.steps + 1)), 15 * 60)
            for place in range(past)
        ]
        # Step after step: nobody plans to send samples before the first visit.
        dues += sorted(max(self._coming(), *dues[-1:], at) for _place in range(past, deal.steps))
        for place, due in enumerate(dues):
            made = at + timedelta(minutes=5 + place)
            done = place < past
            self.planner.step(row, place + 1, STEPS[place], due, made, done=done, worker=self._worker(row))

    def _coming(self) -> datetime:
        """When a step of a plan is due that is not done: some are late, some are for today."""
        days = self.rng.choices((-self.rng.randrange(1, 5), 0, self.rng.randrange(1, 25)), (5, 5, 90))[0]
        return self.world.coming(self.world.today + days, 10 * 60 + 30 * self.rng.randrange(12))

    def _give(self, row: Row, move: str, manager: Actor, by: Actor, at: datetime) -> None:
        changes = {"owner_id": manager.user_id, "stage_since": at, "status": "developing"}
        self._change(row, move, changes, by, at, owner=manager.name)
        self.story.grant(manager.user_id, "opportunity")
        if self.story.row["owner_id"] is None:
            self.story.be_given_to(manager, by, at)

    def _manager(self) -> Actor:
        managers = self.world.staff.managers[self.story.one.city.side]
        return self.story.owner or managers[self.story.one.id % len(managers)]

    def _worker(self, row: Row) -> Actor:
        """Whoever develops it."""
        people = (*self.world.staff.actors.values(), self._manager())
        return next((actor for actor in people if actor.user_id == row["owner_id"]), self._manager())

    def _change(self, row: Row, move: str, changes: Row, by: Actor, at: datetime, **words: str | None) -> None:
        self.story.books.change(Opportunity, row, row["title"], changes, by=by, at=at, action=f"move:{move}")
        self._log(row, move, by, at)
        self._tell(row, move, by, at, **words)

    def _log(self, row: Row, cause: str, by: Actor, at: datetime) -> None:
        kept = ("status", "stage", "owner_id", "amount", "probability", "expected_close")
        entry = {"opportunity_id": row["id"], "at": at, "actor_id": by.user_id, "cause": cause}
        self.story.books.add(OpportunityStageLog, entry | {name: row[name] for name in kept})

    def _tell(self, row: Row, what: str, by: Actor, at: datetime, **words: str | None) -> None:
        said = {"title": row["title"], **{name: word for name, word in words.items() if word not in (None, "")}}
        self.story.books.tell(self.story.one.id, f"opportunity.{what}", at, by=by, record_id=row["id"], **said)


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
