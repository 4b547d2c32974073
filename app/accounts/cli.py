"""Commands for people: ``flask --app run user …``; whoever runs them has the machine, so they may do everything."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from flask_appbuilder.security.sqla.models import Role
from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.accounts import passwords
from app.accounts.models import User
from app.accounts.services import users
from app.accounts.services.sign_in import find_user
from app.accounts.setup import install
from app.core.actors import Actor
from app.core.database import db, unit_of_work, utc_now
from app.core.errors import DomainError

user_commands = AppGroup("user", help="The people who sign in.")
SYSTEM = Actor.system("command line")


class _Refusals(click.exceptions.ClickException):
    """A refusal as one line on standard error, and exit code 1."""


def _found(name: str) -> User:
    user = find_user(db.session(), name)
    if user is None:
        raise _Refusals(f"There is no user {name}.")
    return user


@user_commands.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, required=True, help="A role, in English; may be given several times.")
@click.option("--email", default=None)
@click.option(
    "--password", default=None, help="Without it an initial password is made, printed once, and must be changed."
)
def create(username: str, name: str, roles: tuple[str, ...], email: str | None, password: str | None) -> None:
    """Add a person."""
    try:
        with unit_of_work() as session:
            known = {role.name: role.id for role in session.scalars(select(Role))}
            if unknown := sorted(set(roles) - known.keys()):
                raise _Refusals(f"There is no role {', '.join(unknown)}. Roles: {', '.join(sorted(known))}")
            values = {"username": username, "first_name": name, "email": email, "role_ids": [known[r] for r in roles]}
            user = users.create_user(values, by=SYSTEM, at=utc_now())
            shown = _set(user, password)
    except DomainError as refusal:
        raise _Refusals(str(refusal)) from None
    click.echo(f"{username} was created. Initial password: {shown}" if shown else f"{username} was created.")


@user_commands.command("password")
@click.argument("username")
@click.option(
    "--password", default=None, help="Without it an initial password is made, printed once, and must be changed."
)
def password(username: str, password: str | None) -> None:
    """Set a new password, and let a locked-out person try again."""
    try:
        with unit_of_work():
            shown = _set(_found(username), password)
    except DomainError as refusal:
        raise _Refusals(str(refusal)) from None
    click.echo(f"Initial password of {username}: {shown}" if shown else f"The password of {username} was changed.")


@user_commands.command("deactivate")
@click.argument("username")
def deactivate(username: str) -> None:
    """End the access of somebody who leaves."""
    try:
        with unit_of_work():
            users.deactivate(_found(username), by=SYSTEM, at=utc_now())
    except DomainError as refusal:
        raise _Refusals(str(refusal)) from None
    click.echo(f"{username} can no longer sign in.")


@user_commands.command("activate")
@click.argument("username")
def activate(username: str) -> None:
    """Let somebody who came back sign in again."""
    with unit_of_work():
        users.reactivate(_found(username), by=SYSTEM, at=utc_now())
    click.echo(f"{username} can sign in again.")


def _set(user: User, password: str | None) -> str | None:
    if password is None:
        return users.reset_password(user, by=SYSTEM, at=utc_now())
    passwords.check_policy(password, user.username)
    users.set_password(user, password, by=SYSTEM, at=utc_now())
    return None


def _reach_database() -> None:
    try:
        db.engine.connect().close()
    except OperationalError as problem:
        where = db.engine.url.render_as_string(hide_password=True)
        reason = str(problem.orig or problem).strip().splitlines()[0]
        raise _Refusals(f"The database {where} cannot be opened: {reason}") from None


@click.command("init")
@click.option("--admin-password", default=None, help="Without it one is made, printed once, and must be changed.")
@with_appcontext
def init(admin_password: str | None) -> None:
    """Make or upgrade the tables, and fill in rights, roles, dictionary and the first administrator.

    May be run at any time: what an administrator changed stays.
    """
    _reach_database()
    upgrade()
    with unit_of_work() as session:
        made = install(session, admin_password)
    if made is not None and admin_password is None:
        click.echo(f"First administrator: admin, password {made} (to be changed at the first sign-in)")


def register(app: Flask) -> None:
    """Add the commands to ``flask --app run``."""
    app.cli.add_command(user_commands)
    app.cli.add_command(init)
