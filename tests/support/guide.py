"""A guide, run as a reader would: its files are written, its `$` lines typed."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from tests.support.scratch import Project, Result

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"(?:^`([\w.-]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Guide:
    """A page of docs/ in a project's folder.

    Args:
        page: Its name.
        project: Where its files go and its commands run.
    """

    def __init__(self, page: str, project: Project) -> None:
        self._project = project
        self._commands: list[str] = []
        for name, language, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
            if name:
                (project.program / name).write_text(text, encoding="utf-8")
            elif language == "console":
                self._commands += [line[2:] for line in text.splitlines() if line.startswith("$ ")]

    def next(self, words: str = "", **environment: str) -> Result:
        """Type the next command, which holds these words."""
        command = self._commands.pop(0)
        assert words in command, command
        arguments = shlex.split(command)
        if arguments[0] == "pulumi":
            return self._project.run(*arguments[1:])
        if arguments[0] == "cd":
            self._project.inside += f"/{arguments[1]}"
            return Result(0, "")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self._project.program,
            env={**self._project.env(), **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout)

    def ended(self) -> None:
        """Check that every command was typed."""
        assert self._commands == []
