"""Every promise in SECURITY.md has tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = re.findall(r"^\d+\. (.+?)(?=^\d+\. |^## )", (ROOT / "SECURITY.md").read_text(), re.DOTALL | re.MULTILINE)


def test_each_of_the_ten_promises_links_one_file_of_tests() -> None:
    """The file exists and contains tests."""
    linked = [re.findall(r"\]\((tests/\w+/test_\w+\.py)\)", promise) for promise in PROMISES]

    assert len(PROMISES) == 10
    assert [len(files) for files in linked] == [1] * 10
    assert all("\ndef test_" in (ROOT / file).read_text() for [file] in linked)
