"""How Chinese text is read: syllables without tones, initials, and the key Chinese lists are sorted by."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

CHINESE = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
# These stay as they are when text is brought to half width and lower case.
_NOTHING_BUT = re.compile("[\u4e00-\u9fff]+")
LONGEST_SYLLABLE = 6
LONGEST_KEY = 200
LONGEST_PHRASE = 4
_VOWEL = re.compile("[aeiouv]")

# Characters that names really have with several readings, the commonest first. Kept by hand: the package also lists
# readings nobody has used for centuries, and each would cost index entries. A sentence decides between them where
# the package knows the phrase (重庆 chong qing); the others are indexed besides.
_SEVERAL = """
行hang,xing 长chang,zhang 重zhong,chong 乐le,yue 单dan,shan 曾zeng,ceng 朝chao,zhao 都du,dou 车che,ju 厦xia,sha
大da,dai 会hui,kuai 解jie,xie 仇qiu,chou 查cha,zha 盖gai,ge 区qu,ou 翟zhai,di 缪miao,mou 覃qin,tan 晟sheng,cheng
茜qian,xi 石shi,dan 藏cang,zang 沈shen,chen 种zhong,chong 万wan,mo 尉wei,yu 宿su,xiu 蚌beng,bang 六liu,lu 番fan,pan
莞guan,wan 阿a,e 调diao,tiao 传chuan,zhuan 降jiang,xiang 盛sheng,cheng 召zhao,shao 那na,nuo 乾qian,gan 洗xi,xian
朴pu,piao 叶ye,xie 秘mi,bi 繁fan,po 柏bai,bo 牟mou,mu 祭ji,zhai 铅qian,yan 荥xing,ying 泊bo,po 参can,shen
称cheng,chen 角jiao,jue 贾jia,gu 率lv,shuai 模mo,mu 露lu,lou 熟shu,shou 给gei,ji 地di,de 术shu,zhu 什shen,shi
奇qi,ji 圩xu,wei 卡ka,qia 核he,hu 轧zha,ya 钥yao,yue 弹dan,tan 薄bo,bao 剥bo,bao 折zhe,she 校xiao,jiao 仔zi,zai
汤tang,shang 呢ne,ni 绿lv,lu 陆lu,liu 落luo,la 壳ke,qiao 系xi,ji 塞sai,se 色se,shai 扁bian,pian 便bian,pian 畜chu,xu
差cha,chai 拓tuo,ta 埔pu,bu 堡bao,pu 涡wo,guo 浚jun,xun 珲hun,hui 还hai,huan 着zhe,zhuo 了le,liao 和he,huo 句ju,gou
咖ka,ga 巷xiang,hang 粘zhan,nian 囤tun,dun 度du,duo 识shi,zhi 屏ping,bing 隗wei,kui 员yuan,yun 谌chen,shen 黑hei,he
郗xi,chi 呙guo,wai 泌mi,bi 尾wei,yi 缩suo,su 强qiang,jiang 歙she,xi 伽jia,qie 茄qie,jia 夹jia,ga 家jia,gu 吁xu,yu
女nv,nu 伺si,ci 吕lv,lu 旅lv,lu 铝lv,lu 律lv,lu 虑lv,lu 滤lv,lu 驴lv,lu 屡lv,lu 侣lv,lu 履lv,lu 缕lv,lu 氯lv,lu 闾lv,lu
"""
READINGS: dict[str, tuple[str, ...]] = {
    entry[0]: tuple(entry[1:].split(",")) for entry in _SEVERAL.split() if not entry[0].isascii()
}
_AMBIGUOUS = re.compile(f"[{''.join(READINGS)}]")


def _toneless(syllable: str) -> str:
    bare = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())


@cache
def _tables() -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    """Readings by the number of a character, and the phrases that decide between several; read with the first text.

    The package's own modules are not loaded: its import trains a segmentation that is not used here, for 200 ms.
    """
    found = find_spec("pypinyin")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0])
    characters, phrases = (
        json.loads((folder / f"{name}_dict.json").read_text("utf-8")) for name in ("pinyin", "phrases")
    )
    return characters, {
        phrase: read for phrase, read in phrases.items() if len(phrase) <= LONGEST_PHRASE and _AMBIGUOUS.search(phrase)
    }


class _Usual(dict[str, str]):
    """The commonest reading of a character, or the character itself when it has none; filled as asked."""

    def __missing__(self, character: str) -> str:
        readings = _tables()[0].get(str(ord(character)), "")
        reading = READINGS.get(character, ("",))[0] or _toneless(readings.split(",")[0]) or character
        self[character] = reading
        return reading


_usual = _Usual()


def _in_phrase(run: str, place: int) -> str:
    """Return the reading the longest phrase around a character gives it, empty when no phrase is known."""
    for size in range(LONGEST_PHRASE, 1, -1):
        for start in range(max(0, place - size + 1), min(place, len(run) - size) + 1):
            phrase = _tables()[1].get(run[start : start + size])
            if phrase:
                return _toneless(phrase[place - start][0])
    return ""


@lru_cache(maxsize=4_096)
def _read(run: str) -> tuple[str, ...]:
    """Return one syllable for each character of Chinese text."""
    # The package's own segmentation takes 140 µs a name; only characters of several readings need their phrase.
    read = [_usual[character] for character in run]
    for found in _AMBIGUOUS.finditer(run):
        read[found.start()] = _in_phrase(run, found.start()) or read[found.start()]
    return tuple(read)


def readings(run: str) -> list[tuple[str, ...]]:
    """Return the readings of each character of Chinese text, the one its phrase asks for first."""
    best = _read(run)
    several: list[tuple[str, ...]] = [(syllable,) for syllable in best]
    for found in _AMBIGUOUS.finditer(run):
        place = found.start()
        others = (other for other in READINGS[run[place]] if other != best[place])
        several[place] = (best[place], *others)
    return several


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield runs of Chinese (True) and the words between them (False), in lower case and half width."""
    plain = unicodedata.normalize("NFKC", text).lower()
    start = 0
    for run in CHINESE.finditer(plain):
        yield from ((word, False) for word in plain[start : run.start()].split())
        yield run[0], True
        start = run.end()
    yield from ((word, False) for word in plain[start:].split())


