"""When two names mean one customer: measured on pairs labelled by hand, and said one by one."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import in_language
from app.core.identifiers import normalise_uscc, phone_key
from app.customers.names import THRESHOLD, Party, block_keys, judge, similarity

with (Path(__file__).parent / "duplicate_pairs.csv").open(encoding="utf-8", newline="") as file:
    PAIRS = list(csv.DictReader(file))

ALPHABET = "宁波恒泰北京精密机械科技贸易有限公司集团分厂店（）()王李 abcXYZ"


def party(pair, side):
    phones = frozenset({phone_key(pair[f"phone_{side}"])} - {""})
    return Party(pair[side], pair[f"uscc_{side}"], phones)


def verdicts():
    return [(pair, pair["is_duplicate"] == "1", judge(party(pair, "a"), party(pair, "b"))) for pair in PAIRS]


def test_nearly_every_duplicate_is_noticed_and_few_others():
    judged = verdicts()
    noticed = [is_one for _pair, is_one, verdict in judged if verdict.is_duplicate]

    assert len(PAIRS) >= 250
    assert sum(noticed) / sum(is_one for _pair, is_one, _verdict in judged) >= 0.95
    assert sum(noticed) / len(noticed) >= 0.90


def test_whoever_is_noticed_is_also_looked_up():
    missed = [
        (pair["a"], pair["b"])
        for pair, is_one, verdict in verdicts()
        if is_one
        and verdict.is_duplicate
        and not block_keys(pair["a"]) & block_keys(pair["b"])
        and not party(pair, "a").phones & party(pair, "b").phones
        and pair["uscc_a"] != pair["uscc_b"]
    ]

    assert missed == []


def test_every_notice_has_a_reason():
    assert all(verdict.reasons for _pair, _is_one, verdict in verdicts() if verdict.is_duplicate)


def test_the_pairs_hold_codes_that_may_exist():
    for pair in PAIRS:
        assert normalise_uscc(pair["uscc_a"]) == pair["uscc_a"]
        assert normalise_uscc(pair["uscc_b"]) == pair["uscc_b"]


def test_the_same_code_decides_and_different_codes_decide_against():
    one, other = "91330212MA2XYB1W1J", "91310115MA4HJK6L7H"

    assert judge(Party("恒泰", one), Party("鼎捷", one)).score == 1
    assert judge(Party("宁波恒泰机械有限公司", one), Party("宁波恒泰机械有限公司", other)).score < THRESHOLD


def test_people_of_one_name_are_two_people_until_something_else_agrees():
    wang = Party("王伟")

    assert not judge(wang, wang).is_duplicate
    assert judge(
        Party("王伟", phones=frozenset({"13800138000"})), Party("王伟", phones=frozenset({"13800138000"}))
    ).is_duplicate
    assert judge(Party("王伟", contacts=frozenset({"李丽"})), Party("王伟", contacts=frozenset({"李丽"}))).is_duplicate


def test_a_reason_is_a_sentence_in_the_readers_language():
    shared = frozenset({"057488883321"})
    verdict = judge(Party("恒泰机械", phones=shared), Party("宁波恒泰精密机械有限公司", phones=shared))

    with in_language("en"):
        assert [str(reason) for reason in verdict.reasons] == [
            "The names differ only in region, trade or legal form",
            "Same phone number",
        ]
    with in_language("zh"):
        assert "电话相同" in [str(reason) for reason in verdict.reasons]


@pytest.mark.parametrize(
    "name", ["", "   ", "！！！", "()", "有限公司", "公司", "店", "集团", "中国", "北京市", "A", "（北京）"]
)
def test_a_poor_name_breaks_nothing(name):
    assert 0 <= similarity(name, "宁波恒泰机械有限公司") < THRESHOLD
    assert isinstance(block_keys(name), set)


@given(st.text(alphabet=ALPHABET, max_size=16), st.text(alphabet=ALPHABET, max_size=16))
def test_likeness_has_no_direction(a, b):
    assert similarity(a, b) == pytest.approx(similarity(b, a))
    assert 0 <= similarity(a, b) <= 1


@given(st.text(max_size=20))
def test_every_name_is_like_itself(name):
    expected = 1 if any(character.isalnum() for character in name) else 0

    assert similarity(name, name) in {expected, 0}
    assert all(len(key) <= 48 for key in block_keys(name))
