"""The company of the tour: the demo's, with every stored text turned into marks that belong to no language.

Whatever word then stands on a page is the product's own, and has to be of the page's language.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import JSON, String, Table, Text, select

from tests.support.people import _HASH

CHINESE = re.compile(r"[㐀-鿿]")
# Kept by the product in both languages, or no texts of people.
LEFT = {
    "term",
    "opportunity_stage",
    "custom_field",
    "calendar_day",
    "ab_role",
    "ab_permission",
    "ab_view_menu",
    "search_entry",
}
# Stored words that are written with Latin letters.
LATIN = {
    "customer": {"website", "email", "english_name", "uscc"},
    "contact": {"email", "wechat"},
    "product": {"model", "code"},
    "ab_user": {"email", "username"},
    "sign_in_failure": {"username"},
}
# Their names inside stored changes and sentences.
LATIN_PARTS = {"email", "wechat", "website", "english_name", "username", "uscc", "model", "first_name", "last_name"}
DEMO = {"customers": 60, "orders": 240, "seed": 1}
ROLES = (
    "Admin",
    "Office Administrator",
    "Marketing Director",
    "Account Manager",
    "Service Specialist",
    "Sales Director",
)


def _mark(value: Any, known: dict[str, str], *, latin: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _mark(part, known, latin=latin or key in LATIN_PARTS) for key, part in value.items()}
    if isinstance(value, list):
        return [_mark(part, known, latin=latin) for part in value]
    if not isinstance(value, str) or not (CHINESE.search(value) or (latin and value)):
        return value
    return known.setdefault(value, f"№{len(known) + 1}")


def _unmark_tables(connection: Any, tables: list[Table]) -> None:
    known: dict[str, str] = {}
    for table in tables:
        if table.name in LEFT or not table.primary_key.columns:
            continue
        wanted = [column for column in table.columns if isinstance(column.type, String | Text | JSON)]
        wanted = [column for column in wanted if not column.primary_key]
        if not wanted:
            continue
        keys = list(table.primary_key.columns)
        latin = LATIN.get(table.name, set())
        for row in connection.execute(select(*keys, *wanted)).all():
            found = row._mapping
            changed = {column.name: _mark(found[column.name], known, latin=column.name in latin) for column in wanted}
            changed = {name: value for name, value in changed.items() if value != found[name]}
            if changed:
                where = [column == found[column.name] for column in keys]
                connection.execute(table.update().where(*where).values(**changed))


def fill(app: Flask) -> None:
    """Make the demo company, without any language in it."""
    from app.core.database import Model, db

    result = app.test_cli_runner().invoke(
        args=["demo", "--yes", *(part for name, value in DEMO.items() for part in (f"--{name}", str(value)))]
    )
    if result.exit_code:
        raise RuntimeError(f"demo failed:\n{result.output}") from result.exception
    with app.app_context():
        with db.engine.begin() as connection:
            _unmark_tables(connection, list(Model.metadata.sorted_tables))
        db.engine.dispose()


def people(app: Flask, *, rows: bool) -> dict[str, str]:
    """Give one user of every role a sign-in without letters; return their names by role."""
    from flask_appbuilder.security.sqla.models import Role

    from app.accounts.models import User
    from app.core.actors import Actor, acting_as
    from app.core.audit import AuditEntry
    from app.core.database import db, utc_now
    from app.core.jobs import Job, schedule
    from app.core.lists import ListView

    names = {}
    with app.app_context(), acting_as(Actor.system("tour")):
        session = db.session()
        for number, name in enumerate(ROLES, 1):
            role = session.scalars(select(Role).where(Role.name == name)).one()
            user = session.scalars(select(User).where(User.roles.any(Role.id == role.id)).order_by(User.id)).first()
            if user is None:
                user = User(email=f"{number}@1.11", active=True)
                user.roles = [role]
                session.add(user)
            user.first_name, user.last_name = "1", f"{number}"
            user.username, user.password, user.must_change_password = f"{number}000", _HASH, False
            names[name] = user.username
            if rows:
                query = "_flt_0_status=active"
                session.flush()
                session.add(ListView(list="CustomerView", title="№0", query=query, owner_id=user.id))
        if rows:
            at = utc_now()
            session.add(Job(queue="default", name=next(iter(schedule())).name, run_at=at, created_at=at))
        # Who signed in and was entered before, by names of letters.
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.kind == "user")):
            entry.title, entry.changes = f"№{entry.id}", _mark(entry.changes, {})
        session.commit()
        db.session.remove()
    return names
