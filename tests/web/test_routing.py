"""Rules that are compiled late make the addresses that others make."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map, Rule

from app.web.routing import LateRule

RULES = (
    ("/customers/<int:pk>/<part>", {}),
    ("/customers/", {"defaults": {"page": 1}}),
    ("/files/<path:name>", {"methods": ["GET"]}),
)


def addresses(kind):
    rules = Map([kind(rule, endpoint=str(number), **options) for number, (rule, options) in enumerate(RULES)])
    return rules.bind("example.com", "/changke")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("0", {"pk": 5, "part": "订单 & more"}),
        ("0", {"pk": 5, "part": "a", "_flt_0_name": "x y", "page": [1, 2]}),
        ("1", {"page": 1}),
        ("1", {}),
        ("2", {"name": "a/b c.csv"}),
    ],
)
def test_a_late_rule_makes_the_same_address(endpoint, values):
    late, usual = addresses(LateRule), addresses(Rule)

    # Twice: the first compiles it.
    assert [late.build(endpoint, values) for _ in range(2)] == [usual.build(endpoint, values)] * 2
    assert late.match(usual.build("2", {"name": "a"}).removeprefix("/changke")) == ("2", {"name": "a"})


def test_a_late_rule_refuses_what_does_not_fit():
    with pytest.raises(BuildError):
        addresses(LateRule).build("0", {"pk": 5})


def test_no_rule_of_the_application_is_compiled_at_its_start(monkeypatch, app):
    compiled = []
    usual = Rule._compile_builder
    monkeypatch.setattr(Rule, "_compile_builder", lambda rule, *rest: compiled.append(rule) or usual(rule, *rest))

    # Another one, for the application of the tests has answered requests already.
    fresh = Flask("late", static_folder=None)
    fresh.url_rule_class = app.url_rule_class
    fresh.add_url_rule("/late/<int:pk>", "late")

    assert compiled == []
    assert compiled == []
    with fresh.test_request_context():
        assert fresh.url_for("late", pk=3) == "/late/3"
    assert len(compiled) == 1
