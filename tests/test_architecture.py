"""The rules of docs that a linter cannot check, as assertions; import directions are import-linter's."""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
RULES = {"models", "workflow", "queries", "services"}
LONGEST_FILE = 300
FILES = sorted(path for path in APP.rglob("*.py") if "versions" not in path.parts and "static" not in path.parts)


def is_rule(path: Path) -> bool:
    """Say whether ``path`` is, or lies in, one of a feature's rule modules."""
    parts = path.relative_to(APP).with_suffix("").parts
    return len(parts) > 1 and parts[1] in RULES


RULE_FILES = [path for path in FILES if is_rule(path)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text()))


def called(node: ast.AST) -> str:
    """Return the dotted name that a call calls, ``""`` for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE, "make it a package of that name"


@pytest.mark.parametrize("path", RULE_FILES, ids=name)
def test_rules_never_commit(path: Path) -> None:
    commits = [node.lineno for node in nodes(path) if called(node).endswith((".commit", "unit_of_work"))]

    assert commits == [], "the edge commits, once"


@pytest.mark.parametrize("path", RULE_FILES, ids=name)
def test_rules_are_told_the_time(path: Path) -> None:
    clocks = ("datetime.now", "date.today", "datetime.utcnow", "time.time", "utc_now")
    # A column's default may name the clock; only a call reads it.
    assert [node.lineno for node in nodes(path) if called(node) in clocks] == []


@pytest.mark.parametrize("path", [path for path in FILES if "core" not in path.parts], ids=name)
def test_only_a_workflow_changes_a_status(path: Path) -> None:
    def targets(node: ast.AST) -> list[ast.expr]:
        if isinstance(node, ast.Assign):
            return node.targets
        return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []

    found = [
        node.lineno
        for node in nodes(path)
        for target in targets(node)
        if isinstance(target, ast.Attribute) and target.attr == "status" and ast.unparse(target.value) != "self"
    ]
    # ``status`` of a refusal class is its HTTP answer, a plain name.
    assert found == []


@pytest.mark.parametrize("path", [path for path in FILES if not {"core", "migrations"} & set(path.parts)], ids=name)
def test_plain_sql_stays_in_core(path: Path) -> None:
    """``text()`` and bare tables escape the row filter."""
    tree = list(nodes(path))
    # The condition of a partial index is no statement.
    conditions = {
        id(keyword.value)
        for node in tree
        if called(node) == "Index" and isinstance(node, ast.Call)
        for keyword in node.keywords
    }
    plain = [
        node.lineno
        for node in tree
        if id(node) not in conditions
        and (called(node) in {"text", "sa.text", "Table", "sa.Table"} or called(node).endswith(".exec_driver_sql"))
    ]

    assert plain == []


def test_one_class_for_each_table(app: Flask) -> None:
    """FAB's ``Model`` merges two classes with one table name without a word."""
    from app.core.database import Model

    classes = defaultdict(list)
    for mapper in Model.registry.mappers:
        classes[mapper.local_table].append(mapper)

    for table, mappers in classes.items():
        bases = [mapper for mapper in mappers if mapper.inherits is None]
        assert len(bases) == 1, f"{table}: {[mapper.class_.__name__ for mapper in bases]}"


def test_every_constraint_has_a_name(app: Flask) -> None:
    """An unnamed constraint cannot be dropped by a migration."""
    from app.core.database import Model

    unnamed = [
        f"{table.name}: {constraint}"
        for table in Model.metadata.tables.values()
        if not table.name.startswith("ab_")
        for constraint in table.constraints
        if constraint.name is None and len(list(getattr(constraint, "columns", [1])))
    ]

    assert unnamed == []


def test_a_web_process_loads_neither_pandas_nor_typst(tmp_path: Path) -> None:
    """Each costs a worker tens of megabytes and its start a second; jobs load them. Phrases wait for Chinese text."""
    program = (
        "import sys, pathlib; from tests.support.application import make_app;"
        f"make_app('sqlite:///{tmp_path}/empty.db', pathlib.Path({str(tmp_path)!r}));"
        "print([name for name in ('pandas', 'typst', 'numpy', 'pypinyin') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "[]", done.stderr


def test_no_page_loads_pandas_or_typst(tmp_path: Path) -> None:
    """Nor numpy, which writers of Excel files take along."""
    program = [sys.executable, "-m", "tests.support.loaded", str(tmp_path)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["loaded"] == []
    assert found["opened"] > 150
