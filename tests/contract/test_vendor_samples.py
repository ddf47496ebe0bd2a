"""What this package and the emulator send and read, against the vendor's documented requests and responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from pulumi_8x8.api.wire import Refusal, parse_listing, parse_refusal, parse_removal, registration
from pulumi_8x8.emulator import Emulator
from pulumi_8x8.errors import InvalidRequestError, by_status
from pulumi_8x8.ivr import DELIVERY_ADDRESSES
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId
from tests.contract.vendor import sample


def body(name: str) -> bytes:
    return json.dumps(sample(name)["body"]).encode()


def test_the_listing_of_the_reference_is_read() -> None:
    """One webhook, with a header."""
    assert list(parse_listing("XXXX", body("list_reference"))) == [
        LiveWebhook("VCA", "https://sample.com/test", True, True)
    ]


def test_the_listing_of_the_set_up_guide_is_read() -> None:
    """Two webhooks, with the guide's placeholders where URLs belong."""
    assert list(parse_listing("InternalDemoCPaaS_8dD15_voice", body("list_guide"))) == [
        LiveWebhook("VSS", "{{Your URL Endpoint}}", True, False),
        LiveWebhook("VCA", "{{Your URL Endpoint}", True, False),
    ]


def test_the_removal_of_the_reference_is_read() -> None:
    """It returns what was removed."""
    assert parse_removal(WebhookId("subAccountId", "VSS"), body("removed_reference")) == LiveWebhook(
        "VSS", "https://sample.com/test", False, True
    )


def test_the_error_of_the_reference_is_one_error_with_code_and_id() -> None:
    """422, statusCode as a string, and an errorId to quote."""
    documented = sample("invalid_reference")

    kind, _ = by_status(documented["status"])
    refusal = parse_refusal(body("invalid_reference"))

    assert kind is InvalidRequestError
    assert refusal == Refusal("1001", "1aa1fc32-8e07-11ea-864e-1961d882f548")


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("register_reference", Declaration("acme", "VCA", "https://sample.com/test", False, "mdp1234")),
        ("register_guide", Declaration("acme", "VSS", "https://your-domain.com/voice/webhooks/vss", True)),
    ],
)
def test_what_is_sent_says_all_that_the_documented_request_says(name: str, declared: Declaration) -> None:
    """And beyond it only the switch under its other name."""
    documented, sent = sample(name)["body"], registration(declared)

    assert documented.items() <= sent.items()
    assert sent.keys() - documented.keys() <= {"active", "enabled"}


BEARER = {"Authorization": "Bearer emulator"}


def shape(value: Any) -> Any:
    """Give a document's names and types; a list is as its first entry."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("name", ["register_reference", "register_guide"])
def test_the_emulator_answers_both_documented_requests_with_the_documented_list(name: str) -> None:
    """POST and GET give the list shape of the reference and of the guide, and an invalid body the shape of a 422."""
    request, invalid = sample(name)["body"], sample("invalid_reference")
    with Emulator() as api:
        url = f"{api.url}/api/v1/subaccounts/acme/webhooks"

        posted = requests.post(url, json=request, headers=BEARER, timeout=10)
        listed = requests.get(url, headers=BEARER, timeout=10)
        refused = requests.post(url, data="{", headers=BEARER, timeout=10)

    assert {posted.status_code, listed.status_code} == {200}
    assert shape(posted.json()) == shape(listed.json()) == shape(sample("list_reference")["body"])
    assert shape(listed.json()) == shape(sample("list_guide")["body"])
    assert listed.json()["webhooks"][0]["url"] == request["url"]
    assert (refused.status_code, shape(refused.json())) == (422, shape(invalid["body"]))
    assert refused.json()["statusMessage"] == invalid["body"]["statusMessage"]


def test_with_the_examples_webhooks_the_emulator_answers_the_examples() -> None:
    """Word for word: the list, and the webhook that DELETE removed."""
    with Emulator() as api:
        base = f"{api.url}/api/v1/subaccounts"
        api.account.put("XXXX", "VCA", "https://sample.com/test", http_auth_header="mdp1234")
        api.account.put("subAccountId", "VSS", "https://sample.com/test", enabled=False, http_auth_header="mdp1234")

        listed = requests.get(f"{base}/XXXX/webhooks", headers=BEARER, timeout=10)
        removed = requests.delete(f"{base}/subAccountId/webhooks/VSS", headers=BEARER, timeout=10)

        assert (listed.json(), removed.json()) == (
            sample("list_reference")["body"],
            sample("removed_reference")["body"],
        )
        assert api.account.webhooks("subAccountId") == {}


def test_the_addresses_of_deliveries_are_the_vendors_list_of_january_2026() -> None:
    """Singapore; an allowlist is written from them."""
    assert set(DELIVERY_ADDRESSES) == {"18.140.80.2", "52.220.253.234", "54.255.116.8", "52.74.232.241"}
