"""The nouns: a webhook's id, the declared webhook and the live webhook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eightx8_voice.text import printable
from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.errors import ConflictError, ProtocolError
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId

VCA = LiveWebhook("VCA", "https://a.example/", True, True)
VSS = LiveWebhook("VSS", "https://b.example/", False, False)


@pytest.mark.parametrize("kind", WebhookType.__members__)
def test_an_id_parses_back_to_the_same_webhook(kind: str) -> None:
    """Every character that is valid in a subaccount id is preserved."""
    written = str(WebhookId("a-b.c_d&9", kind))

    assert (written, WebhookId.parse(written)) == (f"a-b.c_d&9/{kind}", WebhookId("a-b.c_d&9", kind))


@pytest.mark.parametrize(
    "id",
    ["", "acme", "acme/", "/VCA", "acme/vca", "acme/XYZ", "ab/VCA", "acme/VCA/", "acme//VCA", "../acme/VCA",
     "acme/VCA\n", "a b/VCA", "x" * 51 + "/VCA", "\x1b[2J/VCA"],
)  # fmt: skip
def test_a_malformed_id_is_refused_with_an_example(id: str) -> None:
    """`Webhook.get` accepts ids that people type; the message is safe for a terminal."""
    with pytest.raises(ConflictError, match=r"is not the id of a webhook: .*Nothing was read\. .*/VCA\.") as caught:
        WebhookId.parse(id)

    assert str(caught.value).isprintable()


def test_displayed_webhooks_are_escaped_and_hide_secrets() -> None:
    """URLs are untrusted text and headers are secret; ordinary text is only cut if it is long."""
    assert str(VCA) == "https://a.example/ (enabled, with an auth header)"
    assert str(replace(VSS, url="https://b/\x1b[2J\n")) == r"https://b/\x1b[2J\n (disabled, no auth header)"
    assert "canary" not in repr(Declaration("acme_voice", "VCA", "https://a.example/", True, "canary"))
    assert (printable("ä\u202e\ud800\x00"), printable(7.0)) == (r"ä\u202e\ud800\x00", "7.0")
    assert (printable("x" * 200), printable("x" * 201)) == ("x" * 200, "x" * 199 + "…")


def test_a_type_that_is_listed_twice_is_an_error_only_for_its_own_webhook() -> None:
    """Either could be in effect, so the command line shows both."""
    listing = Listing("acme_voice", (VCA, replace(VCA, url="https://c.example/"), VSS))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed 2 times: see `pulumi-8x8 list acme_voice`"):
        listing.get("VCA")

    assert (listing.get("VSS"), listing.get("VRU")) == (VSS, None)


@pytest.mark.parametrize("url", ["https://a/\x1b[2J", "https://a/\r\n", "https://a/\u202e", "https://a/\x85", "\ud800"])
def test_a_url_with_control_characters_is_an_error_only_for_its_own_webhook(url: str) -> None:
    """The URL is not shown."""
    listing = Listing("acme_voice", (replace(VCA, url=url), VSS))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed with control characters .* DELETE") as caught:
        listing.get("VCA")

    assert str(caught.value).isprintable()
    assert listing.get("VSS") == VSS
