"""A page of docs/, executed line by line in one shell like a reader's, so that `cd` and `export` persist."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import NamedTuple

from tests.support.scratch import CommandResult

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"(?:^`([\w.-]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
READY = re.compile(r"serves (http://127\.0\.0\.1:\d+)")
ADDRESS = "http://127.0.0.1:8088"
"""The address of the pages' emulator; in tests it has a free port, and commands and output are adapted."""

END = "-- end of the command --"
SECONDS = 180


class Step(NamedTuple):
    """A file to write, if `name` is given, or a command to type, with the output shown on the page."""

    text: str
    name: str = ""
    shown: tuple[str, ...] = ()


def steps(page: str, start: str = "", end: str = "") -> list[Step]:
    """Every file and every `$` line of a page, in order, optionally from one heading on or up to another."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert f"\n{start}" in text
    assert f"\n{end}" in text
    text = text[text.index(f"\n{start}") if start else 0 : text.index(f"\n{end}") if end else None]
    found = []
    for name, language, block in BLOCK.findall(text):
        if name:
            found.append(Step(block, name))
        elif language == "console":
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                typed, *shown = re.sub(r"\\\n\s*", "", command).splitlines()
                found.append(Step(typed, shown=tuple(line for line in shown if line.strip())))
    return found


class Guide:
    """A page, executed from its top in one shell; a context manager.

    Args:
        page: The file's name.
        folder: The shell's initial folder.
        environment: The shell's environment.
        start: The heading to begin at. Default: the page's top.
        end: The heading to end before. Default: the page's end.
    """

    def __init__(
        self, page: str, folder: Path, environment: Mapping[str, str], *, start: str = "", end: str = ""
    ) -> None:
        self._steps = steps(page, start, end)
        self._folder, self._environment = folder, dict(environment)
        self._address = ADDRESS
        self._servers: list[subprocess.Popen[str]] = []
        self._shell = self._bash("-s", stdin=subprocess.PIPE)

    def __enter__(self) -> Guide:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for process in [*self._servers, self._shell]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=SECONDS)

    def next(self, words: str = "", *, instead: str = "") -> CommandResult:
        """Type the next command, which must contain these words, and check that it prints the output on the page.

        Args:
            words: Part of the command.
            instead: A command to type instead, if the page's own would leave the test's folder.
        """
        step = self._command(words)
        result = self.type(instead or step.text)
        printed = " ".join(result.out.split())
        for line in step.shown:
            pattern = r".*?".join(re.escape(" ".join(part.split())) for part in self._adapted(line).split("…"))
            assert re.search(pattern, printed), f"{step.text} did not print\n{line}\nbut\n{result.out}"
        return result

    def type(self, command: str) -> CommandResult:
        """Type a command that is not on the page."""
        shell = self._shell
        assert shell.stdin
        assert shell.stdout
        watch = Timer(SECONDS, os.killpg, (shell.pid, signal.SIGKILL))
        watch.start()
        shell.stdin.write(f"{{ {self._adapted(command)}\n}} </dev/null; printf '\\n%s %s %s\\n' '{END}' $? \"$PWD\"\n")
        shell.stdin.flush()
        printed: list[str] = []
        for line in shell.stdout:
            if line.startswith(END):
                watch.cancel()
                code, folder = line[len(END) :].split(maxsplit=1)
                self._folder = Path(folder.rstrip("\n"))
                return CommandResult(int(code), "".join(printed)[:-1])
            printed.append(line)
        watch.cancel()
        raise AssertionError(f"the shell ended in {command!r}: {''.join(printed)}")

    def serve(self, words: str, *before: str) -> None:
        """Type the next commands in a separate terminal; the last one contains these words and serves the emulator.

        Args:
            words: Part of the last command.
            before: Part of each command before it.
        """
        self._address = self._serve([self._command(each) for each in (*before, words)], READY)[1]

    def start(self, words: str, *before: str) -> None:
        """Do the same for a program that serves something else, until it prints the line shown on the page."""
        steps = [self._command(each) for each in (*before, words)]
        self._serve(steps, re.compile(re.escape(steps[-1].shown[0])))

    def _serve(self, steps: list[Step], ready: re.Pattern[str]) -> re.Match[str]:
        commands = [self._adapted(step.text) for step in steps]
        commands[-1] = "exec " + re.sub(r"--port \d+", "--port 0", commands[-1])
        server = self._bash("-c", " && ".join(commands))
        self._servers.append(server)
        assert server.stdout
        printed = ""
        for line in server.stdout:
            printed += line
            if found := ready.search(line):
                return found
        raise AssertionError(f"{commands[-1]} did not serve: {printed}")

    def ended(self) -> None:
        """Check that every file was written and every command typed."""
        assert self._steps == []

    def _bash(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-o", "pipefail", *arguments], cwd=self._folder, env=self._environment,
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def _command(self, words: str) -> Step:
        while self._steps and (name := self._steps[0].name):
            (self._folder / name).write_text(self._steps.pop(0).text, encoding="utf-8")
        assert self._steps, f"the page ends before {words!r}"
        assert words in self._steps[0].text, self._steps[0].text
        return self._steps.pop(0)

    def _adapted(self, text: str) -> str:
        return text.replace(ADDRESS, self._address)
