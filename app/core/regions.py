"""Chinese regions by their GB/T 2260 code: province, city, county; retired codes keep their last name.

The data is the table python-stdnum carries for identity numbers, with the years in which each code was in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.core.i18n import _l
from app.core.identifiers.typed import Malformed, plain
from app.core.pinyin import initials, syllables

_PROVINCE = re.compile(r'(\d\d) province="(.*)"')
_COUNTY = re.compile(r' +(\d{4}) +county="(.*)"')
_PERIOD = re.compile(r"\[(\d*)-(\d*)\](.*)")
PROVINCE, CITY, COUNTY = 1, 2, 3

# What the table lacks or still lists: two districts of 2021, two retired codes, four names in traditional characters.
_CORRECTIONS = {
    "330113": "[2021-]临平区",
    "330114": "[2021-]钱塘区",
    "422900": "[-1983]神农架林区",
    "422921": "[-1983]神农架林区",
    "429001": "[1994-2000]随州市",
    "232761": "加格达奇区",
    "232762": "松岭区",
    "232763": "新林区",
    "232764": "呼中区",
}
# Names that only fill a level of the hierarchy; nobody says them.
_FILLERS = re.compile(r"市辖区|县|(省|自治区)直辖县级行政(单位|区划)")
_SUFFIX = re.compile(
    r"(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市|地区|盟|自治州|自治县|自治旗|林区|新区|区|县|旗)$"
)


@dataclass(frozen=True)
class Region:
    """One code; ``names`` goes from the province down, without levels nobody says."""

    code: str
    name: str
    names: tuple[str, ...]
    retired: bool = False

    @property
    def id(self) -> str:
        """The code, which is what forms send."""
        return self.code

    @property
    def full_name(self) -> str:
        """The names from the province down, such as 浙江省 宁波市 鄞州区."""
        return " ".join(self.names)

    @property
    def level(self) -> int:
        """1 for a province, 2 for a city, 3 for a county."""
        return 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3


def _latest(periods: str) -> tuple[str, bool]:
    """Return the newest name of a code and whether the code is retired."""
    newest, ended = "", True
    for period in periods.split(","):
        found = _PERIOD.fullmatch(period)
        newest, ended = (found[3], bool(found[2])) if found else (period, False)
        if not ended:
            break
    return newest, ended


@cache
def _regions() -> dict[str, Region]:
    periods: dict[str, str] = {}
    province = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        if found := _PROVINCE.fullmatch(line):
            province = found[1]
            periods[f"{province}0000"] = found[2]
        elif found := _COUNTY.fullmatch(line):
            periods[province + found[1]] = found[2]
    named = {code: _latest(period) for code, period in sorted({**periods, **_CORRECTIONS}.items())}
    regions = {}
    for code, (name, retired) in named.items():
        above = (f"{code[:2]}0000", f"{code[:4]}00")
        parents = [named[parent][0] for parent in dict.fromkeys(above) if parent != code and parent in named]
        spoken = [part for part in (*parents, name) if not _FILLERS.fullmatch(part)]
        regions[code] = Region(code, name, tuple(dict.fromkeys(spoken)), retired)
    return regions


def is_filler(region: Region) -> bool:
    """Whether the code only fills a level, as 市辖区 does, and is not offered for choice."""
    return bool(_FILLERS.fullmatch(region.name))


def region(code: str | None) -> Region | None:
    """Return the region of a six-digit code, retired ones included; None when there is none."""
    return _regions().get(code or "")


def full_name(code: str | None) -> str:
    """Return 浙江省 宁波市 鄞州区 for 330212; an unknown code is its own name."""
    found = region(code)
    return found.full_name if found else code or ""


def normalise_region(text: str | None) -> str:
    """Return the code for a code or a name such as 浙江省宁波市鄞州区 or 宁波鄞州; empty stays empty.

    :raises Malformed: when no region, or more than one, is called so.
    """
    typed = re.sub(r"[\s/,，、·-]+", "", plain(text))
    if not typed:
        return ""
    if region(typed):
        return typed
    found = _by_spoken_name().get(typed, ())
    if len(found) == 1:
        return found[0]
    if found:
        raise Malformed(_l("There are several regions called %(text)s; write the province and city, too.", text=typed))
    raise Malformed(_l("There is no region called %(text)s.", text=typed))


def short_name(name: str) -> str:
    """Return the name as people say it: 宁波 for 宁波市, but 赵县 for 赵县."""
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 else name


@cache
def _by_spoken_name() -> dict[str, tuple[str, ...]]:
    spoken: dict[str, list[str]] = {}
    for each in _regions().values():
        if each.retired or is_filler(each):
            continue
        chains = {each.names[start:] for start in range(len(each.names))} | {(each.names[0], each.names[-1])}
        ways = {
            way
            for *above, last in chains
            for way in (
                "".join([*above, last]),
                "".join([*map(short_name, above), last]),
                "".join([*map(short_name, above), short_name(last)]),
            )
        }
        for way in ways:
            spoken.setdefault(way, []).append(each.code)
    # A city and its like-named county, or Beijing the province and the city: the highest level is meant.
    return {way: _highest(codes) for way, codes in spoken.items()}


def _highest(codes: list[str]) -> tuple[str, ...]:
    top = min(_regions()[code].level for code in codes)
    return tuple(code for code in codes if _regions()[code].level == top)


def children(code: str = "") -> list[Region]:
    """Return the regions one level below, without retired ones; the provinces for the empty code.

    What stands directly below a province, such as the districts of Beijing, is returned for the province.
    """
    level = 1 if not code else region_level(code) + 1
    stem = {1: "", 2: code[:2], 3: code[:4]}.get(level)
    if stem is None:
        return []
    below = [each for each in _current() if each.code.startswith(stem) and each.code != code]
    fillers = _filling_cities()
    return [
        each for each in below if each.level == level or (level == 2 and each.level == 3 and each.code[:4] in fillers)
    ]


@cache
def _filling_cities() -> frozenset[str]:
    return frozenset(each.code[:4] for each in _regions().values() if each.level == 2 and is_filler(each))


def region_level(code: str) -> int:
    """Return 1 for the code of a province, 2 of a city, 3 of a county."""
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


@cache
def _current() -> tuple[Region, ...]:
    return tuple(each for each in _regions().values() if not each.retired and not is_filler(each))


@cache
def _spellings() -> tuple[tuple[Region, str, tuple[str, ...]], ...]:
    """Return for each region its written names and the ways its pinyin and initials may be typed."""
    spelled = []
    for each in _current():
        spoken = "".join(map(short_name, each.names))
        typed = [way for name in (each.name, spoken) for way in ("".join(syllables(name)), initials(name))]
        spelled.append((each, "".join(each.names), tuple(typed)))
    return tuple(spelled)


def search(text: str, limit: int = 20) -> list[Region]:
    """Return regions whose code, name, pinyin or initials begin with or contain ``text``; the closest first."""
    words = plain(text).lower().split()
    if not words:
        return []
    found = []
    for each, names, typed in _spellings():
        ranks = [_rank(word, each, names, typed) for word in words]
        if None not in ranks:
            found.append((max(rank for rank in ranks if rank is not None), each.level, each.code, each))
    return [each for *_order, each in sorted(found, key=lambda item: item[:3])[:limit]]


def _rank(word: str, each: Region, names: str, typed: tuple[str, ...]) -> int | None:
    if each.name == word or short_name(each.name) == word or each.code == word:
        return 0
    if each.name.startswith(word) or each.code.startswith(word):
        return 1
    if any(way.startswith(word) for way in typed):
        return 2
    return 3 if word in names else None


def codes_below(code: str) -> tuple[str, str]:
    """Return the first and last code of a province, city or county, both inclusive: the range a filter compares."""
    level = region_level(code)
    stem = {1: code[:2], 2: code[:4], 3: code}[level]
    return stem.ljust(6, "0"), stem.ljust(6, "9")


def every() -> tuple[Region, ...]:
    """Return all regions, retired ones included, without codes that only fill a level."""
    return tuple(each for each in _regions().values() if not is_filler(each))


@cache
def short_names() -> frozenset[str]:
    """Return the names of all provinces and cities as people say them, and as they are written."""
    written = {each.name for each in _regions().values() if not is_filler(each)}
    return frozenset(written | {short_name(name) for name in written})