def syllables(text: str) -> list[str]:
    """Return the syllables of Chinese text without tones, ü as v; other words stay as they are, in lower case."""
    if _NOTHING_BUT.fullmatch(text):
        return [*_read(text)]
    return [part for run, chinese in _parts(text) for part in (_read(run) if chinese else (run,))]


def initials(text: str) -> str:
    """Return the first letters of the syllables, other words whole: 北京3M科技 is bj3mkj."""
    return "".join(
        "".join(syllable[:1] for syllable in _read(run)) if chinese else run for run, chinese in _parts(text)
    )


def name_key(text: str) -> str:
    """Return the key by which Chinese and other names sort in one list; its column is :func:`database.sort_key`.

    A name of 200 characters may sound six times as long; what comes after ``LONGEST_KEY`` letters sorts nothing.
    """
    return " ".join(syllables(text))[:LONGEST_KEY]


@lru_cache(maxsize=1)
def all_syllables() -> frozenset[str]:
    """Return every syllable of standard Chinese without tone, ü as v and as u."""
    found = {_usual[chr(code)] for code in range(0x4E00, 0x9FA6)}.union(*READINGS.values())
    found |= {syllable.replace("v", "u") for syllable in found}
    return frozenset(syllable for syllable in found if syllable.isascii() and _VOWEL.search(syllable))


def splits(letters: str, most: int = 6) -> list[list[str]]:
    """Return the ways to read typed letters as syllables, the last of which may be unfinished; the longest first.

    At most ``most`` ways are returned: xian is xi an and xian.
    """
    known = all_syllables()
    beginnings = _beginnings()
    found: list[list[str]] = []

    def walk(start: int, taken: list[str]) -> None:
        if len(found) >= most:
            return
        if start == len(letters):
            found.append(taken)
            return
        for size in range(min(LONGEST_SYLLABLE, len(letters) - start), 0, -1):
            piece = letters[start : start + size]
            if piece in known or (start + size == len(letters) and piece in beginnings):
                walk(start + size, [*taken, piece])

    walk(0, [])
    return found


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:size] for syllable in all_syllables() for size in range(1, len(syllable) + 1))
