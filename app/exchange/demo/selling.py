"""The chapter of orders: what is sold, what comes back, and the sums that are kept of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from app.core.money import net_of_vat
from app.exchange.demo.blueprint import Sale
from app.exchange.demo.books import Row
from app.exchange.demo.story import Story
from app.exchange.demo.world import Good
from app.orders.models import Order, OrderDay, OrderKind, OrderLine
from app.orders.queries import year_until
from app.orders.services.amounts import Totals, line_amounts, part_of, totals
from app.orders.services.telling import words

COUNTED = frozenset({"confirmed", "shipped", "completed"})
VAT = Decimal("0.13")
_DISCOUNTS = (Decimal(0), Decimal("0.03"), Decimal("0.05"), Decimal("0.08"))


class Selling:
    """The orders of one customer."""

    def __init__(self, story: Story) -> None:
        self.story, self.world, self.rng = story, story.world, story.rng
        self.orders: list[Row] = []
        self._lines: dict[int, list[Row]] = {}
        self._basket = self._usual_goods()
        self._discount = self.rng.choice(_DISCOUNTS)
        self.on_sale = lambda order, at: None

    def _usual_goods(self) -> list[Good]:
        usual = self.rng.sample(self.world.small_goods, self.rng.randrange(2, 6))
        return [*usual, self.rng.choice(self.world.machines)]

    def plan(self) -> None:
        """Put the orders into the story."""
        sales = [sale for sale in self.story.one.sales if sale.of < 0]
        for sale in self.story.one.sales:
            at = self.world.some_time(sale.day, self.rng)
            if sale.of < 0:
                self.story.then(at, lambda sale=sale, at=at: self._sell(sale, at))  # type: ignore[misc]
            else:
                at = max(at, self.world.at(sale.day, 17 * 60 + 45))
                self.story.then(at, lambda sale=sale, at=at, of=sales[sale.of]: self._take_back(sale, of, at))  # type: ignore[misc]

    def _sell(self, sale: Sale, at: datetime) -> None:
        rng = self.rng
        chosen = rng.sample(self._basket[:-1], min(len(self._basket) - 1, rng.choices((1, 2, 3), (48, 36, 16))[0]))
        if rng.random() < 0.04:
            chosen.append(self._basket[-1])
        lines = [self._line(place, good) for place, good in enumerate(chosen, start=1)]
        days = rng.randrange(3, 9)
        status = self._status(sale)
        day = date.fromordinal(sale.day)
        delivered = date.fromordinal(min(sale.day + days - rng.choice((0, 0, 0, 1, -2)), self.world.today))
        order = self._enter(
            sale,
            lines,
            {
                "kind": "sale",
                "status": status,
                "contact_id": self.story.contacts[0]["id"] if self.story.contacts else None,
                "promised_on": day + timedelta(days=days),
                "delivered_on": max(delivered, day) if status == "completed" else None,
                "address": self.story.row["address"],
            },
            at,
        )
        if status in COUNTED:
            self.story.activate(self.world.staff.named("office"), at)
            self.on_sale(order, at)

    def _status(self, sale: Sale) -> str:
        age = self.world.today - sale.day
        # By its number, in turn: a handful of young orders has every status.
        # Only young ones do not count: a gap of 177 days and these stay below what is a silence.
        if age < 2:
            return ("draft", "confirmed", "confirmed")[sale.id % 3]
        if age < 5:
            return ("confirmed", "shipped", "shipped", "confirmed", "cancelled")[sale.id % 5]
        return ("shipped", "completed")[sale.id % 2] if age <= 10 else "completed"

    def _line(self, place: int, good: Good) -> Row:
        rng = self.rng
        quantity = Decimal(
            max(1, round(rng.randrange(good.least, good.most + 1) * min(2.0, max(0.2, self.story.one.size))))
        )
        line = {
            "position": place,
            "product_id": good.id,
            "original_line_id": None,
            "text": None,
            "quantity": quantity,
            "unit_price": good.price,
            "discount": self._discount,
            "vat_rate": VAT,
            "unit_cost": good.cost,
        }
        line["gross"], line["net"] = _amounts(good.price, quantity, self._discount)
        return line

    def _take_back(self, sale: Sale, of: Sale, at: datetime) -> None:
        sold = self._lines.get(of.id)
        if not sold or next(order for order in self.orders if order["id"] == of.id)["status"] != "completed":
            sold = None
        if sold is None:
            # Too young to be returned: then something else is sold, so that there are as many orders as asked for.
            self._sell(Sale(sale.day, -1, sale.id, sale.number), at)
            return
        line = self.rng.choice(sold)
        quantity = max(Decimal(1), Decimal(int(line["quantity"] * self.rng.choice((10, 20, 30)) / 100)))
        quantity = min(quantity, line["quantity"])
        gross = part_of(line["gross"], quantity, (line["quantity"], line["gross"]), line["quantity"])
        back = line | {
            "position": 1,
            "original_line_id": line["id"],
            "quantity": quantity,
            "gross": gross,
            "net": net_of_vat(gross, VAT),
        }
        del back["id"], back["order_id"]
        self._enter(sale, [back], {"kind": "return", "status": "completed", "original_id": of.id}, at)

    def _enter(self, sale: Sale, lines: list[Row], values: Row, at: datetime) -> Row:
        story, office = self.story, self.world.staff.named("office")
        sums = totals(lines) if len(lines) > 1 else _of_one(*(lines[0][name] for name in _SUMMED))
        order = {
            "id": sale.id,
            "number": sale.number,
            "customer_id": story.one.id,
            "ordered_on": date.fromordinal(sale.day),
            "owner_id": story.owner.user_id if story.owner else office.user_id,
            "gross": sums.gross,
            "net": sums.net,
            "cost": sums.cost,
            "value": -sums.gross if values["kind"] == "return" else sums.gross,
            **values,
        }
        story.books.create(Order, order, sale.number, by=office, at=at)
        for place, line in enumerate(lines):
            # Three lines at most: keys that leave room need no counting over all customers.
            line |= {"id": sale.id * 4 + place, "order_id": sale.id}
            story.books.add(OrderLine, line)
        self.orders.append(order)
        self._lines[sale.id] = lines
        if order["status"] in COUNTED:
            said = words(sale.number, OrderKind(order["kind"]), order["gross"])
            story.books.tell(story.one.id, "order.enter", at, by=office, record_id=sale.id, **said)
        return order

    def keep(self) -> None:
        """Keep the sums per day, and the roll-ups of the customer."""
        counted = [order for order in self.orders if order["status"] in COUNTED]
        days: dict[date, list[Row]] = defaultdict(list)
        for order in counted:
            days[order["ordered_on"]].append(order)
        first, last = year_until(date.fromordinal(self.world.today))
        sold_on = [order["ordered_on"] for order in counted if order["kind"] == "sale"]
        story = self.story
        story.row["last_order_on"] = max(sold_on, default=None)
        story.row["orders_12m"] = sum(first <= day <= last for day in sold_on)
        year = (order["value"] for order in counted if first <= order["ordered_on"] <= last)
        story.row["value_12m"] = sum(year, Decimal(0))
        for day, orders in sorted(days.items()):
            story.books.add(OrderDay, {"customer_id": story.one.id, "day": day} | _sums(orders))


_SUMMED = ("quantity", "unit_cost", "gross", "net")


@lru_cache(maxsize=50_000)
def _amounts(price: Decimal, quantity: Decimal, discount: Decimal) -> tuple[Decimal, Decimal]:
    """(gross, net) of a line; kept, because a catalogue and a few discounts come to the same amounts again."""
    return line_amounts({"unit_price": price, "quantity": quantity, "discount": discount, "vat_rate": VAT})


@lru_cache(maxsize=50_000)
def _of_one(*line: Decimal) -> Totals:
    return totals([dict(zip(_SUMMED, line, strict=True))])


def _sums(orders: list[Row]) -> Row:
    """What is kept of the counted orders of one day."""
    returns = [order for order in orders if order["kind"] == "return"]
    if len(orders) == 1 and not returns:
        only = orders[0]
        return {"orders": 1, "returns": 0, "returned": Decimal(0)} | {
            name: only[name] for name in ("gross", "net", "cost")
        }
    sums: Row = {
        "orders": len(orders) - len(returns),
        "returns": len(returns),
        "gross": sum(order["value"] for order in orders),
        "returned": sum(order["gross"] for order in returns),
    }
    for name in ("net", "cost"):
        sums[name] = sum(order[name] for order in orders) - 2 * sum(order[name] for order in returns)
    return sums
