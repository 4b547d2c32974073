"""What a record is found by, and what a typed text asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.search.tokens import Prose, Term, beginning, query_tokens, tokens

NAME = "宁波恒泰精密机械有限公司"


def answers(texts, question):
    """Whether an index of these texts would answer the question: the meaning both databases implement."""
    known = tokens(*texts)

    def there(term):
        return any(each == term.token or (term.beginning and each.startswith(term.token)) for each in known)

    words = query_tokens(question)
    return bool(words) and all(any(all(map(there, terms)) for terms in readings) for readings in words)


@pytest.mark.parametrize(
    "typed",
    [
        "恒泰",
        "恒",
        "械",
        "恒泰精密",
        "宁波 机械",
        "恒泰精密机械有限公司",
        "恒泰 有限公司",
        "有限公司",
        "公司",
        "hengtai",
        "HengTai",
        "heng tai",
        "hengtaij",
        "ningbohengtai",
        "jixie",
        "nbht",
        "htjm",
        "nbhtjm",
        "ht",
        "htjmjx",
        "宁波ht",
        "ｎｂｈｔ",
    ],
)
def test_a_company_is_found_by_characters_pinyin_and_initials(typed):
    assert answers([NAME], typed)


@pytest.mark.parametrize("typed", ["泰恒", "恒太", "hengtan", "nbtj", "上海", "恒泰 上海", "!!!", "", "   "])
def test_a_company_is_not_found_by_what_it_is_not(typed):
    assert not answers([NAME], typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("重庆长安汽车", "chongqing"),
        ("重庆长安汽车", "changan"),
        ("重庆长安汽车", "cqca"),
        ("中国工商银行", "gongshangyinhang"),
        ("西安乐行旅游", "xian"),
        ("西安乐行旅游", "lexing"),
        ("西安乐行旅游", "lehang"),
        ("绿城", "lvcheng"),
        ("绿城", "lucheng"),
        ("曾玉", "zeng"),
        ("曾玉", "cengyu"),
        ("方安", "fangan"),
        ("北京3M科技", "3m"),
        ("北京3M科技", "北京3m"),
        ("ABB（中国）", "abb中国"),
        ("Café Müller", "müller"),
    ],
)
def test_readings_and_scripts_may_be_mixed(name, typed):
    assert answers([name], typed)


@pytest.mark.parametrize("typed", ["C-2026-00012", "c-2026", "00012", "c202600012", "2026-00012", "2026 00012"])
def test_a_code_is_found_with_and_without_its_dashes(typed):
    assert answers([NAME, "C-2026-00012"], typed)


@pytest.mark.parametrize("typed", ["13812345678", "138 1234 5678", "+86 138-1234-5678", "１３８１２３４５６７８"])
def test_a_phone_is_found_when_it_is_complete(typed):
    assert answers([NAME, "13812345678"], typed)


@pytest.mark.parametrize("typed", ["0574-88883321", "(0574)88883321", "0574 88883321 转 801", "+86 574 8888 3321"])
def test_a_landline_is_found_however_it_is_written(typed):
    assert answers([NAME, "0574-88883321-801"], typed)


@pytest.mark.parametrize("typed", ["1381234567", "138", "12345678", "wang", "w@hengtai", "hengtai.example", "@"])
def test_nobody_searches_phones_and_addresses_by_a_part(typed):
    assert not answers(["张三", "13812345678", "w@hengtai.example"], typed)


def test_an_address_is_found_when_it_is_complete():
    assert answers(["张三", "w@hengtai.example"], "W@Hengtai.example")
    assert not answers(["张三", "w@hengtai.example"], "v@hengtai.example")


@pytest.mark.parametrize(
    ("typed", "begins"),
    [("恒泰", True), ("宁波恒泰", True), ("ht", True), ("nbht", True), ("hengtai", True), ("机械", False)],
)
def test_a_name_begins_after_its_region_too(typed, begins):
    known = tokens(NAME)
    ways = beginning(query_tokens(typed))

    found = any(
        all(
            any(each == term.token or (term.beginning and each.startswith(term.token)) for each in known)
            for term in way
        )
        for way in ways
    )
    assert found is begins


def test_one_character_asks_for_a_beginning():
    assert query_tokens("恒") == (((Term("c恒", beginning=True),),),)


@given(st.text(max_size=60), st.text(max_size=60))
def test_tokens_of_any_text_are_letters_and_digits(name, other):
    asked = [term.token for word in query_tokens(name) for terms in word for term in terms]

    for token in [*tokens(name, other), *asked]:
        assert token.isalnum()


@given(st.text(alphabet="宁波恒泰精密机械有限公司重庆长安银行abcXYZ12 -（）", min_size=1, max_size=30))
def test_every_name_is_found_by_itself(name):
    assert answers([name], name) or not any(character.isalnum() for character in name)


def test_a_long_question_is_cut():
    assert len(query_tokens("恒泰 " * 500)) == 12


def test_a_long_text_without_a_break_is_read_once():
    assert len(tokens("a" * 200_000)) <= 4
    assert len(tokens("-".join("a" * 50_000))) <= 4


def test_prose_is_found_by_what_it_says_and_not_by_initials():
    said = Prose("透明料膜里有黑点和晶点，型号 BX-20。")

    assert answers([said], "黑点")
    assert answers([said], "bx-20")
    assert not answers([said], "hd")
    # The same words as a name.
    assert answers([str(said)], "hdhj")
