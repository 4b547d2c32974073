"""What can be read from a file: fields with their names in both languages, and kinds of record made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, _l, in_language
from app.exchange.reading import Cell, text_of

Parser = Callable[[Cell, "Words"], Any]


@dataclass(frozen=True)
class Words:
    """What parsers look up, read once for a whole file: (list, word) → code, and word → user."""

    terms: Mapping[tuple[str, str], str]
    people: Mapping[str, int]


@dataclass(frozen=True)
class Field:
    """One column a file may have; ``headers`` are further names it goes by, in either language."""

    name: str
    label: Any
    parse: Parser
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportKind:
    """A kind of record that can be imported; of each group in ``needed`` a file has at least one column."""

    name: str
    label: Any
    fields: tuple[Field, ...]
    needed: tuple[tuple[str, ...], ...]

    @cached_property
    def by_header(self) -> dict[str, Field]:
        """The field each known header stands for."""
        found: dict[str, Field] = {}
        for one in self.fields:
            labels = []
            for language in LANGUAGES:
                with in_language(language):
                    labels.append(str(one.label))
            for header in (one.name, *labels, *one.headers):
                found.setdefault(plain_header(header), one)
        return found

    def field(self, name: str) -> Field:
        """The field called ``name``, or known by that header.

        :raises Invalid: naming the fields there are.
        """
        for one in self.fields:
            if one.name == name:
                return one
        found = self.by_header.get(plain_header(name))
        if found is None:
            names = ", ".join(one.name for one in self.fields)
            raise Invalid(_l("There is no field “%(name)s”. Fields: %(names)s", name=name, names=names))
        return found

    def columns(self, headers: Sequence[str], mapped: Mapping[str, str]) -> list[tuple[int, Field]]:
        """(place, field) of the columns that are read; ``mapped`` names the field of a header, ``-`` for none.

        :raises Invalid: if a mapped header or a needed column is missing, or two columns are the same field.
        """
        plain = {plain_header(header): header for header in headers}
        for header in mapped:
            if plain_header(header) not in plain:
                there = ", ".join(header for header in headers if header)
                raise Invalid(_l("The file has no column “%(name)s”. Columns: %(there)s", name=header, there=there))
        wanted = {plain_header(header): name for header, name in mapped.items()}
        taken = {self.field(name).name for name in wanted.values() if name != "-"}
        found: dict[str, tuple[int, Field]] = {}
        for place, header in enumerate(headers):
            key = plain_header(header)
            if key in wanted:
                one = self.field(wanted[key]) if wanted[key] != "-" else None
            else:
                one = self.by_header.get(key)
                if one is not None and one.name in taken:
                    one = None
            if one is None:
                continue
            if one.name in found:
                raise Invalid(_l("Two columns are both read as “%(label)s”.", label=one.label))
            found[one.name] = (place, one)
        for group in self.needed:
            if not found.keys() & set(group):
                labels = " / ".join(str(self.field(name).label) for name in group)
                raise Invalid(_l("The file needs a column “%(labels)s”.", labels=labels))
        return list(found.values())

    def read(self, cells: Sequence[Cell], columns: Sequence[tuple[int, Field]], words: Words) -> dict[str, Any]:
        """Return the values of one row; empty cells are left out.

        :raises Invalid: with the sentence of each cell that cannot be read.
        """
        values: dict[str, Any] = {}
        refusals: dict[str, Any] = {}
        for place, one in columns:
            cell = cells[place] if place < len(cells) else None
            if cell is None or cell == "" or not text_of(cell):
                continue
            try:
                values[one.name] = one.parse(cell, words)
            except Invalid as refusal:
                refusals[one.name] = refusal.sentence
        if refusals:
            raise Invalid(fields=refusals)
        return values


def plain_header(header: str) -> str:
    """Return a header without case, width, white space, punctuation and what stands in brackets, such as a unit."""
    bare = unicodedata.normalize("NFKC", header).casefold()
    bare = re.sub(r"\([^)]*\)|\[[^]]*\]", "", bare) or bare
    return re.sub(r"[\s_\-*:.'\"/()]+", "", bare)
