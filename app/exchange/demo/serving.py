"""The chapter of service requests: from the call to the archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.core.actors import Actor
from app.core.search import Prose
from app.exchange.demo.blueprint import Request, working
from app.exchange.demo.books import Row
from app.exchange.demo.complaints import COMPENSATIONS, Complaint
from app.exchange.demo.courses import SENT_BACK
from app.exchange.demo.requests import CHANNELS, FEEDBACK, REQUESTS, SECOND_TRIES, UNANSWERED
from app.exchange.demo.story import Story
from app.service.models import LOWEST, SATISFIED, ServiceRequest, ServiceRequestLog
from app.service.queries import RATINGS_THAT_COUNT
from app.service.services.story import words
from app.service.workflow import workflow

NEWS_DAYS = 10
_PRIORITIES = ("low", "normal", "high", "urgent")


class Serving:
    """The service requests of one customer."""

    def __init__(self, story: Story) -> None:
        self.story, self.world, self.rng = story, story.world, story.rng
        self.rated: list[tuple[datetime, int, int]] = []
        self.requests: list[tuple[Row, str]] = []

    def plan(self) -> None:
        """Put the requests into the story."""
        for request in self.story.one.requests:
            at = self.world.at(request.day, 9 * 60 + self.rng.randrange(5, 120))
            self.story.then(at, lambda request=request, at=at: self._receive(request, at))  # type: ignore[misc]

    def _receive(self, request: Request, at: datetime) -> None:
        rng, world = self.rng, self.world
        about: Complaint = REQUESTS[request.type][request.text]
        good = rng.choice(world.goods_like(about.goods))
        priority = rng.choices(_PRIORITIES, (10, 60, 24, 6))[0]
        specialist = world.specialist(request.id)
        by = specialist if rng.random() < 0.7 or self.story.owner is None else self.story.owner
        response, resolution = self._deadlines(request.type, priority, at)
        row: Row = {
            "id": request.id,
            "number": request.number,
            "type": request.type,
            "priority": priority,
            "channel": rng.choices([code for code, _w in CHANNELS], [weight for _c, weight in CHANNELS])[0],
            "status": "created",
            "customer_id": self.story.one.id,
            "contact_id": rng.choice(self.story.contacts)["id"] if self.story.contacts else None,
            "product_id": good.id,
            "serial_number": f"SN{rng.randrange(10**9):09d}" if request.type == "repair" else None,
            "text": about.text,
            "received_at": at,
            "response_due_at": response,
            "resolution_due_at": resolution,
            "custom": {},
        }
        self.story.books.create(ServiceRequest, row, request.number, by=by, at=at)
        self._log(row, "create", None, None, by, at)
        self.requests.append((row, good.name))
        if request.course != "created":
            self._course(request.course, row, about, specialist, at)

    def _course(self, course: str, row: Row, about: Complaint, specialist: Actor, at: datetime) -> None:
        later = self._later
        assigned = self._give(
            row, "assign", self._other(specialist) if course == "reassigned" else specialist, later(at, 0.4)
        )
        if course == "reassigned":
            self._give(row, "reassign", specialist, later(assigned, 2))
        if course in {"assigned", "overdue", "reassigned"}:
            return
        processed = self._process(row, about, specialist, later(assigned, 16))
        if course == "processed":
            return
        if course == "unanswered":
            day = self.world.working.add_working_days(processed.astimezone(self.world.zone).date(), 8)
            self._archive(
                row,
                "archive_unanswered",
                self.rng.choice(UNANSWERED),
                specialist,
                self.world.at(day.toordinal(), 16 * 60),
            )
            return
        if course in SENT_BACK or course == "twice":
            low = SENT_BACK.get(course) or self.rng.choice((LOWEST, 2))
            back = self._rate(row, low, specialist, later(processed, 20))
            if course in SENT_BACK:
                return
            processed = self._process(row, about, specialist, later(back, 18), second=True)
        good = self.rng.choices((3, 4, 5), (14, 40, 46))[0]
        rated = self._rate(row, good, specialist, later(processed, 24))
        if course != "reviewed":
            self._archive(row, "archive", None, specialist, later(rated, 6))

    # --- the moves ---

    def _give(self, row: Row, move: str, specialist: Actor, at: datetime) -> datetime:
        market = self.world.staff.named("market")

        def give() -> None:
            before = row.get("owner_id")
            self._move(row, move, {"owner_id": specialist.user_id, "assigned_at": at}, market, at, owner_before=before)
            self._notify(specialist, row, at)

        self.story.then(at, give)
        return at

    def _process(
        self, row: Row, about: Complaint, specialist: Actor, at: datetime, *, second: bool = False
    ) -> datetime:
        complaint = row["type"] == "complaint"
        solution = self.rng.choice(SECOND_TRIES) if second else about.solution
        judged: Row = {}
        if complaint and not second:
            judged = {
                "upheld": self.rng.random() < 0.82,
                "severity": "serious" if self.rng.random() < 0.22 else "minor",
                "cause": about.cause,
                "improvement": about.improvement,
            }
            if judged["upheld"] and self.rng.random() < 0.4:
                judged["compensation"] = self.rng.choice(COMPENSATIONS)
            if self.rng.random() < 0.3:
                judged["responsible_id"] = self.world.staff.named("office").user_id
        at = min(at, self.world.now)

        def process() -> None:
            changes = judged | {"solution": solution, "processed_at": at, "responded_at": row.get("responded_at") or at}
            self._move(row, "process", changes, specialist, at, note=solution)

        self.story.then(at, process)
        return at

    def _rate(self, row: Row, satisfaction: int, specialist: Actor, at: datetime) -> datetime:
        said = self.rng.choice(FEEDBACK[satisfaction])
        by_link = self.rng.random() < 0.4
        by = Actor.system("customer_feedback") if by_link else specialist

        def rate() -> None:
            changes = {
                "feedback": said,
                "satisfaction": satisfaction,
                "feedback_source": "customer" if by_link else "specialist",
                "reviewed_at": at,
            }
            self._move(row, "record_feedback", changes, by, at, satisfaction=satisfaction, note=said)
            self.rated = [found for found in self.rated if found[1] != row["id"]] + [(at, row["id"], satisfaction)]
            if satisfaction < SATISFIED:
                _response, due = self._deadlines(row["type"], row["priority"], at)
                again = {"assigned_at": at, "processed_at": None, "resolution_due_at": due}
                self._move(row, "send_back", again, by, at, satisfaction=satisfaction)
                if by is not specialist:
                    self._notify(specialist, row, at)

        self.story.then(at, rate)
        return at

    def _archive(self, row: Row, move: str, note: str | None, specialist: Actor, at: datetime) -> None:
        changes = {"archive_note": note, "archived_at": at}
        self.story.then(at, lambda: self._move(row, move, changes, specialist, at, note=note))

    def _move(
        self,
        row: Row,
        move: str,
        changes: Row,
        by: Actor,
        at: datetime,
        *,
        owner_before: int | None = -1,
        satisfaction: int | None = None,
        note: str | None = None,
    ) -> None:
        before = row["status"]
        previous = row.get("owner_id") if owner_before == -1 else owner_before
        target = str(workflow.move(move).target)
        self.story.books.change(
            ServiceRequest, row, row["number"], changes | {"status": target}, by=by, at=at, action=f"move:{move}"
        )
        self._log(row, move, before, previous, by, at, satisfaction=satisfaction, note=note)

    def _log(
        self,
        row: Row,
        move: str,
        before: str | None,
        owner_before: int | None,
        by: Actor,
        at: datetime,
        *,
        satisfaction: int | None = None,
        note: str | None = None,
    ) -> None:
        self.story.books.add(
            ServiceRequestLog,
            {
                "request_id": row["id"],
                "at": at,
                "move": move,
                "status_before": before,
                "status": row["status"],
                "owner_before_id": owner_before,
                "owner_id": row.get("owner_id"),
                "satisfaction": satisfaction,
                "note": note,
                "actor_id": by.user_id,
            },
        )
        owner = next((each.name for each in self.world.staff.specialists if each.user_id == row.get("owner_id")), None)
        said = words(
            move,
            number=row["number"],
            type=row["type"],
            said=row["text"] if move == "create" else note,
            satisfaction=satisfaction,
            owner=owner,
        )
        event = f"service_request.{move}"
        self.story.books.tell(self.story.one.id, event, at, by=by, record_id=row["id"], **said)

    # --- what it takes ---

    def _notify(self, specialist: Actor, row: Row, at: datetime) -> None:
        # Older messages have been read and cleared away.
        if specialist.user_id is None or (self.world.now - at).days > NEWS_DAYS:
            return
        read_at = at + timedelta(hours=2) if (self.world.now - at).days > 1 else None
        event = "service_request.assigned"
        self.story.books.notify(
            specialist.user_id, event, at, read_at=read_at, record_id=row["id"], number=row["number"]
        )

    def _deadlines(self, type: str, priority: str, at: datetime) -> tuple[datetime, datetime]:
        response, resolution = self.world.levels.get((type, priority)) or self.world.levels["", priority]
        add, zone = self.world.working.add_working_hours, self.world.zone
        return add(at, response, zone=zone), add(at, resolution, zone=zone)

    def _other(self, specialist: Actor) -> Actor:
        return next((each for each in self.world.staff.specialists if each is not specialist), specialist)

    def _later(self, at: datetime, hours: float) -> datetime:
        """Up to ``hours`` of work later, in working hours, and not in the future."""
        moved = at + timedelta(hours=hours * self.rng.uniform(0.2, 1.0))
        local = moved.astimezone(self.world.zone)
        if not 9 <= local.hour < 18 or local.weekday() > 4:
            day = local.toordinal() + (local.hour >= 18)
            moved = max(
                moved,
                self.world.at(
                    max(working(day), at.astimezone(self.world.zone).toordinal()), 9 * 60 + self.rng.randrange(60)
                ),
            )
        # A moment after the last one, before now: the order of moves is the order of time.
        return min(max(moved, at + timedelta(seconds=30)), max(self.world.now, at + timedelta(seconds=1)))

    def keep(self) -> None:
        """Keep the customer's satisfaction, and let the search find the requests."""
        if self.rated:
            newest = sorted(self.rated, reverse=True)[:RATINGS_THAT_COUNT]
            mean = Decimal(sum(rating for *_when, rating in newest)) / len(newest)
            self.story.row["satisfaction"] = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
        name = self.story.one.name
        for row, product in self.requests:
            written = [Prose(row[part]) for part in ("text", "solution", "cause") if row.get(part)]
            texts = (row["number"], name, *written, row["serial_number"], product)
            self.story.books.find_by("service_request", row["id"], texts)
