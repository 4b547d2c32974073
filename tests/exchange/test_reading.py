"""Files as people have them: encodings, delimiters, workbooks, and what is no table at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from app.customers.models import Customer
from app.orders.models import Order

TEXT = '客户编号,客户名称,日期,金额\nK1,宁波恒泰鲜食品有限公司,2026-01-05,"1,280.50"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "gbk"])
def test_every_usual_encoding_is_read(command, write, session, encoding):
    said = command("import", "orders", write(TEXT, encoding=encoding))

    assert said.code == 0, said.errors
    assert session.scalar(select(Customer.name)) == "宁波恒泰鲜食品有限公司"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_every_delimiter_is_read(command, write, session, delimiter):
    rows = [["客户编号", "日期", "金额", "备注"], ["K1", "2026-01-05", "12.50", "a"], ["K1", "2026-01-06", "13", "b"]]

    said = command("import", "orders", write("\n".join(delimiter.join(row) for row in rows)))

    assert (said.code, said.line["created"]) == (0, 2)
    assert session.scalars(select(Order.notes).order_by(Order.id)).all() == ["a", "b"]


def test_a_workbook_is_read_as_it_looks(command, tmp_path, session):
    book = Workbook()
    sheet = book.active
    sheet.append([])
    sheet.append(["customer_id", "Order date", "Amount (CNY)", "order no"])
    sheet.append([12490, date(2026, 1, 5), 531.94, 489557])
    sheet.append([12490, 46028, "￥8", 489558])
    sheet.append([])
    sheet.append([12490, "2026-02-31", 8, 489559])
    book.save(tmp_path / "rows.xlsx")

    said = command("import", "orders", tmp_path / "rows.xlsx")

    assert (said.code, said.line["read"], said.line["created"], said.line["failed"]) == (1, 3, 2, 1)
    assert "第 6 行" in said.errors
    assert session.scalar(select(Customer.external_id)) == "12490"
    assert session.execute(select(Order.external_id, Order.ordered_on, Order.gross).order_by(Order.id)).all() == [
        ("489557", date(2026, 1, 5), Decimal("531.94")),
        ("489558", date(2026, 1, 6), 8),
    ]


def test_columns_with_other_names_are_mapped(command, write):
    path = write("who,when,worth,Betrag\nA,2026-01-05,5,7\n")

    refused = command("import", "orders", path)
    said = command(
        "import", "orders", path, "--map", "who=customer", "--map", "when=ordered_on", "--map", "worth=amount"
    )

    assert (refused.code, said.code, said.line["created"]) == (2, 0, 1)
    assert "客户" in refused.errors


@pytest.mark.parametrize(
    ("options", "word"),
    [(["--map", "date=nonsense"], "nonsense"), (["--map", "nowhere=amount"], "nowhere"), (["--map", "date"], "date")],
)
def test_a_wrong_mapping_is_told(command, write, options, word):
    said = command("import", "orders", write("customer_id,date,amount\nA,2026-01-05,5\n"), *options)

    assert (said.code, word in said.errors) == (2, True)


def test_two_columns_for_one_field_are_told(command, write):
    said = command("import", "orders", write("customer_id,date,amount,金额\nA,2026-01-05,5,6\n"))

    assert (said.code, said.line["created"], "金额" in said.errors) == (2, 0, True)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"\xef\xbb\xbf\r\n\r\n", "空"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "工作簿"),
        (b"PK\x03\x04 this is no workbook", "工作簿"),
        (b"customer_id,date,amount\nA,2026-01-05,5\nB\xff\xff\xff,2026-01-05,5\n", "第 3 行"),
        (b"just one word", "列"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(command, tmp_path, content, word):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)

    said = command("import", "orders", path)

    assert (said.code, said.line["read"], said.line["errors_file"]) == (2, 0, None)
    assert word in said.errors
    assert "Traceback" not in said.errors


def test_no_file_and_a_folder_are_told(command, tmp_path):
    for path in (tmp_path / "missing.csv", tmp_path):
        said = command("import", "customers", path)
        assert (said.code, str(path) in said.errors) == (2, True)


def test_headers_without_rows_are_nothing_to_do(command, write):
    said = command("import", "customers", write("name,code\n"))

    assert (said.code, said.line["read"], said.line["failed"]) == (0, 0, 0)


def test_a_quotation_mark_that_never_ends_fails_its_row_only(command, write):
    path = write('customer_id,date,amount\nA,2026-01-05,5\n"B,2026-01-05,5\n' + "x" * 1_100_000)

    said = command("import", "orders", path)

    assert (said.code, said.line["created"], said.line["failed"]) == (1, 1, 1)


def test_the_list_of_bad_rows_can_be_repaired_and_read_again(command, write, tmp_path, read_errors):
    said = command("import", "orders", write("customer_id,date,amount,notes\nA,2026-02-31,-5,=1+1\n"))
    listed = tmp_path / "rows.csv-errors.csv"
    assert str(listed) == said.line["errors_file"]
    assert read_errors(said)[0][2:] == ["A", "2026-02-31", "-5", "'=1+1"]
    listed.write_text(listed.read_text("utf-8-sig").replace("02-31", "02-28"), "utf-8")

    again = command("import", "orders", listed, "--errors", tmp_path / "elsewhere.csv")

    assert (again.code, again.line["created"]) == (0, 1)
    assert not (tmp_path / "elsewhere.csv").exists()


def test_a_place_for_bad_rows_that_cannot_be_written_is_told_before_anything_happens(command, write, tmp_path):
    path = write("customer_id,date,amount\nA,2026-01-05,5\n")

    for place in (tmp_path, tmp_path / "missing" / "errors.csv"):
        said = command("import", "orders", path, "--errors", place)
        assert (said.code, said.line["created"], str(place) in said.errors) == (2, 0, True)


def test_the_rest_of_a_file_is_not_taken_for_one_name(command, write, session):
    said = command("import", "customers", write('name,code\n恒泰,K1\n"不完,K2\n后面,K3\n'))

    assert (said.code, said.line["created"], said.line["failed"]) == (1, 1, 1)
    assert session.scalars(select(Customer.name)).all() == ["恒泰"]


def test_a_cell_of_several_lines_with_quotation_marks_is_read(command, write, session):
    said = command("import", "customers", write('name,code,notes\n恒泰,K1,"一 ""甲""\n二"\n'))

    assert said.code == 0, said.errors
    assert session.scalar(select(Customer.notes)) == '一 "甲"\n二'


def test_the_file_that_is_read_is_never_where_bad_rows_are_listed(command, write):
    path = write("name,code\n恒泰,K1\n")

    said = command("import", "customers", path, "--errors", path)

    assert (said.code, said.errors.count("\n")) == (2, 1)
    assert path.read_text() == "name,code\n恒泰,K1\n"
