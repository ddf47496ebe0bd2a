"""The dynamic provider in this process: for thousands of commands, where a process for each would take too long."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_8x8 import dynamic_host
from pulumi_8x8.dynamic_host import HostCall
from pulumi_8x8.provider import WebhookProvider
from tests.support.host import DIFF_SOME, Host
from tests.support.steps import Properties, StepError

_serving = threading.local()


class CapturedStdout(threading.local):
    """Stands in for `sys.stdout` and keeps apart what each thread prints."""

    text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Nothing is kept back."""

    def taken(self) -> str:
        """What this thread has printed since the last time."""
        text, self.text = self.text, ""
        return text


STDOUT = CapturedStdout()


class Direct(Host):
    """As `Host`: a newly configured provider, and called with what came through JSON."""

    def __init__(self, config: Mapping[str, str]) -> None:
        # The host would reveal the URN of the request that it serves.
        setattr(dynamic_host, "current_call", lambda: HostCall(getattr(_serving, "urn", "")))  # noqa: B010 - for mypy
        self._provider = WebhookProvider()
        self._provider.configure(ConfigureRequest(Config(dict(config), "scratch")))

    def __exit__(self, *_: object) -> None:
        """Nothing has to be ended."""

    def _call(self, method: str, **fields: Any) -> Any:
        _serving.urn = fields.pop("urn")
        sent = [self._dict(value) if isinstance(value, dict) else value for value in fields.values()]
        try:
            result = getattr(self._provider, method.lower())(*sent)
        except Exception:
            # What a host without `dynamic_host.without_traceback` hands to the engine, and the engine shows.
            raise StepError(traceback.format_exc()) from None
        finally:
            _serving.urn = ""
        found: dict[str, Any] = vars(result) if result else {}
        changes = DIFF_SOME if found.get("changes") else None
        return SimpleNamespace(**{**found, "properties": found.get("outs"), "changes": changes})

    def _dict(self, struct: Any) -> Properties:
        sent: Properties = json.loads(json.dumps(struct or {}))
        return {name: value for name, value in sent.items() if value is not None}
