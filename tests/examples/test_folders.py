"""Each example is a whole project with a page that is read in a minute."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("example", ["cloud-run", "fleet", "lambda", "policy", "stack-reference"])
def test_an_example_has_all_that_a_reader_copies(example: str) -> None:
    """A project file, the program, its requirements, and at most thirty lines about it."""
    files = {path.name for path in (EXAMPLES / example).iterdir()}

    assert {"__main__.py", "requirements.txt", "README.md"} <= files
    assert files & {"Pulumi.yaml", "PulumiPolicy.yaml"}
    assert len((EXAMPLES / example / "README.md").read_text(encoding="utf-8").splitlines()) <= 30
