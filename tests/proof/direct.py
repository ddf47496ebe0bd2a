"""The dynamic provider in this process: for thousands of commands, where a process for each would take too long."""

from __future__ import annotations

import io
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_8x8 import dynamic_host
from pulumi_8x8.dynamic_host import Call
from pulumi_8x8.provider import WebhookProvider
from tests.proof.steps import Properties, StepError

_serving = threading.local()


class CapturedStdout(io.TextIOBase):
    """Stands in for `sys.stdout` and keeps apart what each thread prints."""

    def __init__(self) -> None:
        self._local = threading.local()

    def write(self, text: str) -> int:
        self._local.text = self.taken() + text
        return len(text)

    @contextmanager
    def instead_of_stdout(self) -> Iterator[None]:
        before, sys.stdout = sys.stdout, self
        try:
            yield
        finally:
            sys.stdout = before

    def taken(self) -> str:
        """What this thread has printed since the last time."""
        text: str = getattr(self._local, "text", "")
        self._local.text = ""
        return text


class Direct:
    """As `Host`: a provider configured anew, and called with what came through JSON."""

    def __init__(self, config: Mapping[str, str]) -> None:
        # The host would reveal the URN of the request that it serves.
        setattr(dynamic_host, "current_call", lambda: Call(getattr(_serving, "urn", "")))  # noqa: B010 - for mypy
        self.urn = ""
        self._provider = WebhookProvider()
        self._provider.configure(ConfigureRequest(Config(dict(config), "scratch")))

    def __enter__(self) -> Direct:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing has to be ended."""

    def check(self, olds: Properties, news: Properties) -> Properties:
        result = self._call(self._provider.check, _sent(olds), _sent(news))
        if result.failures:
            raise StepError("\n".join(f"{failure.property}: {failure.reason}" for failure in result.failures))
        return _sent(result.inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> tuple[list[str], bool]:
        result = self._call(self._provider.diff, id, _sent(olds), _sent(news))
        return result.replaces or [], bool(result.changes)

    def create(self, news: Properties) -> tuple[str, Properties]:
        result = self._call(self._provider.create, _sent(news))
        return str(result.id), _sent(result.outs)

    def preview(self, news: Properties) -> None:
        """The engine does not ask a dynamic provider what a creation would leave."""

    def read(self, id: str, outs: Properties) -> tuple[str, Properties, Properties]:
        result = self._call(self._provider.read, id, _sent(outs))
        return result.id or "", _sent(result.outs), _sent(result.inputs)

    def update(self, id: str, olds: Properties, news: Properties) -> Properties:
        return _sent(self._call(self._provider.update, id, _sent(olds), _sent(news)).outs)

    def delete(self, id: str, outs: Properties) -> None:
        self._call(self._provider.delete, id, _sent(outs))

    def _call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        _serving.urn = self.urn
        try:
            return method(*arguments)
        except Exception:
            # What the host hands to the engine, and the engine shows.
            raise StepError(traceback.format_exc()) from None
        finally:
            _serving.urn = ""


def _sent(properties: Mapping[str, Any] | None) -> Properties:
    sent: Properties = json.loads(json.dumps(properties or {}))
    return {name: value for name, value in sent.items() if value is not None}
