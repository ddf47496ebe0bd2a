"""The mock as a process of its own, and what it counted."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, NamedTuple
from urllib.request import urlopen

from tests.engine.scratch import ROOT


class Counts(NamedTuple):
    """What was asked of the mock since the last time.

    Attributes:
        requests: By method.
        connections: Opened.
        at_once: Open at the same time, at most.
    """

    requests: dict[str, int]
    connections: int
    at_once: int


class Mock:
    """Serves while the `with` block runs."""

    def __enter__(self) -> Mock:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.api"], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def counts(self) -> Counts:
        """What was asked since the last time."""
        return Counts(**self._control("counts"))

    def hold(self, milliseconds: int) -> None:
        """Hold back every answer so long."""
        self._control(f"latency/{milliseconds}")

    def clear(self) -> None:
        """Forget all webhooks."""
        self._control("clear")

    def _control(self, command: str) -> Any:
        with urlopen(f"{self.url}/{command}") as answer:
            return json.load(answer)
