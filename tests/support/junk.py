"""What an attacker or a clumsy person types, and what no answer to it may hold."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote_from_bytes

SURROGATE = "\ud800"
LONG = "长" * 10_000
JUNK = (
    LONG,
    "",
    " \t\n",
    "😀🎉",
    "ＡＢＣ１２３",
    "\u202eمرحبا\u200b",
    "a\x00b",
    SURROGATE,
    "<script>alert(1)</script>",
    "{{7*7}}%(name)s%s%n",
    "'; DROP TABLE customer --",
    "../../etc/passwd",
    "NaN",
    "inf",
    "1e309",
    "-0",
    "-1",
    "0.001",
    "1,5",
    "２",
    "²",
    "٣",
    "9" * 30,
    "9" * 5_000,
    "2026-02-31",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31 23:59",
    "99999-01-01",
    "true",
    "null",
    "[]",
)

_LEAKS = re.compile(
    r"Traceback|SELECT |INSERT INTO|UPDATE \w+ SET|DELETE FROM|psycopg|sqlite3|sqlalchemy|\[SQL|codec can't"
    r"|object at 0x|werkzeug\.|KeyError|ValueError|TypeError"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def encoded(text: str) -> str:
    """``text`` as a query string or a form carries it; a lone surrogate becomes the bytes no decoder accepts."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def body(values: dict[str, list[str]]) -> str:
    """A form as it is sent."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, texts in values.items() for value in texts)


def text_of(answer: Any) -> str:
    """What an answer says, whatever it holds: some are pictures and spreadsheets; JSON without its escapes."""
    if answer.is_json and (found := answer.get_json(silent=True)) is not None:
        return json.dumps(found, ensure_ascii=False)
    return str(answer.get_data().decode("utf-8", "replace"))


def problem_with(
    answer: Any, *, expected: tuple[int, ...] = (200, 302, 400, 403, 404, 405, 409, 410, 413, 415, 422)
) -> str:
    """What is wrong with an answer to junk: a server error, something of our inside, or no sentence in Chinese."""
    if answer.status_code not in expected:
        return f"status {answer.status_code}"
    if leak := _LEAKS.search(text_of(answer)):
        return f"tells {leak[0]!r}"
    if answer.mimetype == "text/html" and "<script>alert(1)" in text_of(answer):
        return "runs what was typed"
    if answer.status_code >= 400:
        said = (answer.json or {}).get("message", "") if answer.is_json else text_of(answer)
        if not CHINESE.search(str(said)):
            return f"says nothing: {text_of(answer)[:80]!r}"
    return ""


def shown(problems: list[Any]) -> str:
    """Problems one below the other."""
    return "\n".join(str(problem)[:300] for problem in problems[:200])
