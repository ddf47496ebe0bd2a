"""The place of one webhook, and its id."""

from __future__ import annotations

import pytest

from pulumi_8x8.errors import ConflictError
from pulumi_8x8.model import WebhookId


def test_a_webhook_is_written_as_the_pulumi_id() -> None:
    """The id is `<subaccount>/<TYPE>`."""
    assert str(WebhookId("InternalDemoCPaaS_8dD15_voice", "VCA")) == "InternalDemoCPaaS_8dD15_voice/VCA"


@pytest.mark.parametrize("kind", ["VCA", "VSS", "VCS", "VRU", "VNU"])
def test_an_id_is_read_back_as_the_webhook_that_wrote_it(kind: str) -> None:
    """Every character that a subaccount id may have survives."""
    assert WebhookId.parse(f"a-b.c_d&9/{kind}") == WebhookId("a-b.c_d&9", kind)


@pytest.mark.parametrize(
    "id",
    ["", "acme", "acme/", "/VCA", "acme/vca", "acme/XYZ", "ab/VCA", "acme/VCA/", "acme//VCA", "../acme/VCA",
     "acme/VCA\n", "a b/VCA", "x" * 51 + "/VCA"],
)  # fmt: skip
def test_what_is_not_an_id_is_refused_with_an_example(id: str) -> None:
    """`Webhook.get` takes ids that people type."""
    with pytest.raises(ConflictError, match=r"is not the id of a webhook: .*Nothing was read\. .*InternalDemo.*/VCA\."):
        WebhookId.parse(id)


def test_a_hostile_id_is_shown_harmless() -> None:
    """The text of the error is safe for a terminal."""
    with pytest.raises(ConflictError) as caught:
        WebhookId.parse("\x1b[2J/VCA")

    assert str(caught.value).isprintable()
