"""The files that set a fresh clone up."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def pinned(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return dict(re.fullmatch(r"([\w.-]+)==([^ ;]+)( ;.*)?", line).groups()[:2] for line in lines)  # type: ignore[union-attr]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()  # type: ignore[index]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_versions_and_nothing_else(name: str) -> None:
    assert len(pinned(name)) > 50


def test_both_lock_files_agree() -> None:
    runtime, everything = (pinned(name) for name in LOCKS)

    assert runtime.items() <= everything.items()


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert {normalised(name) for name in project["project"]["dependencies"]} <= set(pinned("requirements.lock"))
    assert {normalised(name) for name in project["dependency-groups"]["dev"]} <= set(pinned("requirements-dev.lock"))


def test_the_front_end_lock_names_no_download_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
