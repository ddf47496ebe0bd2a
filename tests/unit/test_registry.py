"""What one operation remembers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_8x8.model import Declaration, WebhookId
from pulumi_8x8.reconcile.registry import Registry
from pulumi_8x8.resources.context import Context

VCA = WebhookId("acme_voice", "VCA")
VSS = WebhookId("acme_voice", "VSS")


def test_the_first_who_declares_a_webhook_keeps_it() -> None:
    """The second is answered who was first."""
    registry = Registry()
    first, second = Context(0, "menu"), Context(1, "other")

    assert registry.declare(VCA, first) is first
    assert registry.declare(VCA, second) is first
    assert registry.declare(VSS, second) is second
    assert registry.declares(VCA) is first


def test_a_webhook_is_managed_until_it_is_released() -> None:
    """Releasing one that is not managed is nothing."""
    registry = Registry()
    state = Declaration("acme_voice", "VCA", "https://example.com/")

    registry.manage(state)
    known = registry.managed(VCA)
    registry.released(VCA)
    registry.released(VSS)

    assert known is state
    assert registry.managed(VCA) is None
    assert registry.declares(VCA) is None


def test_a_topic_is_spoken_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    """However many threads speak of it, and whatever they say."""
    registry = Registry()

    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(registry.warn_once, "drift acme_voice/VCA", f"line {number}")
    registry.warn_once("drift acme_voice/VSS", "another")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1] == "another"
