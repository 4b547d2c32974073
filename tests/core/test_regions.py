"""Regions of China by code and by name."""

import re

import pytest

from app.core import regions
from app.core.i18n import in_language
from app.core.identifiers import Malformed
from app.core.region_names import region_name, spoken


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330000", "浙江省"),
        ("330212", "浙江省 宁波市 鄞州区"),
        ("110105", "北京市 朝阳区"),
        ("419001", "河南省 济源市"),
        ("429021", "湖北省 神农架林区"),
        ("659001", "新疆维吾尔自治区 石河子市"),
        ("441900", "广东省 东莞市"),
        ("330113", "浙江省 杭州市 临平区"),
        ("653228", "新疆维吾尔自治区 和田地区 和康县"),
        ("810000", "香港特别行政区"),
        ("999999", "999999"),
        (None, ""),
    ],
)
def test_a_code_has_the_names_people_say(code, name):
    assert regions.full_name(code) == name


def test_a_retired_code_keeps_its_name():
    wujiang = regions.region("320584")

    assert wujiang.retired
    assert wujiang.full_name == "江苏省 苏州市 吴江市"
    assert wujiang not in regions.children("320500")


def test_each_level_offers_the_next():
    assert len(regions.children()) == 34
    assert [each.name for each in regions.children("330000")][:2] == ["杭州市", "宁波市"]
    assert "鄞州区" in [each.name for each in regions.children("330200")]
    assert "朝阳区" in [each.name for each in regions.children("110000")]
    assert "济源市" in [each.name for each in regions.children("410000")]
    assert regions.children("330212") == []
    assert regions.children("441900") == []


def test_every_current_region_is_reached_from_the_top():
    reached, level = set(), regions.children()
    while level:
        reached |= {each.code for each in level}
        level = [child for each in level for child in regions.children(each.code)]

    assert reached == {each.code for each in regions._current()}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("宁波", "330200"),
        ("鄞州", "330212"),
        ("浙江 鄞州", "330212"),
        ("zjnbyz", "330212"),
        ("ningbo", "330200"),
        ("wx", "320200"),
        ("330212", "330212"),
        ("3302", "330200"),
        ("cq", "500000"),
    ],
)
def test_a_region_is_found_by_name_code_and_pinyin(typed, first):
    assert regions.search(typed, 1)[0].code == first


def test_nothing_is_found_for_nothing():
    assert regions.search("  ") == []
    assert regions.search("不存在") == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("330212", "330212"),
        ("浙江省宁波市鄞州区", "330212"),
        ("浙江 宁波 鄞州", "330212"),
        ("宁波市鄞州区", "330212"),
        ("浙江省/宁波市/鄞州区", "330212"),
        ("北京朝阳区", "110105"),
        ("北京", "110000"),
        ("吉林", "220000"),
        ("鄞州区", "330212"),
        ("", ""),
    ],
)
def test_a_typed_region_becomes_its_code(typed, code):
    assert regions.normalise_region(typed) == code


@pytest.mark.parametrize("typed", ["鼓楼区", "大理国", "123456"])
def test_an_unclear_region_is_refused(typed):
    with pytest.raises(Malformed):
        regions.normalise_region(typed)


def test_a_filter_on_a_province_takes_everything_below():
    assert regions.codes_below("330000") == ("330000", "339999")
    assert regions.codes_below("330200") == ("330200", "330299")
    assert regions.codes_below("330212") == ("330212", "330212")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330212", "Yinzhou District, Ningbo, Zhejiang"),
        ("610100", "Xi'an, Shaanxi"),
        ("110105", "Chaoyang District, Beijing"),
        ("130533", "Weixian County, Xingtai, Hebei"),
        ("222401", "Yanji, Yanbian Prefecture, Jilin"),
        ("150100", "Hohhot, Inner Mongolia"),
        ("810000", "Hong Kong"),
    ],
)
def test_regions_have_english_names(code, name):
    with in_language("en"):
        assert region_name(code) == name


def test_every_region_has_a_name_without_chinese_letters():
    with in_language("en"):
        assert [each.code for each in regions.every() if not re.fullmatch(r"[A-Za-zü', -]+", spoken(each))] == []
