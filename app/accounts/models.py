"""Users, teams and failed sign-ins."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.security.sqla.models import User as FabUser
from sqlalchemy import Connection, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.core.database import Key, Model, Moment, Numbered, sort_key
from app.core.pinyin import name_key

# FAB's column must hold an address; this domain can never receive mail.
NO_MAIL = "no-mail.invalid"


def full_name(first: str | None, last: str | None) -> str:
    """A name as it is said: 林晓梅, or Grace Lin."""
    first, last = first or "", last or ""
    if any("一" <= letter <= "鿿" for letter in first + last):
        return f"{last}{first}"
    return f"{first} {last}".strip()


class Team(Numbered, Model):
    """A department; the people of a team are seen by its leader and the leaders above."""

    __tablename__ = "team"
    __audited__ = "team"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)

    parent: Mapped[Team | None] = relationship("Team", remote_side="Team.id", viewonly=True)

    def __str__(self) -> str:
        return self.name


class TeamLeader(Model):
    """Who leads a team; a table of its own because a user also refers to their team."""

    __tablename__ = "team_leader"
    __audited__ = "team"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)

    @property
    def id(self) -> int:
        return self.team_id

    def __str__(self) -> str:
        return f"{self.team_id}"


class Person(FabUser):
    """A person who signs in: FAB's user with a team, a language and what sign-in needs."""

    __tablename__ = "ab_user"
    __audited__ = "user"
    __secret__ = frozenset({"password"})
    __unaudited__ = (
        "login_count",
        "fail_login_count",
        "last_login",
        "changed_on",
        "created_on",
        "created_by_fk",
        "changed_by_fk",
        "name_key",
    )

    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", name="fk_ab_user_team_id"), index=True)
    language: Mapped[str | None] = mapped_column(String(8), comment="zh or en; empty: from the browser")
    phone: Mapped[str | None] = mapped_column(String(32))
    must_change_password: Mapped[bool | None] = mapped_column(default=False)
    sign_outs: Mapped[int | None] = mapped_column(default=0, comment="part of the session stamp")
    left_on: Mapped[date | None] = mapped_column(comment="day of leaving; the user is then not active")
    name_key: Mapped[str | None] = mapped_column(
        sort_key(400), comment="pinyin of the name; sorts lists on both databases"
    )

    team: Mapped[Team | None] = relationship(Team, viewonly=True)

    # Filled by a list for all its rows at once.
    role_names = ()

    @property
    def has_no_mail(self) -> bool:
        """Whether no mail address is known."""
        return self.email.endswith(f"@{NO_MAIL}")

    @property
    def name(self) -> str:
        """The name as it is said: 林晓梅, or Grace Lin."""
        return full_name(self.first_name, self.last_name)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _spell_name(_mapper: Mapper[Person], _connection: Connection, person: Person) -> None:
    """Keep the key people are sorted by, whoever gives the name: a form, FAB or a command."""
    person.name_key = name_key(person.name)


# FAB's own models name their user class "User", so ours must be registered under another name.
User = Person


class SignInFailure(Model):
    """A failed attempt; counted over all workers and restarts to lock a name out for a while."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(String(128), comment="lower case, as typed; the user may not exist")
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    address: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index("ix_sign_in_failure_username_at", "username", "at"),)
