"""What a page says to people and where it leads, read with the standard library's parser."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path", "rect",
    "circle", "line", "polyline",
}  # fmt: skip
SILENT = {"script", "style", "code", "kbd"}  # <code> marks keys and patterns, which have no language
SPOKEN = ("title", "aria-label", "aria-description", "placeholder", "alt", "label", "summary", "data-title")
NAMED = {"a", "button", "h1", "h2", "h3", "h4", "summary", "option", "legend", "label", "th"}
FIELDS = {"input", "select", "textarea"}
GETS = {"a": ("href",), "form": ("action",)}
LEADS = ("hx-get", "data-dialog", "data-preview", "data-href", "data-remote", "data-chart-url", "data-more")

# Each language is called by its own name, whatever the page's is.
LANGUAGES = re.compile("English|中文")
# Parts of what a page or a job hands to a script that are never shown.
UNSHOWN = {"status", "tone", "tones", "kind", "type", "class", "classNames", "id", "url", "token"}
# What a script fills in before it shows a sentence, and the places in the pattern of a number.
PLACES = re.compile(r"\{\w+\}")
PATTERN = re.compile(r"\{(?:number:05d|year|month)\}")
# What is no language: the marks that stand for stored texts, and words that are the same in both.
ALLOWED = {
    "changke", "excel", "csv", "xlsx", "api", "ctrl", "esc", "enter", "png", "pdf", "json", "http", "https", "gb18030",
    "utf", "hex", "abc", "jpeg", "webp", "rest", "openapi", "rison", "iso", "yyyy", "cookie", "true", "false",
}  # fmt: skip
CHINESE = re.compile(r"[㐀-鿿]+")
LATIN = re.compile(r"[A-Za-z]{3,}")
# None, True and False are words of English; on a Chinese page they are found as Latin ones.
RAW = re.compile(
    r"(?<![\w-])(?:NaN|undefined|null|\{\}|\[\])(?![\w-])|[a-z]+_[a-z_]+|%\(|\{\{|\{num\}"
    r"|&(?:lt|gt|amp|quot|#\d+);|<[\w.]+ object|Decimal\(|datetime\.|\bb'"
)


class Page(HTMLParser):
    """One page or part of a page in ``language``."""

    def __init__(self, language: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = language
        self.said: list[str] = []
        self.links: set[str] = set()
        self.posts: set[str] = set()
        self.faults: list[str] = []
        self._ids: Counter[str] = Counter()
        self._open: list[dict[str, Any]] = []
        self._for: set[str] = set()
        self._fields: list[dict[str, str]] = []
        self.feed(html)
        self.close()
        self._judge()

    # --- the parser's events ---

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        above = self._open[-1] if self._open else {"silent": False, "labelled": False}
        spoken = given.get("lang", "")
        foreign = bool(spoken) and tag != "html" and not spoken.startswith(self.language)
        node = {
            "tag": tag,
            "silent": above["silent"] or foreign or tag in SILENT,
            "labelled": above["labelled"] or tag == "label",
            "name": given.get("aria-label")
            or given.get("title")
            or given.get("aria-labelledby")
            or given.get("label", ""),
            "text": "",
            "json": tag == "script" and given.get("type") == "application/json" and "data-active" not in given,
            "attributes": given,
        }
        if not node["silent"]:
            self._hear(tag, given)
        self._follow(tag, given)
        if given.get("id"):
            self._ids[given["id"]] += 1
        if tag == "label" and given.get("for"):
            self._for.add(given["for"])
        if tag in FIELDS and given.get("type") not in {"hidden", "submit", "button"}:
            self._fields.append({**given, "labelled": "yes" if node["labelled"] else ""})
        if tag in {"img", "svg"} and (given.get("alt") or given.get("aria-label")):
            self._named("·")
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def _hear(self, tag: str, given: dict[str, str]) -> None:
        self.said += [given[name] for name in SPOKEN if given.get(name)]
        if tag in {"input", "button"} and given.get("type") in {"submit", "button", "reset"} and tag == "input":
            self.said.append(given.get("value", ""))
        for name, value in given.items():
            # Whatever a script shows: questions, words, choices.
            if (
                name.startswith("data-")
                and (" " in value.strip() or CHINESE.search(value))
                and not value.startswith("/")
            ):
                self.said += list(_texts(value))

    def _follow(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form" and given.get("method", "").lower() == "post":
            self.posts.add(given.get("action", ""))
        else:
            self.links |= {given[name] for name in GETS.get(tag, ()) if given.get(name, "").startswith("/")}
        self.links |= {given[name] for name in LEADS if given.get(name, "").startswith("/")}
        self.posts |= {
            given[name]
            for name in ("hx-post", "data-show", "data-drop", "data-similar")
            if given.get(name, "").startswith("/")
        }

    def handle_endtag(self, tag: str) -> None:
        if all(node["tag"] != tag for node in self._open):
            return
        while self._open:
            node = self._open.pop()
            if node["tag"] in NAMED and not node["silent"]:
                self._check_name(node)
            if node["tag"] == tag:
                return

    def _check_name(self, node: dict[str, Any]) -> None:
        if node["text"].strip() or node["name"]:
            return
        blank_choice = node["tag"] == "option" and not node["attributes"].get("value")
        corner = node["tag"] == "th"
        if not blank_choice and not corner:
            self.faults.append(f"<{node['tag']}> without a word: {node['attributes']}")

    def _named(self, text: str) -> None:
        for node in self._open:
            node["text"] += text

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        node = self._open[-1] if self._open else None
        if node is not None and node["json"]:
            self.said += list(_texts(data))
        elif node is None or not node["silent"]:
            self.said.append(data.strip())
            self._named(data)
        else:
            self._named(data)

    # --- the judgement ---

    def _judge(self) -> None:
        self.faults += [f"id {name!r} stands {count} times" for name, count in self._ids.items() if count > 1]
        for field in self._fields:
            named = any(field.get(name) for name in ("labelled", "aria-label", "aria-labelledby", "title"))
            if not named and field.get("id") not in self._for:
                self.faults.append(f"a field without a label: {field.get('name') or field}")
        wrong = LATIN if self.language == "zh" else CHINESE
        for text in dict.fromkeys(self.said):
            plain = LANGUAGES.sub("", PATTERN.sub("", _without_addresses(text)))
            self.faults += [
                f"{word!r} in {text[:80]!r}" for word in wrong.findall(plain) if word.lower() not in ALLOWED
            ]
            self.faults += [f"raw {found!r} in {text[:80]!r}" for found in RAW.findall(plain)]


def _without_addresses(text: str) -> str:
    return re.sub(r"/[\w/.-]+", " ", text.replace("常客", ""))


def _texts(value: str) -> Iterator[str]:
    """The texts in JSON, or the value itself."""
    try:
        yield from _strings(json.loads(value))
    except ValueError:
        yield PLACES.sub("", value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        # Addresses and places to fill in are no words.
        if not value.startswith("/"):
            yield PLACES.sub("", value)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in UNSHOWN:
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def wrong_words(language: str, text: str) -> list[str]:
    """What is not of ``language``, or raw, in one sentence."""
    from html import escape

    return Page(language, f"<p>{escape(text)}</p>").faults
