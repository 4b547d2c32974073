"""The chapter of follow-ups and plans: what was said, and what is to be done next."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.actors import Actor
from app.customers.models import FollowUp, Plan
from app.exchange.demo.blueprint import working
from app.exchange.demo.books import Row
from app.exchange.demo.story import Story
from app.exchange.demo.talk import PLANS, TALKS


class Planner:
    """The plans of one customer; hands out their keys."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.plans: list[Row] = []

    def make(self, values: Row, by: Actor, at: datetime) -> Row:
        """A plan is made."""
        story = self.story
        row = {"id": story.one.first_plan + len(self.plans), "customer_id": story.one.id, **values}
        self.plans.append(row)
        story.books.create(Plan, row, row["what"], by=by, at=at)
        due = row["due_at"].isoformat()
        story.books.tell(story.one.id, "plan.create", at, by=by, record_id=row["id"], what=row["what"], due_at=due)
        return row

    def finish(self, row: Row, result: str | None, by: Actor, at: datetime) -> None:
        """A plan is carried out."""
        story = self.story
        story.books.change(Plan, row, row["what"], {"done_at": at, "result": result}, by=by, at=at)
        story.books.tell(story.one.id, "plan.finish", at, by=by, record_id=row["id"], what=row["what"])

    def step(
        self,
        deal: Row,
        position: int,
        step: tuple[str, str, str],
        due: datetime,
        made: datetime,
        *,
        done: bool,
        worker: Actor,
    ) -> None:
        """A step of a development plan is made, and carried out if it was due and its stage is passed."""
        kind, what, expected = step
        values = {
            "contact_id": deal["contact_id"], "opportunity_id": deal["id"], "position": position, "what": what,
            "kind": kind, "due_at": due, "expected_result": expected, "owner_id": worker.user_id,
        }  # fmt: skip
        row: list[Row] = []
        self.story.then(made, lambda: row.append(self.make(values, worker, made)))
        if done:
            at = max(due, made + timedelta(minutes=1))
            self.story.then(at, lambda: self.finish(row[0], expected, worker, at))

    @property
    def next_at(self) -> datetime | None:
        """When the earliest open plan is due."""
        return min((row["due_at"] for row in self.plans if not row.get("done_at")), default=None)


class Talking:
    """The follow-ups of one customer, and the plan for the next one."""

    def __init__(self, story: Story, planner: Planner) -> None:
        self.story, self.world, self.rng, self.planner = story, story.world, story.rng, planner
        self.last: datetime | None = None

    def plan(self) -> None:
        """Put what was said and what is planned into the story."""
        one, today = self.story.one, self.world.today
        by = self.story.owner
        if by is None:
            return
        for number in range(one.talks):
            age = int((self.rng.random() ** 2) * min(240, max(1, today - one.day))) + number * 9
            at = self.world.some_time(working(max(one.day, today - age)), self.rng)
            self.story.then(at, lambda number=number, at=at, by=by: self._talk(number, by, at))  # type: ignore[misc]
        if one.plan:
            made = self.world.some_time(working(max(one.day, today - self.rng.randrange(1, 9))), self.rng)
            self.story.then(made, lambda: self._plan(by, made))

    def _talk(self, number: int, by: Actor, at: datetime) -> None:
        story, talk = self.story, self.rng.choice(TALKS)
        contact = self.rng.choice(story.contacts) if story.contacts else None
        row: Row = {
            "id": story.one.first_talk + number,
            "customer_id": story.one.id,
            "contact_id": contact["id"] if contact else None,
            "owner_id": by.user_id,
            "kind": talk.kind,
            "at": at,
            "place": f"{story.one.city.name}，客户公司" if talk.kind in {"visit", "meeting"} else None,
            "summary": talk.summary,
            "content": talk.content,
            "result": talk.result,
            "next_step": talk.next_step,
        }
        story.books.create(FollowUp, row, talk.summary, by=by, at=at)
        self.last = at if self.last is None else max(self.last, at)
        name = contact["name"] if contact else ""
        story.books.tell(
            story.one.id, "follow_up.create", at, by=by, record_id=row["id"],
            kind=talk.kind, summary=talk.summary, content=talk.content, contact=name,
        )  # fmt: skip

    def _plan(self, by: Actor, made: datetime) -> None:
        kind, what, expected = self.rng.choice(PLANS)
        today = self.world.today
        days = {"overdue": -self.rng.randrange(1, 6), "today": 0, "later": self.rng.randrange(1, 40)}[
            self.story.one.plan
        ]
        due = self.world.coming(today + days, 9 * 60 + 30 * self.rng.randrange(1, 16))
        contact = self.story.contacts[0]["id"] if self.story.contacts else None
        remind = due - timedelta(minutes=30) if self.rng.random() < 0.5 and days >= 0 else None
        self.planner.make(
            {
                "contact_id": contact, "what": what, "kind": kind, "due_at": due, "remind_at": remind,
                "owner_id": by.user_id, "expected_result": expected,
            },
            by,
            made,
        )  # fmt: skip
