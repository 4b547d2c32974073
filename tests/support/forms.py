"""What a browser without scripts reads off a page: its forms, with the values it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """One form of a page; ``values`` holds what pressing its button sends, ``choices`` what its selects offer."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def sent(self, **changes: str) -> dict[str, list[str]]:
        """What is sent when ``changes`` were typed."""
        return self.values | {name: [value] for name, value in changes.items()}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.open: PageForm | None = None
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.open = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.open)
        if self.open is None:
            return
        if tag == "option" and self.select:
            self._option(given)
        if not name:
            return
        if tag == "input":
            self._input(name, given)
        elif tag == "textarea":
            self.area = name
            self.open.values.setdefault(name, []).append("")
        elif tag == "select":
            self.select = name
            self.open.choices.setdefault(name, [])

    def _option(self, given: dict[str, str]) -> None:
        assert self.open is not None
        assert self.select is not None
        self.open.choices[self.select].append(given.get("value", ""))
        if "selected" in given:
            self.open.values.setdefault(self.select, []).append(given.get("value", ""))

    def _input(self, name: str, given: dict[str, str]) -> None:
        assert self.open is not None
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            self.open.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" not in given:
                return
        if kind not in ("submit", "button", "file", "image"):
            self.open.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.area:
            self.open.values[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "textarea":
            if self.open is not None and self.area:
                # The first line break after the tag is not part of the text.
                self.open.values[self.area][-1] = self.open.values[self.area][-1].removeprefix("\n")
            self.area = None
        elif tag == "select":
            if self.open is not None and self.select and self.open.choices[self.select]:
                self.open.values.setdefault(self.select, [self.open.choices[self.select][0]])
            self.select = None


def forms_of(page: str) -> list[PageForm]:
    """Every form of ``page``, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
