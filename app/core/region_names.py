"""What regions are called in the reader's language: 浙江省 宁波市 鄞州区, or Yinzhou District, Ningbo, Zhejiang."""

from __future__ import annotations

import re
from functools import cache

from app.core.i18n import current_language
from app.core.pinyin import syllables
from app.core.regions import Region, region

# Names that English does not take from the pinyin, or that the pinyin reads otherwise.
_KNOWN = {
    "内蒙古": "Inner Mongolia", "西藏": "Tibet", "陕西": "Shaanxi", "香港": "Hong Kong", "澳门": "Macao",
    "新疆": "Xinjiang", "宁夏": "Ningxia", "广西": "Guangxi", "台湾": "Taiwan", "哈尔滨": "Harbin", "呼和浩特": "Hohhot",
    "乌鲁木齐": "Urumqi", "拉萨": "Lhasa", "齐齐哈尔": "Qiqihar", "鄂尔多斯": "Ordos", "重庆": "Chongqing",
    "厦门": "Xiamen", "六安": "Lu'an", "东莞": "Dongguan", "蚌埠": "Bengbu", "亳州": "Bozhou", "台州": "Taizhou",
    "丽水": "Lishui", "乐清": "Yueqing", "长沙": "Changsha", "长春": "Changchun", "呼伦贝尔": "Hulunbuir",
    "包头": "Baotou", "日喀则": "Shigatse", "昌都": "Chamdo", "林芝": "Nyingchi", "喀什": "Kashgar", "克拉玛依": "Karamay",
    "吐鲁番": "Turpan", "哈密": "Hami", "朝阳": "Chaoyang", "阿克苏": "Aksu", "巴音郭楞": "Bayingolin", "伊犁": "Ili",
}  # fmt: skip
_KINDS = (
    ("特别行政区", ""), ("维吾尔自治区", ""), ("壮族自治区", ""), ("回族自治区", ""), ("自治区", ""), ("自治州", " Prefecture"),
    ("自治县", " County"), ("自治旗", " Banner"), ("地区", " Prefecture"), ("林区", " Forestry District"),
    ("新区", " New Area"), ("省", ""), ("市", ""), ("盟", " League"), ("区", " District"), ("县", " County"), ("旗", " Banner"),
)  # fmt: skip
_PEOPLES = re.compile(
    "(?:(?:朝鲜|土家|布依|景颇|傈僳|哈尼|仡佬|纳西|拉祜|撒拉|东乡|保安|裕固|达斡尔|鄂温克|鄂伦春|独龙|普米|布朗|毛南|仫佬|各)族"
    "|[壮回藏彝苗侗傣白羌满瑶黎畲水佤土怒]族|(?:维吾尔|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯)族?)+$"
)


def region_name(code: str | None) -> str:
    """Return the whole name of a region; an unknown code is its own name."""
    found = region(code)
    return (code or "") if found is None else spoken(found)


def spoken(found: Region) -> str:
    """Return the whole name of a region in the reader's language."""
    return found.full_name if current_language() == "zh" else _english(found)


@cache
def _english(found: Region) -> str:
    return ", ".join(_one(name, number) for number, name in reversed(list(enumerate(found.names))))


def _one(name: str, place: int) -> str:
    """Return one part of a name; ``place`` counts from the province down."""
    ending, kind = next(
        ((ending, kind) for ending, kind in _KINDS if name.endswith(ending) and name != ending), ("", "")
    )
    stem = name.removesuffix(ending)
    short = _PEOPLES.sub("", stem) or stem
    if kind and len(stem) == 1:
        # 赵县 is said with its kind: Zhaoxian County.
        return _read(name) + kind
    return (_KNOWN.get(stem) or _KNOWN.get(short) or _read(short)) + ("" if place == 0 else kind)


def _read(name: str) -> str:
    """Return the pinyin as one word, parted where it could be read otherwise: Xi'an."""
    parts = [part.replace("lv", "lü").replace("nv", "nü") for part in syllables(name)]
    word = parts[0] + "".join(f"'{part}" if part[:1] in "aoe" else part for part in parts[1:])
    return word[:1].upper() + word[1:]
