"""A client for tests: it waits for nothing, and its errors are searched for secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings

KEY = "key-canary-51c0"
HEADER = "header-canary-88e2"
FOREIGN = "foreign-canary-0d3f"
VCA = Declaration("acme_voice", "VCA", "https://a.example/vca", True, HEADER)


class Caller:
    """A client that records its pauses instead of making them, and the three calls by their methods' names."""

    def __init__(self, url: str, **timeouts: float) -> None:
        self.pauses: list[float] = []
        self.client = Client(Settings(api_key=KEY, base_url=url, **timeouts), self.pauses.append)  # type: ignore[arg-type]

    def call(self, method: str, deadline: Deadline | None = None) -> Any:
        within = deadline or self.client.deadline()
        calls: dict[str, Callable[[], Any]] = {
            "GET": lambda: self.client.list("acme_voice", within),
            "POST": lambda: self.client.register(VCA, within),
            "DELETE": lambda: self.client.remove(VCA.id, within),
        }
        return calls[method]()

    def failure(self, method: str, deadline: Deadline | None = None) -> WebhookError:
        """The error of a call, which holds no secret and nothing foreign in its whole chain."""
        with pytest.raises(WebhookError) as caught:
            self.call(method, deadline)
        link: BaseException | None = caught.value
        while link is not None:
            assert not any(secret in str(link) for secret in (KEY, HEADER, FOREIGN))
            link = link.__cause__ or link.__context__
        assert str(caught.value).isprintable()
        return caught.value
