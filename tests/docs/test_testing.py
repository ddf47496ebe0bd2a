"""The programs and tests in docs/testing.md, run as a user's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.guide import Guide
from tests.support.scratch import ROOT, Project

FILES = dict(
    re.findall(
        r"```python\n# (\w+\.py)\n(.*?)```", (ROOT / "docs" / "testing.md").read_text(encoding="utf-8"), re.DOTALL
    )
)


def run(folder: Path, file: str, environment: Mapping[str, str] | None = None, **instead: str) -> str:
    """The result of a pytest run of one of the page's files, with these replacements in its text."""
    for name, text in {**FILES, **instead}.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return re.sub(r" in .*", "", done.stdout.strip().splitlines()[-1])


def test_the_page_has_a_program_and_two_test_files() -> None:
    """Each block for pytest names its file."""
    assert list(FILES) == ["calls.py", "test_calls.py", "test_deployment.py"]


def test_a_program_is_tested_under_mocks(tmp_path: Path) -> None:
    """It needs no engine, key or network, and fails if the program forgets the auth header."""
    forgetful = {"calls.py": FILES["calls.py"].replace(", http_auth_header=header", "")}

    assert run(tmp_path, "test_calls.py") == "2 passed"
    assert run(tmp_path, "test_calls.py", **forgetful) == "1 failed, 1 passed"


@pytest.mark.engine
def test_a_program_is_deployed_to_the_emulator(tmp_path: Path) -> None:
    """It uses the CLI on PATH and the Automation API."""
    (tmp_path / "test").mkdir()
    project = Project(tmp_path)

    assert run(tmp_path / "test", "test_deployment.py", project.env()) == "1 passed"


def test_a_phone_line_is_called_from_a_terminal_and_from_python(tmp_path: Path) -> None:
    """The output for each fault is that of the page."""
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    with Guide("testing.md", tmp_path, environment, start="## Phone calls from a terminal") as page:
        page.serve("emulate")
        page.start("python line.py", "export")
        page.next("export").ok()
        page.next("place()").ok()
        for words in ("--expect", "--outcome BUSY", "--duplicate", "--hang-up-at", "--start flow.json", "pytest"):
            page.next(words).ok()
        page.ended()
