"""Every row of docs/options.md is proven by a test on the real engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.guide import DOCS

TESTS = Path(__file__).parents[1] / "engine"
ROW = re.compile(r"^\| (?!option |flag |command |---)(.+?) \| ", re.MULTILINE)


def proven(path: Path) -> Iterator[str]:
    """The rows that the tests of a file are marked with."""
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            for mark in function.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.options":
                    yield from map(ast.literal_eval, mark.args)


def test_every_row_is_proven_and_everything_proven_has_a_row() -> None:
    """By the mark of a test, which names the first cell of the row."""
    rows = [row.replace("`", "") for row in ROW.findall((DOCS / "options.md").read_text(encoding="utf-8"))]

    assert len(rows) == len(set(rows))
    assert set(rows) == {row for path in TESTS.glob("test_*.py") for row in proven(path)}
