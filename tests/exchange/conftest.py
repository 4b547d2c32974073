"""Fixtures: a file with a table in it, and the command that reads it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.orders import make_customer, make_product, system

__all__ = ["make_customer", "make_product", "system"]


@dataclass
class Said:
    """What a command answered."""

    code: int
    line: dict[str, Any]
    errors: str


def _commands(app: Flask, session: Session) -> Callable[..., Said]:
    def run(*args: object) -> Said:
        session.commit()
        # A command does not know the application context a test is in.
        result = Context().run(app.test_cli_runner().invoke, args=[str(arg) for arg in args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        session.expire_all()
        lines = result.stdout.splitlines()
        return Said(result.exit_code, json.loads(lines[-1]) if lines else {}, result.stderr)

    return run


@pytest.fixture
def command(app: Flask, session: Session) -> Callable[..., Said]:
    """``command("import", "orders", path)``: run a command as an administrator does."""
    return _commands(app, session)


@pytest.fixture
def own_session(own_app: Flask) -> Iterator[Session]:
    """A session of a database that only this file writes to: a commit is one, and nothing is undone."""
    from app.core.actors import Actor, acting_as
    from app.core.database import db

    with own_app.app_context():
        with acting_as(Actor.system("test")):
            yield db.session()
        db.session.remove()


@pytest.fixture
def own_command(own_app: Flask, own_session: Session) -> Callable[..., Said]:
    """``command`` on that database."""
    return _commands(own_app, own_session)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write("a,b\\n1,2\\n", encoding="gb18030")``: a file with this text, or with these rows."""

    def make(content: str | list[list[object]], name: str = "rows.csv", encoding: str = "utf-8") -> Path:
        if not isinstance(content, str):
            text = io.StringIO()
            csv.writer(text).writerows(content)
            content = text.getvalue()
        path = tmp_path / name
        path.write_bytes(content.encode(encoding))
        return path

    return make


@pytest.fixture
def read_errors() -> Callable[[Said], list[list[str]]]:
    """The rows of the list of bad rows, without its headers."""

    def read(said: Said) -> list[list[str]]:
        with Path(said.line["errors_file"]).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))[1:]

    return read
