"""Every row of docs/options.md is tested with the real engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.guide import DOCS

TESTS = Path(__file__).parents[1] / "engine"
ROW = re.compile(r"^\| (?!option |flag |command |---)(.+?) \| ", re.MULTILINE)


def marked_rows(path: Path) -> Iterator[str]:
    """The rows that a file's tests are marked with."""
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            for mark in function.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.options":
                    yield from map(ast.literal_eval, mark.args)


def test_every_row_has_a_test_and_every_marked_test_has_a_row() -> None:
    """A test's mark names the row's first cell."""
    rows = [row.replace("`", "") for row in ROW.findall((DOCS / "options.md").read_text(encoding="utf-8"))]

    assert len(rows) == len(set(rows))
    assert set(rows) == {row for path in TESTS.glob("test_*.py") for row in marked_rows(path)}
