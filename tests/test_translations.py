"""Both languages are complete."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.support.catalogues import ROOT, flaws, sentences

CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))


def test_there_is_a_chinese_catalogue() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["zh"], "English is the source and needs none"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_sentence_is_translated(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)

    assert list(flaws(catalogue, sentences())) == []


def test_a_missing_a_fuzzy_an_empty_and_a_broken_translation_are_found() -> None:
    catalogue = Catalog(locale="zh")
    catalogue.add("Save", "")
    catalogue.add("Cancel", "取消", flags=["fuzzy"])
    catalogue.add("%(name)s was merged.", "%(nmae)s已合并。")

    found = "\n".join(flaws(catalogue, {"Edit": "app/x.py:1", "Save": "app/x.py:2"}))

    assert "app/x.py:1: not in the catalogue: 'Edit'" in found
    assert "untranslated: 'Save'" in found
    assert "fuzzy: 'Cancel'" in found
    assert "unknown placeholder: '%(name)s was merged.'" in found
    assert len(found.splitlines()) == 4


HAN = "[\u4e00-\u9fff]"
PLACEHOLDER = r"%\((\w+)\)[a-z]"
# What stands in these is a word of the sentence, such as 修改%(label)s; everything else is a name or a figure.
WORDS = {"label", "move", "noun", "scope", "product", "role"}


def slips(chinese: str, english: str) -> list[str]:
    """What a sentence does otherwise than docs/translating.md says."""
    found = []
    if re.search(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}", re.sub(PLACEHOLDER, "\0", chinese)):
        found.append("no space between Chinese and Latin")
    tight = re.finditer(f"({HAN})?{PLACEHOLDER}({HAN})?", chinese)
    if any((one[1] or one[3]) and one[2] not in WORDS for one in tight):
        found.append("no space beside a figure or a name")
    if re.search(rf"{HAN}\s*[,;:?!()]|[,;:?!()]\s*{HAN}", chinese):
        found.append("half-width punctuation")
    if re.search("[，。；：？！（）、“”] | [，。；：？！（）、“”]", chinese):
        found.append("a space beside full-width punctuation")
    if "你" in chinese:
        found.append("你 instead of 您")
    if english.endswith(".") and re.search(HAN, chinese) and chinese[-1] not in "。？！":
        found.append("no full stop")
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_chinese_is_written_by_one_set_of_rules(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)

    found = {}
    for message in catalogue:
        english = message.id if isinstance(message.id, str) else message.id[0]
        for chinese in [message.string] if isinstance(message.string, str) else message.string:
            if english and (wrong := slips(chinese, english)):
                found[chinese] = wrong

    assert found == {}


@pytest.mark.parametrize(
    ("chinese", "english", "slip"),
    [
        ("共3个客户", "3 customers", "no space between Chinese and Latin"),
        ("已移交给%(owner)s", "Handed over to %(owner)s", "no space beside a figure or a name"),
        ("请选择, 或填写", "Choose or enter", "half-width punctuation"),
        ("请选择， 或填写", "Choose or enter", "a space beside full-width punctuation"),
        ("请检查你填写的内容", "Check what you entered", "你 instead of 您"),
        ("已保存", "It was saved.", "no full stop"),
    ],
)
def test_each_rule_of_writing_is_looked_after(chinese: str, english: str, slip: str) -> None:
    assert slips(chinese, english) == [slip]
