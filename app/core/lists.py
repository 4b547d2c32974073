"""What people keep of a list: named views, and which columns, how many rows and how tightly they want to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, ForeignKey, String, and_, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.actors import Actor
from app.core.database import Json, Model, Moment, Numbered
from app.core.remembered import remembered

LONGEST_TITLE = 40
LONGEST_QUERY = 2_000
DENSITIES = ("tight",)


class ListView(Numbered, Model):
    """A named view of one list; who else sees it, and for which role the list opens with it."""

    __tablename__ = "list_view"
    __audited__ = "list_view"

    list: Mapped[str] = mapped_column(String(64), index=True, comment="name of the list's page")
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY), comment="filters and order, as in the list's address")
    columns: Mapped[Iterable[str] | None] = mapped_column(Json, comment="names in their order; empty: as everybody's")
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    shared_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"), index=True)
    shared_role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="SET NULL"), index=True)
    shared_all: Mapped[bool] = mapped_column(default=False)
    role_default: Mapped[bool] = mapped_column(default=False, comment="the role's list opens with it")
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; kept for a day, to be taken back")

    def __str__(self) -> str:
        return self.title


class ListChoice(Model):
    """How one person wants to see one list."""

    __tablename__ = "list_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    list: Mapped[str] = mapped_column(String(64), primary_key=True)
    columns: Mapped[Iterable[str] | None] = mapped_column(Json, comment="names in their order; empty: as everybody's")
    page_size: Mapped[int | None] = mapped_column(comment="rows on a page; empty: as everybody's")
    density: Mapped[str | None] = mapped_column(String(8), comment="tight; empty: normal")
    default_view_id: Mapped[int | None] = mapped_column(
        ForeignKey("list_view.id", ondelete="SET NULL"), comment="the list opens with it", index=True
    )


@dataclass(frozen=True)
class KeptView:
    """A named view as the list page needs it."""

    id: int
    title: str
    query: str
    columns: tuple[str, ...] | None
    is_mine: bool
    is_shared: bool
    role_default: bool


@dataclass(frozen=True)
class Kept:
    """What is kept of one list for one person."""

    columns: tuple[str, ...] | None = None
    page_size: int | None = None
    density: str = ""
    default_id: int | None = None
    views: tuple[KeptView, ...] = ()

    def view(self, pk: int | str | None) -> KeptView | None:
        """The view ``pk``, if the person sees it."""
        return next((view for view in self.views if str(view.id) == str(pk)), None)

    @property
    def default(self) -> KeptView | None:
        """The view the list opens with: the person's own choice, else their role's."""
        return self.view(self.default_id) or next((view for view in self.views if view.role_default), None)


def kept(session: Session, actor: Actor, name: str) -> Kept:
    """What is kept of the list ``name`` for ``actor``; remembered."""
    if actor.user_id is None:
        return Kept()
    return remembered(session, ("list", name, actor.user_id), partial(_read, name, actor.user_id))


def _read(name: str, user_id: int, session: Session) -> Kept:
    """One statement: the person's choice beside each view they see."""
    user = Model.metadata.tables["ab_user"]
    held = Model.metadata.tables["ab_user_role"].c
    of_my_role = ListView.shared_role_id.in_(select(held.role_id).where(held.user_id == user_id))
    statement = (
        select(ListChoice, ListView, of_my_role)
        .select_from(user)
        .outerjoin(ListChoice, and_(ListChoice.user_id == user.c.id, ListChoice.list == name))
        .outerjoin(ListView, and_(ListView.list == name, seen_by(user.c.id, user.c.team_id)))
        .where(user.c.id == user_id)
        .order_by(ListView.owner_id != user_id, ListView.position, ListView.id)
    )
    rows = session.execute(statement).all()
    views = tuple(_plain(view, user_id, bool(mine)) for _choice, view, mine in rows if view is not None)
    choice: ListChoice | None = rows[0][0] if rows else None
    if choice is None:
        return Kept(views=views)
    return Kept(
        columns=tuple(choice.columns) if choice.columns else None,
        page_size=choice.page_size,
        density=choice.density or "",
        default_id=choice.default_view_id,
        views=views,
    )


def _plain(view: ListView, user_id: int, of_my_role: bool) -> KeptView:
    shared = view.shared_all or view.shared_team_id is not None or view.shared_role_id is not None
    columns = tuple(view.columns) if view.columns else None
    default = view.role_default and of_my_role
    return KeptView(view.id, view.title, view.query, columns, view.owner_id == user_id, shared, default)


def seen_by(user_id: ColumnElement[int] | int, team_id: ColumnElement[int] | int | None) -> ColumnElement[bool]:
    """The views a person sees: their own, their team's, their roles', everybody's."""
    held = Model.metadata.tables["ab_user_role"].c
    return and_(
        ListView.deleted_at.is_(None),
        or_(
            ListView.owner_id == user_id,
            ListView.shared_all.is_(True),
            # Compared with nothing, it would be every view that no team shares.
            ListView.shared_team_id == team_id if team_id is not None else false(),
            ListView.shared_role_id.in_(select(held.role_id).where(held.user_id == user_id)),
        ),
    )
