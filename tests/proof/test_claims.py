"""SECURITY.md says only what a test shows."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "SECURITY.md").read_text()
PROMISES = re.findall(r"^\| (?!promise|---)(.+?) \| (.+) \|$", SECURITY, re.MULTILINE)


def test_each_promise_names_the_tests_that_show_it() -> None:
    """And each of them exists."""
    named = {name for _, shown_by in PROMISES for name in re.findall(r"`([^`]+)`", shown_by)}
    missing = [
        name
        for name in named
        for path, _, function in [name.partition("::")]
        if f"\ndef {function}(" not in (ROOT / path).read_text()
    ]

    assert len(PROMISES) > 5
    assert [promise for promise, shown_by in PROMISES if "::" not in shown_by] == []
    assert missing == []
