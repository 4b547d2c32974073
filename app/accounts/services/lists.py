"""Named views of lists, and how somebody wants to see a list; each belongs to whoever made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actors import Actor
from app.core.doing import done_by
from app.core.errors import Invalid, NotAllowed, NotFound, invalid
from app.core.i18n import _l
from app.core.lists import DENSITIES, LONGEST_QUERY, LONGEST_TITLE, ListChoice, ListView, seen_by

MOST_VIEWS = 30
"""Views of one person on one list."""

KEPT_DELETED = timedelta(days=1)
_UNCHANGED: Any = object()


def save_view(
    name: str, title: str, query: str, columns: Iterable[str] | None, *, by: Actor, at: datetime, shared: str = ""
) -> ListView:
    """Keep a view of the list ``name``; ``shared`` as in :func:`share_view`.

    :raises Invalid: if the title is missing or taken, or there are too many.
    """
    with done_by(by, at) as session:
        owner_id = _person(by)
        own = select(ListView).where(ListView.owner_id == owner_id, ListView.list == name)
        for view in session.scalars(own.where(ListView.deleted_at < at - KEPT_DELETED)):
            session.delete(view)
        count = session.scalar(select(func.count()).select_from(own.where(ListView.deleted_at.is_(None)).subquery()))
        if (count or 0) >= MOST_VIEWS:
            raise Invalid(
                _l("At most %(limit)s views of a list. Delete one that you no longer need.", limit=MOST_VIEWS)
            )
        view = ListView(
            list=name,
            title=_title(session, title, name, owner_id),
            query=_checked_query(query),
            columns=_names(columns),
            owner_id=owner_id,
            shared_all=False,
            role_default=False,
            position=count or 0,
        )
        _share(session, view, shared, by)
        session.add(view)
        session.flush()
    return view


def change_view(
    pk: int,
    *,
    by: Actor,
    at: datetime,
    title: str = _UNCHANGED,
    query: str = _UNCHANGED,
    columns: Iterable[str] | None = _UNCHANGED,
    shared: str = _UNCHANGED,
    role_default: bool = _UNCHANGED,
) -> ListView:
    """Change what is named; ``shared`` as in :func:`share_view`.

    :raises NotFound: if it is not the person's view.
    """
    with done_by(by, at) as session:
        view = _own(session, pk, by)
        if title is not _UNCHANGED:
            view.title = _title(session, title, view.list, view.owner_id, view)
        if query is not _UNCHANGED:
            view.query = _checked_query(query)
        if columns is not _UNCHANGED:
            view.columns = _names(columns)
        if shared is not _UNCHANGED:
            _share(session, view, shared, by)
        if role_default is not _UNCHANGED:
            _open_with(session, view, role_default, by)
        session.flush()
    return view


def _share(session: Session, view: ListView, shared: str, by: Actor) -> None:
    """Share with nobody (``""``), one's ``team``, ``all``, or ``role:<id>``; the last two need ``settings.edit``.

    :raises Invalid: if there is no such team or role, or the right is missing.
    """
    kind, _colon, key = shared.partition(":")
    team_id = role_id = None
    if kind == "team":
        team_id = session.scalar(select(User.team_id).where(User.id == view.owner_id))
        if team_id is None:
            raise invalid("shared", _l("You belong to no team. Ask an administrator."))
    elif kind in ("all", "role"):
        if not by.may("settings.edit"):
            raise NotAllowed(_l("Only an administrator can share a view with everybody or with a role."))
        if kind == "role":
            role_id = session.scalar(select(Role.id).where(Role.id == int(key))) if key.isdecimal() else None
            if role_id is None:
                raise invalid("shared", _l("This is not a valid choice."))
    elif shared:
        raise invalid("shared", _l("This is not a valid choice."))
    view.shared_team_id, view.shared_role_id, view.shared_all = team_id, role_id, kind == "all"
    if role_id is None:
        view.role_default = False


def _open_with(session: Session, view: ListView, wanted: bool, by: Actor) -> None:
    if wanted == view.role_default:
        return
    if not by.may("settings.edit"):
        raise NotAllowed(_l("Only an administrator can set the view a role's list opens with."))
    if wanted and view.shared_role_id is None:
        raise invalid("role_default", _l("Share the view with a role first."))
    if wanted:
        same = (ListView.list == view.list, ListView.shared_role_id == view.shared_role_id)
        for other in session.scalars(select(ListView).where(*same, ListView.role_default.is_(True))):
            other.role_default = False
    view.role_default = wanted


def move_view(pk: int, steps: int, *, by: Actor, at: datetime) -> ListView:
    """Move a view left (``-1``) or right among the person's own views of that list."""
    with done_by(by, at) as session:
        view = _own(session, pk, by)
        row = list(
            session.scalars(
                select(ListView)
                .where(ListView.owner_id == view.owner_id, ListView.list == view.list, ListView.deleted_at.is_(None))
                .order_by(ListView.position, ListView.id)
            )
        )
        old = row.index(view)
        row.insert(min(max(old + steps, 0), len(row) - 1), row.pop(old))
        for position, one in enumerate(row):
            one.position = position
    return view


