"""What one operation remembers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pulumi_8x8.model import Declaration, WebhookId
from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.reconcile.registry import Registry

VCA = WebhookId("acme_voice", "VCA")
VSS = WebhookId("acme_voice", "VSS")


def test_the_first_who_declares_a_webhook_keeps_it() -> None:
    """The second gets to know who was first."""
    registry = Registry()
    first, second = Caller("urn:menu"), Caller("urn:other")

    assert registry.declare(VCA, first) is first
    assert registry.declare(VCA, second) is first
    assert registry.declare(VSS, second) is second
    assert registry.declares(VCA) is first


def test_a_webhook_is_managed_until_it_is_removed() -> None:
    """Removing one that is not managed is nothing."""
    registry = Registry()
    state = Declaration("acme_voice", "VCA", "https://example.com/")

    registry.manage(state)
    known = registry.managed(VCA)
    registry.removed(VCA)
    registry.removed(VSS)

    assert known is state
    assert registry.managed(VCA) is None
    assert registry.declares(VCA) is None


def test_a_topic_is_mentioned_once() -> None:
    """However many threads mention it."""
    registry = Registry()

    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(registry.first, ["drift acme_voice/VCA"] * 40))

    assert firsts.count(True) == 1
    assert registry.first("drift acme_voice/VSS")
