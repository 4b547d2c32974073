"""Tables people have in files: CSV of any delimiter and the usual encodings, and Excel workbooks, row by row."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from app.core.errors import Invalid
from app.core.i18n import _l

Cell: TypeAlias = "str | int | float | bool | date | datetime | time | timedelta | None"

DELIMITERS = (",", ";", "\t", "|", "，", "；", "^", "~")
LONGEST_FIELD = 1_000_000
_BLOCK = 1 << 16
# Wide enough to tell a delimiter from an accident, small enough to be read at once.
_SAMPLE_LINES = 30


class Unreadable(Invalid):
    """The file cannot be read as a table at all."""


@dataclass(frozen=True)
class Row:
    """One row of a file: its number as a spreadsheet shows it (the headers are row 1) and its cells."""

    number: int
    cells: Sequence[Cell]
    refusal: Any = None


@dataclass(frozen=True)
class Sheet:
    """An opened file; ``rows`` can be walked once."""

    headers: list[str]
    rows: Iterator[Row]


def open_table(path: Path, recognised: Callable[[str], bool]) -> Sheet:
    """Open ``path``; ``recognised`` says whether a header names a field, which tells delimiters apart.

    :raises Unreadable: with a sentence, if it is no table.
    """
    if not path.exists():
        raise Unreadable(_l("There is no file %(path)s.", path=path))
    if not path.is_file():
        raise Unreadable(_l("%(path)s is not a file.", path=path))
    try:
        with path.open("rb") as file:
            beginning = file.read(_BLOCK)
    except OSError as error:
        raise Unreadable(_l("%(path)s cannot be read: %(error)s", path=path, error=error.strerror)) from error
    if not beginning.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise Unreadable(_l("%(path)s is empty.", path=path))
    if beginning.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _with_headers(path, _workbook(path))
    encoding = _encoding(path, beginning)
    delimiter = _delimiter(path, encoding, recognised)
    return _with_headers(path, _csv(path, encoding, delimiter))


def text_of(cell: Cell) -> str:
    """Return a cell as somebody would have typed it: whole numbers without a point, days like 2026-11-22."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.time() else f"{cell:%Y-%m-%d}"
    return str(cell)


def _with_headers(path: Path, rows: Iterator[Row]) -> Sheet:
    for row in rows:
        if row.refusal is not None:
            raise Unreadable(row.refusal)
        headers = [text_of(cell) for cell in row.cells]
        if any(headers):
            return Sheet(headers, (later for later in rows if later.refusal or any(text_of(c) for c in later.cells)))
    raise Unreadable(_l("%(path)s is empty.", path=path))


# --- workbooks --------------------------------------------------------------------------------------------------------


def _workbook(path: Path) -> Iterator[Row]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = (book.get_sheet_by_name(name) for name in book.sheet_names)
        sheet = next((found for found in sheets if found.total_height), None)
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable(_l("%(path)s cannot be read as an Excel workbook.", path=path)) from error
    if sheet is None:
        raise Unreadable(_l("%(path)s is empty.", path=path))
    return (Row(number, cells) for number, cells in enumerate(sheet.iter_rows(), start=1))


# --- text -------------------------------------------------------------------------------------------------------------


def _encoding(path: Path, beginning: bytes) -> str:
    """Return the encoding of the whole file: what its mark says, else UTF-8, else GB18030 (which contains GBK)."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if beginning.startswith(mark):
            return _proved(path, name)
    zeros = beginning[:2000].count(0)
    if zeros > len(beginning[:2000]) // 4:
        return _proved(
            path, "utf-16-le" if beginning[1:2000:2].count(0) > beginning[0:2000:2].count(0) else "utf-16-be"
        )
    if zeros:
        raise Unreadable(_l("%(path)s is neither a text table nor an Excel workbook.", path=path))
    try:
        return _proved(path, "utf-8")
    except Unreadable:
        return _proved(path, "gb18030")


def _proved(path: Path, encoding: str) -> str:
    """Return ``encoding`` if the whole file can be read in it.

    :raises Unreadable: naming the row that cannot.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                line += decoder.decode(block).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            raise Unreadable(
                _l("Row %(row)d: the file is neither UTF-8 nor GB18030 (GBK) text. Save it as UTF-8.", row=line)
            ) from error
    return encoding


def _delimiter(path: Path, encoding: str, recognised: Callable[[str], bool]) -> str:
    """Return the delimiter under which most headers are known fields; of equals, the one with most columns."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line, _number in zip(file, range(_SAMPLE_LINES), strict=False)]

    def merit(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = list(csv.reader(io.StringIO("".join(lines)), delimiter=delimiter))
        except csv.Error:
            return (0, 0, 0)
        rows = [row for row in rows if any(row)]
        known = sum(recognised(header.strip()) for header in rows[0])
        alike = sum(len(row) == len(rows[0]) for row in rows)
        return (known, alike if len(rows[0]) > 1 else 0, len(rows[0]))

    return max(DELIMITERS, key=merit)


def _csv(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        yield from _numbered(file, delimiter)


def _numbered(file: Iterable[str], delimiter: str) -> Iterator[Row]:
    lines: list[str] = []
    rows = csv.reader(_remembered(file, lines), delimiter=delimiter)
    unreadable = _l("This row cannot be read: a cell is too long, or a quotation mark is missing.")
    number = 0
    while True:
        number += 1
        lines.clear()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, [], unreadable)
            continue
        # The reader takes the rest of a file for one cell when its quotation mark is never closed.
        unclosed = len(lines) > 1 and sum(line.count('"') for line in lines) % 2
        yield Row(number, [], unreadable) if unclosed else Row(number, cells)


def _remembered(file: Iterable[str], lines: list[str]) -> Iterator[str]:
    for line in file:
        lines.append(line)
        yield line
