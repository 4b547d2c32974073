"""One customer's story from the first call to today, told event by event in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from stdnum.cn import uscc

from app.core import regions
from app.core.actors import Actor
from app.core.money import cents
from app.core.pinyin import initials, name_key, syllables
from app.customers.duplicates import keys_of
from app.customers.models import Contact, Customer, CustomerAccess, CustomerKey, CustomerTag
from app.exchange.demo import names
from app.exchange.demo.blueprint import Blueprint
from app.exchange.demo.books import Books, Row
from app.exchange.demo.dice import Dice
from app.exchange.demo.places import PARKS, ROADS
from app.exchange.demo.talk import TAGS
from app.exchange.demo.world import World

Event = Callable[[], None]
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILES = ("138", "139", "136", "137", "158", "159", "186", "187", "188", "150", "151", "133", "189", "177")


class Story:
    """The customer's own row, and what other chapters add to it."""

    def __init__(self, world: World, one: Blueprint, books: Books) -> None:
        self.world, self.one, self.books = world, one, books
        self.rng = Dice(f"changke/{world.seed}/{one.id}")
        self.owner = world.owner_of(one)
        self.events: list[tuple[datetime, int, Event]] = []
        self.contacts: list[Row] = []
        self.row: Row = {}
        self.access: set[tuple[int, str]] = set()

    def then(self, at: datetime, event: Event) -> None:
        """Let something happen at ``at``."""
        self.events.append((at, len(self.events), event))

    def run(self) -> None:
        """Let everything happen, in the order of time; what an event causes for later happens later."""
        while self.events:
            self.events.sort(key=lambda event: event[:2])
            events, self.events = self.events, []
            for place, (_at, _order, event) in enumerate(events):
                event()
                if self.events:
                    self.events += events[place + 1 :]
                    break

    @property
    def keeper(self) -> Actor:
        """Who looks after the customer; for nobody's, the director."""
        return self.owner or self.world.staff.named("market")

    # --- the customer and the people there ---

    def enter(self) -> None:
        """The customer is entered, with its first contact."""
        one, world, rng = self.one, self.world, self.rng
        at = world.at(one.day, 9 * 60 + rng.randrange(1, 25))
        by = self.owner or world.staff.named("office")
        self.row = {
            "id": one.id,
            "code": f"KH-{one.id:05d}",
            "name": one.name,
            "name_key": name_key(one.name),
            "short_name": f"{one.brand}{names.INDUSTRY_WORDS[one.industry][1][0]}" if rng.random() < 0.5 else None,
            "kind": "company",
            "industry": one.industry,
            "source": rng.choice(_SOURCES),
            "owner_id": self.owner.user_id if self.owner else None,
            "status": "prospect",
            "is_internal": False,
            "level": _level(one.size) if one.segment != "p" else rng.choice("BCCD"),
            "credit": rng.choices((2, 3, 4, 5), (5, 30, 45, 20))[0] if one.segment != "p" else None,
            "notes": None,
            "custom": {},
            "orders_12m": 0,
            "value_12m": Decimal(0),
            **self._registered(),
            **self._reached(),
        }
        self.books.create(Customer, self.row, one.name, by=by, at=at)
        self.books.tell(one.id, "customer.create", at, by=by, record_id=one.id, name=one.name)
        self._tag()
        for number in range(one.contacts):
            met = at if number == 0 else world.some_time(min(one.day + rng.randrange(3, 90), world.today), rng)
            self.then(met, lambda number=number, met=met: self._meet(number, met))  # type: ignore[misc]

    def _registered(self) -> Row:
        one, rng = self.one, self.rng
        district = rng.choice(one.city.districts)
        found = regions.region(district)
        organisation = "MA" + "".join(rng.choice(_USCC) for _place in range(7))
        code = f"91{district}{organisation}"
        staff = max(5, int(60 * one.size * rng.uniform(0.6, 2.4)))
        return {
            "region": district,
            "region_name": found.full_name if found else None,
            "uscc": code + uscc.calc_check_digit(code),
            "legal_representative": names.person(rng)[0],
            "registered_capital": cents(rng.choice((50, 100, 200, 300, 500, 800, 1000, 1200, 2000, 5000)) * 10_000),
            "annual_revenue": cents(staff * rng.randrange(18, 60) * 10_000) if rng.random() < 0.6 else None,
            "staff": staff,
            "bank": f"{rng.choice(_BANKS)}{one.city.name}分行" if rng.random() < 0.5 else None,
        }

    def _reached(self) -> Row:
        one, rng = self.one, self.rng
        self.host = f"{initials(one.city.name)}{''.join(syllables(one.brand))}.example.com"
        line = f"8{rng.randrange(10 ** (one.city.digits - 2), 10 ** (one.city.digits - 1))}"
        road = f"{one.city.name}市{rng.choice(ROADS)} {rng.randrange(1, 1999)} 号{one.brand}{rng.choice(PARKS)}"
        return {
            "phone": f"{one.city.area}-{line}",
            "email": f"info@{self.host}" if rng.random() < 0.6 else None,
            "website": f"https://www.{self.host}" if rng.random() < 0.6 else None,
            "address": road,
            "postcode": one.city.postcode,
        }

    def _tag(self) -> None:
        chosen = self.rng.sample(TAGS, self.rng.choices((0, 1, 2, 3), (45, 35, 15, 5))[0])
        for tag_id in sorted(self.world.tags[name] for name in chosen):
            self.books.add(CustomerTag, {"customer_id": self.one.id, "tag_id": tag_id})

    def _meet(self, number: int, at: datetime) -> None:
        rng, by = self.rng, self.owner or self.world.staff.named("office")
        name, woman = names.person(rng)
        title, department, role, category = rng.choice(names.TITLES)
        spelled = "".join(syllables(name))
        row: Row = {
            "id": self.one.first_contact + number,
            "customer_id": self.one.id,
            "name": name,
            "name_key": name_key(name),
            "gender": "female" if woman else "male",
            "title": title,
            "department": department,
            "mobile": f"{rng.choice(_MOBILES)}{rng.randrange(10**8):08d}",
            "email": f"{spelled}@{self.host}" if rng.random() < 0.55 else None,
            "wechat": f"{spelled}{rng.randrange(60, 100)}" if rng.random() < 0.5 else None,
            "is_primary": number == 0,
            "decision_role": role,
            "category": category,
            "tags": [],
            "consent": rng.choice(([], ["phone"], ["phone", "wechat"], ["phone", "mail"])),
            "custom": {},
        }
        self.contacts.append(self.books.create(Contact, row, name, by=by, at=at))
        self.books.tell(self.one.id, "contact.create", at, by=by, record_id=row["id"], name=name)

    # --- what other chapters do to the customer ---

    def activate(self, by: Actor, at: datetime) -> None:
        """The first order or win makes a prospect an active customer; a new order regains a lost one."""
        move = {"prospect": "activate", "lost": "regain"}.get(self.row["status"])
        if move:
            self._move(move, "active", by, at)

    def lose(self, by: Actor, at: datetime) -> None:
        """The customer is given up."""
        if self.row["status"] != "lost":
            self._move("lose", "lost", by, at)

    def _move(self, move: str, status: str, by: Actor, at: datetime) -> None:
        changes = {"status": status}
        self.books.change(Customer, self.row, self.one.name, changes, by=by, at=at, action=f"move:{move}")
        self.books.tell(self.one.id, f"customer.{move}", at, by=by)

    def grant(self, user_id: int | None, reason: str) -> None:
        """Let somebody see the customer."""
        if user_id is not None and (user_id, reason) not in self.access:
            self.access.add((user_id, reason))
            self.books.add(CustomerAccess, {"customer_id": self.one.id, "user_id": user_id, "reason": reason})

    def revoke(self, user_id: int | None, reason: str) -> None:
        """Take back what :meth:`grant` gave."""
        if user_id is not None and (user_id, reason) in self.access:
            self.access.remove((user_id, reason))
            self.books.rows["customer_access"].remove(
                {"customer_id": self.one.id, "user_id": user_id, "reason": reason}
            )

    def be_given_to(self, owner: Actor, by: Actor, at: datetime) -> None:
        """A customer of nobody's gets an owner."""
        self.books.change(
            Customer, self.row, self.one.name, {"owner_id": owner.user_id}, by=Actor.system(by.name), at=at
        )
        words = {"before": "", "after": owner.name}
        self.books.tell(self.one.id, "customer.hand_over", at, by=Actor.system(by.name), record_id=self.one.id, **words)
        self.owner = owner

    def share(self, colleague: Actor, at: datetime) -> None:
        """Make a colleague a collaborator."""
        self.grant(colleague.user_id, "collaborator")
        changes = {"collaborators": [[], [colleague.name]]}
        self.books.note("update", "customer", self.one.id, self.one.name, changes, by=self.keeper, at=at)

    def be_found(self) -> None:
        """Let search and duplicate check find the customer and its people."""
        row, books = self.row, self.books
        texts = [row["name"], row["code"], row["short_name"], None, row["phone"], row["uscc"]]
        for contact in self.contacts:
            texts += [contact["name"], contact["mobile"], None]
            own = (contact["name"], contact["mobile"], None, contact["email"], contact["wechat"], row["name"])
            books.find_by("contact", contact["id"], own)
        books.find_by("customer", row["id"], texts)
        phones = [row["phone"], *(contact["mobile"] for contact in self.contacts)]
        for key in sorted(keys_of(row["name"], row["uscc"], phones)):
            books.add(CustomerKey, {"customer_id": row["id"], "key": key})


_SOURCES = ("referral", "exhibition", "website", "search", "phone", "phone", "visit", "wechat", "platform", "partner")
_BANKS = ("中国工商银行", "中国建设银行", "中国农业银行", "中国银行", "招商银行", "宁波银行", "交通银行", "浦发银行")


def _level(size: float) -> str:
    return "A" if size > 3 else "B" if size > 1.5 else "C" if size > 0.6 else "D"
