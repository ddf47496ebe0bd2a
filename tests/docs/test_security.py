"""SECURITY.md promises only what a test shows."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = re.findall(r"^\| (?!promise|---)(.+?) \| (.+) \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)


def test_each_promise_names_the_tests_that_show_it() -> None:
    """And each of them exists."""
    tests = [re.findall(r"`([^`:]+)::([^`]+)`", shown_by) for _, shown_by in PROMISES]
    named = {one for each in tests for one in each}

    assert len(PROMISES) > 5
    assert all(tests)
    assert [one for path, one in named if f"\ndef {one}(" not in (ROOT / path).read_text()] == []
