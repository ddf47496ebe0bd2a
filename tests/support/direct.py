"""The dynamic provider in this process, for thousands of commands for which processes would be too slow."""

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
    """Replaces `sys.stdout` and separates the output of each thread."""

    text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Nothing is buffered."""

    def taken(self) -> str:
        """The output of this thread since the last call."""
        text, self.text = self.text, ""
        return text


STDOUT = CapturedStdout()


class Direct(Host):
    """Like `Host`: the provider is newly configured, and all arguments have passed through JSON."""

    def __init__(self, config: Mapping[str, str]) -> None:
        # The real host exposes the URN of the current request.
        setattr(dynamic_host, "current_call", lambda: HostCall(getattr(_serving, "urn", "")))  # noqa: B010 - for mypy
        self._provider = WebhookProvider()
        self._provider.configure(ConfigureRequest(Config(dict(config), "scratch")))

    def __exit__(self, *_: object) -> None:
        """Nothing needs to be stopped."""

    def _call(self, method: str, **fields: Any) -> Any:
        _serving.urn = fields.pop("urn")
        sent = [self._dict(value) if isinstance(value, dict) else value for value in fields.values()]
        try:
            result = getattr(self._provider, method.lower())(*sent)
        except Exception:
            # A host without `dynamic_host.without_traceback` passes this to the engine, which shows it.
            raise StepError(traceback.format_exc()) from None
        finally:
            _serving.urn = ""
        found: dict[str, Any] = vars(result) if result else {}
        changes = DIFF_SOME if found.get("changes") else None
        return SimpleNamespace(**{**found, "properties": found.get("outs"), "changes": changes})

    def _dict(self, struct: Any) -> Properties:
        sent: Properties = json.loads(json.dumps(struct or {}))
        return {name: value for name, value in sent.items() if value is not None}
