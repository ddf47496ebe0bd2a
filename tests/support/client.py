"""A client for tests: it never sleeps, and its errors are searched for secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings

KEY, HEADER, FOREIGN = "key-canary-51c0", "header-canary-88e2", "foreign-canary-0d3f"
VCA = Declaration("acme_voice", "VCA", "https://a.example/vca", True, HEADER)


def raised(call: Callable[[], object]) -> WebhookError:
    """The error of a call: printable, and without secret or foreign text in its whole chain."""
    with pytest.raises(WebhookError) as caught:
        call()
    link: BaseException | None = caught.value
    while link is not None:
        assert "canary" not in str(link)
        link = link.__cause__ or link.__context__
    assert str(caught.value).isprintable()
    return caught.value


class ClientHarness:
    """A client that records its pauses instead of sleeping; its three calls are named after their methods."""

    def __init__(self, url: str, **timeouts: float) -> None:
        self.pauses: list[float] = []
        self.client = Client(Settings(api_key=KEY, base_url=url, **timeouts), self.pauses.append)  # type: ignore[arg-type]

    def call(self, method: str, deadline: Deadline | None = None) -> Any:
        within = deadline or self.client.deadline()
        if method == "GET":
            return self.client.list("acme_voice", within)
        return self.client.register(VCA, within) if method == "POST" else self.client.remove(VCA.id, within)

    def failure(self, method: str, deadline: Deadline | None = None) -> WebhookError:
        """The error of a call."""
        return raised(lambda: self.call(method, deadline))
