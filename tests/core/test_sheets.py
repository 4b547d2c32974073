"""Workbooks and CSV: cells keep their type, texts never become formulas."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from app.core.sheets import SheetColumn, Workbook, write_csv

COLUMNS = [SheetColumn("客户", "text", 36), SheetColumn("金额", "money"), SheetColumn("日期"), SheetColumn("时间")]
ROW = ["苏州云帆电子", Decimal("1280.50"), date(2026, 11, 22), datetime(2026, 11, 22, 6, 30, tzinfo=UTC)]
DANGEROUS = ["=1+1", "+8613800000000", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "#N/A"]


def sheet_of(rows, columns=COLUMNS, total=None):
    book = Workbook()
    count = book.add_sheet("客户", columns, rows, total)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return count, load_workbook(file)["客户"]


def test_a_workbook_gives_back_the_types_it_was_given():
    count, sheet = sheet_of([ROW])

    cells = next(sheet.iter_rows(min_row=2))
    assert count == 1
    assert [cell.value for cell in cells[:2]] == ["苏州云帆电子", 1280.5]
    assert [f"{cell.value:%Y-%m-%d %H:%M}" for cell in cells[2:]] == ["2026-11-22 00:00", "2026-11-22 14:30"]
    assert [cell.number_format for cell in cells[1:]] == ["#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_a_whole_number_has_no_point_behind_it():
    numbers = [65, Decimal("183.000"), -1.0, Decimal("2.5"), Decimal("-0.0625")]

    _count, sheet = sheet_of([[number] for number in numbers], [SheetColumn("数量", "number")])

    found = [(row[0].value, row[0].number_format) for row in sheet.iter_rows(min_row=2)]
    whole, part = "#,##0", "#,##0.####"
    assert found == [(65, whole), (183, whole), (-1, whole), (2.5, part), (-0.0625, part)]


def test_the_head_stays_in_sight_and_columns_have_widths():
    _count, sheet = sheet_of([ROW])

    assert sheet.freeze_panes == "A2"
    # What Excel calls 36 is some pixels more.
    assert int(sheet.column_dimensions["A"].width) == 36
    assert [cell.value for cell in sheet[1]] == ["客户", "金额", "日期", "时间"]
    assert all(cell.font.bold for cell in sheet[1])


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_stays_a_text_in_a_workbook(text):
    _count, sheet = sheet_of([[text, None, None, None]])

    cell = sheet.cell(2, 1)
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == text, "as Excel spells what XML cannot"
    assert cell.quotePrefix == (not text.startswith("#"))


def test_a_text_after_a_formula_is_not_marked():
    _count, sheet = sheet_of([["=1", None, None, None], ["plain", None, None, None]])

    assert [sheet.cell(row, 1).quotePrefix for row in (2, 3)] == [True, False]


def test_letters_that_a_workbook_cannot_hold_are_left_out():
    _count, sheet = sheet_of([["a\x00b\x0bc\x1f", None, None, None]])

    assert sheet.cell(2, 1).value == "abc"


def test_a_total_is_no_row():
    count, sheet = sheet_of([ROW], total=["合计", Decimal(5), None, None])

    assert count == 1
    assert sheet.cell(3, 2).font.bold


@pytest.mark.parametrize(
    "text",
    [" lead", "trail ", "two\nlines", "a & b < c > d", "<r><t>x</t></r>", "</t></is></c>", "]]>", '"quoted"', "😀"],
)
def test_a_text_comes_back_whatever_is_in_it(text):
    _count, sheet = sheet_of([[text, None, None, None]])

    assert sheet.cell(2, 1).value == text


def test_a_text_that_looks_like_an_escape_is_escaped():
    _count, sheet = sheet_of([["_x000D_ a_x_b", None, None, None]])

    assert unescape(sheet.cell(2, 1).value) == "_x000D_ a_x_b"


@pytest.mark.parametrize(
    "day", [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(1999, 12, 31), date(2400, 2, 29)]
)
def test_a_day_is_counted_as_excel_counts(day):
    _count, sheet = sheet_of([[None, None, day, None]])

    assert sheet.cell(2, 3).value.date() == day


def test_figures_of_any_size_come_back_and_what_is_none_becomes_a_text():
    figures = [0, -3, 10**12, 0.1, 1e-7, Decimal("0.00"), Decimal("1E+3"), Decimal("-999999999999.99")]
    _count, sheet = sheet_of([[None, figure, None, None] for figure in [*figures, float("nan"), Decimal("Infinity")]])

    cells = [sheet.cell(row, 2).value for row in range(2, 4 + len(figures))]
    assert cells == [*(float(figure) for figure in figures), "nan", "Infinity"]


def test_the_28th_column_has_two_letters():
    columns = [SheetColumn(str(number)) for number in range(1, 704)]

    _count, sheet = sheet_of([list(range(1, 704))], columns)

    assert [sheet[f"{letters}2"].value for letters in ("A", "Z", "AA", "AZ", "ZZ", "AAA")] == [1, 26, 27, 52, 702, 703]
    assert sheet.calculate_dimension() == "A1:AAA2"


def test_a_text_too_long_for_a_cell_is_cut_not_left_out():
    _count, sheet = sheet_of([["长" * 40_000, None, None, None]])

    assert sheet.cell(2, 1).value == "长" * 32_767


def test_sheets_of_one_title_get_names_of_their_own():
    book, file = Workbook(), io.BytesIO()
    for title in ("a/b" * 20, "A/B" * 20, ""):
        book.add_sheet(title, COLUMNS, [ROW])
    book.add_facts("ab" * 20, [("label", "=1")])

    book.save(file)

    assert load_workbook(file).sheetnames == [
        ("ab" * 20)[:31],
        ("AB" * 20)[:27] + " 2",
        "Sheet",
        ("ab" * 20)[:27] + " 3",
    ]


def test_csv_opens_in_chinese_excel_and_runs_no_formula():
    file = io.BytesIO()

    count = write_csv(file, COLUMNS, [ROW, *[[text, Decimal(-3), None, None] for text in DANGEROUS]])

    raw = file.getvalue()
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert count == 1 + len(DANGEROUS)
    assert lines[:2] == [
        ["客户", "金额", "日期", "时间"],
        ["苏州云帆电子", "1280.50", "2026-11-22", "2026-11-22 14:30"],
    ]
    assert [line[0] for line in lines[2:]] == [text if text == "#N/A" else f"'{text}" for text in DANGEROUS]
    assert {line[1] for line in lines[2:]} == {"-3"}, "a number is no text"


def test_a_workbook_that_fails_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows():
        yield ROW
        raise LookupError

    with pytest.raises(LookupError):
        sheet_of(rows())
    assert list(tmp_path.iterdir()) == []
    sheet_of([ROW])
    assert list(tmp_path.iterdir()) == []
