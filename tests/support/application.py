"""The application as the tests run it."""

from __future__ import annotations

from contextvars import Context
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ADMIN_PASSWORD = "the administrator's 1st password"
SECRET_KEY = "only for tests, and long enough to be accepted"


class Client(FlaskClient):
    """A browser without scripts.

    Each request runs in an empty context, as it does on a server: it neither sees the application context a test is
    in, nor the user or the session that belong to it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Read to the end inside that context: a streamed response must not be resumed in another one.
        kwargs["buffered"] = True
        return Context().run(super().open, *args, **kwargs)


def make_app(url: str, folder: Path, **overrides: Any) -> Flask:
    """Build the application on the database at ``url``; what it writes besides goes to ``folder``.

    Rate limits are off, and so is CSRF protection, which ``csrf_protection`` turns on for one test.
    """
    import config
    from app import create_app

    environment = {"SECRET_KEY": SECRET_KEY, "DATABASE_URL": url, "CHANGKE_INSTANCE": str(folder)}
    app: Flask = create_app(config.load(environment, **{"RATELIMIT_ENABLED": False, **overrides}))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Client
    return app


def install(app: Flask) -> None:
    """Make the tables, permissions, roles and dictionary, by the command that an administrator runs."""
    result = app.test_cli_runner().invoke(args=["init", "--admin-password", ADMIN_PASSWORD])
    if result.exit_code:
        raise RuntimeError(f"init failed:\n{result.output}") from result.exception
