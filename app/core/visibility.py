"""Who sees what: one rule per model, applied by the session to every ORM statement, and checked on writes.

``text()``, bare tables and bulk INSERT pass by this filter; they are banned outside ``core``, ``migrations`` and
reviewed report SQL, which applies the same rule by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, event, false, inspect, select, true
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from app.core.actors import Actor, current_actor
from app.core.database import Model, Recyclable
from app.core.errors import NobodyActing, invalid
from app.core.i18n import _l

Rule = Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class Scope:
    """One model's rule; ``kind`` is the first half of its rights (``customer``)."""

    model: type[Any]
    kind: str
    rule: Rule


_scopes: dict[str, Scope] = {}


def scoped(model: type[Any], kind: str, rule: Rule) -> None:
    """Register ``rule`` as what every statement that touches ``model``'s table is filtered by."""
    _scopes[model.__table__.name] = Scope(model, kind, rule)


def scopes() -> Iterable[Scope]:
    """All registered rules."""
    return _scopes.values()


def scope_of(table: str) -> Scope | None:
    """The rule for ``table``, if its rows have one."""
    return _scopes.get(table)


def record_of(kind: str) -> type[Any] | None:
    """The model whose rows are the records of ``kind``: the first that was registered for it; others are their parts."""
    return next((scope.model for scope in _scopes.values() if scope.kind == kind), None)


def owned_by(actor: Actor, kind: str, owner: InstrumentedAttribute[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Rows of ``kind`` whose ``owner`` is visible to ``actor``: all, those of the team, their own, or none."""
    if actor.sees_all(kind):
        return true()
    people = actor.owners(kind)
    return owner.in_(sorted(people)) if people else false()


def criterion(model: type[Any], actor: Actor) -> ColumnElement[bool]:
    """What ``actor`` may see of ``model`` as one condition; for report SQL that the session cannot filter."""
    scope = _scopes[model.__table__.name]
    rule = scope.rule(actor)
    if issubclass(model, Recyclable):
        return and_(model.deleted_at.is_(None), rule)
    return rule


def _option(scope: Scope, actor: Actor, with_deleted: bool) -> Any:
    key = f"visibility:{scope.model.__tablename__}:{with_deleted}"
    option = actor.cache.get(key)
    if option is None:
        condition = scope.rule(actor) if with_deleted else criterion(scope.model, actor)
        option = with_loader_criteria(scope.model, condition, include_aliases=True, propagate_to_loaders=True)
        actor.cache[key] = option
    return option


def _scoped_tables(statement: Any) -> set[str]:
    # Walking the statement, because ``all_mappers`` does not name what a counted subquery reads.
    return {part.name for part in visitors.iterate(statement) if isinstance(part, Table) and part.name in _scopes}


@event.listens_for(Session, "do_orm_execute")
def _keep_to_visible_rows(execution: ORMExecuteState) -> None:
    if execution.is_column_load:
        return
    tables = _scoped_tables(execution.statement)
    # A relation loaded together with its parent is not named by the statement yet.
    tables.update(execution.execution_options.get("eager_tables", ()))
    if not tables:
        return
    actor = current_actor(execution.session)
    if actor is None:
        raise NobodyActing(f"{sorted(tables)} read although nobody acts")
    with_deleted = bool(execution.execution_options.get("with_deleted"))
    execution.statement = execution.statement.options(
        *(_option(_scopes[name], actor, with_deleted) for name in sorted(tables))
    )


def with_deleted(statement: Select[Any]) -> Select[Any]:
    """Let ``statement`` read rows in the recycle bin as well; who sees them stays the same."""
    return statement.execution_options(with_deleted=True)


def find(session: Session, model: type[Any], pk: int, *, lock: bool = False) -> Any | None:
    """Return the visible row ``pk`` of ``model``, or None; ``lock`` reads it anew for update."""
    statement = select(model).where(model.id == pk)
    if lock:
        # Keys never change: whoever only refers to the row need not wait, nor we for them.
        statement = statement.with_for_update(of=model, key_share=True).execution_options(populate_existing=True)
    return session.scalar(statement)


def sees(session: Session, model: type[Any], pk: int) -> bool:
    """Say whether row ``pk`` of ``model`` exists for whoever acts."""
    return session.scalar(select(model.id).where(model.id == pk)) is not None


@event.listens_for(Session, "before_flush")
def _refuse_foreign_keys_out_of_sight(session: Session, _context: UOWTransaction, _instances: object) -> None:
    actor = current_actor(session)
    if actor is None or actor.everything:
        return
    for row in [*session.new, *session.dirty]:
        state = inspect(row)
        for name, column in _scoped_keys(type(row)):
            history = state.attrs[name].history
            if not history.has_changes() or not history.added or history.added[0] is None:
                continue
            target = _scopes[column].model
            value = history.added[0]
            if session.identity_key(target, value) in session.identity_map:
                continue
            with session.no_autoflush:
                if not sees(session, target, value):
                    raise invalid(name, _l("This is not a valid choice."))


def _scoped_keys(model: type[Any]) -> list[tuple[str, str]]:
    """(attribute, table) of every column of ``model`` that refers to a scoped table."""
    cached = model.__dict__.get("_scoped_keys")
    if cached is None:
        mapper = inspect(model)
        cached = [
            (mapper.get_property_by_column(column).key, key.column.table.name)
            for column in mapper.local_table.columns
            for key in column.foreign_keys
            if key.column.table.name in _scopes
        ]
        model._scoped_keys = cached
    return cached


def scoped_relations(model: type[Model], names: Iterable[str]) -> frozenset[str]:
    """The scoped tables that the relations ``names`` of ``model`` lead to."""
    mapper = inspect(model)
    tables = (mapper.relationships[name].mapper.local_table.name for name in names)
    return frozenset(table for table in tables if table in _scopes)
