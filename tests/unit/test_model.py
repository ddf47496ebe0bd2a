"""The nouns: a webhook's id, what a program declares, what the API lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_8x8.errors import ConflictError, ProtocolError
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId, WebhookType

VCA = LiveWebhook("VCA", "https://a.example/", True, True)
VSS = LiveWebhook("VSS", "https://b.example/", False, False)


@pytest.mark.parametrize("kind", WebhookType.__members__)
def test_an_id_is_read_back_as_the_webhook_that_wrote_it(kind: str) -> None:
    """Every character that a subaccount id may have survives."""
    written = str(WebhookId("a-b.c_d&9", kind))

    assert (written, WebhookId.parse(written)) == (f"a-b.c_d&9/{kind}", WebhookId("a-b.c_d&9", kind))


@pytest.mark.parametrize(
    "id",
    ["", "acme", "acme/", "/VCA", "acme/vca", "acme/XYZ", "ab/VCA", "acme/VCA/", "acme//VCA", "../acme/VCA",
     "acme/VCA\n", "a b/VCA", "x" * 51 + "/VCA", "\x1b[2J/VCA"],
)  # fmt: skip
def test_what_is_not_an_id_is_refused_with_an_example(id: str) -> None:
    """`Webhook.get` takes ids that people type; the text is safe for a terminal."""
    with pytest.raises(ConflictError, match=r"is not the id of a webhook: .*Nothing was read\. .*/VCA\.") as caught:
        WebhookId.parse(id)

    assert str(caught.value).isprintable()


def test_a_declaration_shows_everything_but_its_header() -> None:
    """It may land in a log."""
    shown = repr(Declaration("acme_voice", "VCA", "https://a.example/", True, "canary"))

    assert ("https://a.example/" in shown, "canary" in shown) == (True, False)


def test_a_live_webhook_is_shown_in_one_harmless_line() -> None:
    """Its URL is another's text."""
    assert str(VCA) == "https://a.example/ (enabled, with an auth header)"
    assert str(replace(VSS, url="https://b/\x1b[2J\n")) == r"https://b/\x1b[2J\n (disabled, no auth header)"


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"url": "https://a.example"}, False),
        ({"enabled": False}, False),
        ({"http_auth_header": None}, False),
    ],
)
def test_a_live_webhook_matches_in_everything_that_the_api_reports(changed: dict[str, str], same: bool) -> None:
    """URL to the letter, whether it is enabled, and whether it has a header."""
    declared = Declaration("acme_voice", "VCA", "https://a.example/", True, "h")

    assert VCA.matches(replace(declared, **changed)) is same  # type: ignore[arg-type]


def test_a_type_that_is_listed_twice_is_an_error_for_its_own_webhook_alone() -> None:
    """It names both, since neither is known to count."""
    listing = Listing("acme_voice", (VCA, replace(VCA, url="https://c.example/"), VSS))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed 2 times: https://a\.example/ .* https://c\.exa"):
        listing.get("VCA")

    assert (listing.get("VSS"), listing.get("VRU")) == (VSS, None)


@pytest.mark.parametrize("url", ["https://a/\x1b[2J", "https://a/\r\n", "https://a/\u202e", "https://a/\x85", "\ud800"])
def test_a_url_with_control_characters_is_an_error_for_its_own_webhook_alone(url: str) -> None:
    """It is shown escaped, or, where it is a secret, not at all."""
    listing = Listing("acme_voice", (replace(VCA, url=url), VSS))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed as .* control characters .* DELETE") as caught:
        listing.get("VCA")
    with pytest.raises(ProtocolError, match=r"is listed as \[secret\]"):
        listing.get("VCA", masked=True)

    assert str(caught.value).isprintable()
    assert listing.get("VSS") == VSS


def test_a_replacement_in_a_listing_touches_its_own_type_alone() -> None:
    """Exchanged, taken out, added."""
    listing, other, new = Listing("acme_voice", (VCA, VSS)), replace(VCA, enabled=False), replace(VCA, type="VRU")

    assert listing.replaced("VCA", other).all() == [other, VSS]
    assert listing.replaced("VCA", None).all() == [VSS]
    assert listing.replaced("VRU", new).all() == [VCA, new, VSS]
