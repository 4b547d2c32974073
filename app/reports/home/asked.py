"""For whom and for which moment a home page is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.actors import Actor
from app.core.i18n import local_day, time_zone


@dataclass(frozen=True)
class Asked:
    """Who looks at their home page, and when."""

    actor: Actor
    at: datetime

    @property
    def me(self) -> int | None:
        return self.actor.user_id

    @property
    def day(self) -> date:
        """Today in the company's time zone."""
        return local_day(self.at)

    @property
    def yesterday(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def midnight(self) -> datetime:
        """The moment at which today began."""
        return start_of(self.day)

    @property
    def next_midnight(self) -> datetime:
        """The moment at which today ends, exclusive."""
        return start_of(self.day + timedelta(days=1))

    def may(self, right: str) -> bool:
        return self.actor.may(right)


def start_of(day: date) -> datetime:
    """The first moment of a day in the company's time zone."""
    return datetime.combine(day, time.min, time_zone())