def delete_view(pk: int, *, by: Actor, at: datetime) -> ListView:
    """Remove a view; it can be taken back for a day."""
    with done_by(by, at) as session:
        view = _own(session, pk, by)
        view.deleted_at = at
        session.execute(update(ListChoice).where(ListChoice.default_view_id == pk).values(default_view_id=None))
    return view


def restore_view(pk: int, *, by: Actor, at: datetime) -> ListView:
    """Take a removed view back."""
    with done_by(by, at) as session:
        view = _own(session, pk, by, deleted=True)
        view.deleted_at = None
    return view


def choose(name: str, values: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Remember how the person wants to see the list ``name``: ``columns``, ``page_size``, ``density``, ``default_view_id``.

    :raises NotFound: if the view is not one the person sees.
    """
    with done_by(by, at) as session:
        user_id = _person(by)
        choice = session.get(ListChoice, (user_id, name))
        if choice is None:
            choice = ListChoice(user_id=user_id, list=name)
            session.add(choice)
        if "columns" in values:
            choice.columns = _names(values["columns"])
        if "page_size" in values:
            choice.page_size = values["page_size"]
        if "density" in values:
            choice.density = values["density"] if values["density"] in DENSITIES else None
        if "default_view_id" in values:
            pk = values["default_view_id"]
            team_id = session.scalar(select(User.team_id).where(User.id == user_id))
            seen = select(ListView.id).where(ListView.id == pk, ListView.list == name, seen_by(user_id, team_id))
            if pk is not None and session.scalar(seen) is None:
                raise NotFound
            choice.default_view_id = pk


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise NotAllowed(_l("You do not have the right to do this."))
    return by.user_id


def _own(session: Session, pk: int, by: Actor, *, deleted: bool = False) -> ListView:
    """The view ``pk``: the person's own, or a shared one for whoever may change settings."""
    view = session.get(ListView, pk)
    if view is None or (view.deleted_at is not None) != deleted:
        raise NotFound
    shared = view.shared_all or view.shared_role_id is not None or view.shared_team_id is not None
    if view.owner_id != by.user_id and not (shared and by.may("settings.edit")):
        raise NotFound
    return view


def _title(session: Session, text: str, name: str, owner_id: int, view: ListView | None = None) -> str:
    title = " ".join((text or "").split())
    if not title:
        raise invalid("title", _l("This field is required."))
    if len(title) > LONGEST_TITLE:
        raise invalid("title", _l("At most %(limit)d characters.", limit=LONGEST_TITLE))
    same = select(ListView.id).where(
        ListView.owner_id == owner_id, ListView.list == name, ListView.title == title, ListView.deleted_at.is_(None)
    )
    if session.scalar(same.where(ListView.id != view.id) if view is not None else same) is not None:
        raise invalid("title", _l("You already have a view of this name."))
    return title


def _checked_query(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise Invalid(_l("These are more filters than a view can keep."))
    return query


def _names(columns: Iterable[str] | None) -> list[str] | None:
    return list(columns) if columns else None
