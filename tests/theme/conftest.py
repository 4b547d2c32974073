"""A request in either language, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


@pytest.fixture
def speaking():
    """Open a request in a language: ``with speaking("en"): …``."""
    app = Flask("speaking")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    chosen = {"language": "zh"}
    Babel(app, default_locale="zh", locale_selector=lambda: chosen["language"])

    @contextmanager
    def request(language: str = "zh", **options) -> Iterator[None]:
        chosen["language"] = language
        with app.test_request_context("/", **options):
            yield

    return request
