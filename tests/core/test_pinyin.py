"""How Chinese names are read."""

import pytest

from app.core.pinyin import all_syllables, initials, name_key, readings, splits, syllables


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("重庆长安汽车", "chong qing chang an qi che"),
        ("中国工商银行", "zhong guo gong shang yin hang"),
        ("厦门会计", "xia men kuai ji"),
        ("吕布", "lv bu"),
        ("北京3M科技", "bei jing 3m ke ji"),
        ("ＡＢＢ (China)", "abb (china)"),
        ("", ""),
    ],
)
def test_a_name_is_read_as_its_phrases_ask(name, key):
    assert name_key(name) == key


def test_chinese_names_sort_by_their_sound():
    assert sorted(["张三丰", "张三", "李四", "Apple", "阿里"], key=name_key) == [
        "阿里",
        "Apple",
        "李四",
        "张三",
        "张三丰",
    ]


def test_initials_keep_other_words_whole():
    assert initials("北京3M科技") == "bj3mkj"


def test_a_character_of_several_readings_offers_them_all():
    assert readings("重庆") == [("chong", "zhong"), ("qing",)]
    assert readings("曾单") == [("zeng", "ceng"), ("dan", "shan")]


def test_typed_letters_are_split_in_every_sensible_way():
    assert splits("hengtai") == [["heng", "tai"]]
    assert ["xi", "an"] in splits("xian")
    assert splits("hengtaij") == [["heng", "tai", "j"]]
    assert splits("bjkj") == []


def test_every_syllable_is_typeable():
    assert all(syllable.isascii() and syllable.isalpha() for syllable in all_syllables())
    assert {"heng", "lv", "lu", "zhuang"} <= all_syllables()


def test_characters_beyond_the_common_ones_are_read_or_kept():
    assert syllables("𠮷野") == ["𠮷", "ye"] or syllables("𠮷野") == ["ji", "ye"]
