"""Both languages are complete."""

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
