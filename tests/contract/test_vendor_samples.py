"""What this package sends and reads against the vendor's documented requests and answers."""

from __future__ import annotations

import json

import pytest

from pulumi_8x8.api.wire import Refusal, parse_listing, parse_refusal, parse_removal, registration
from pulumi_8x8.errors import InvalidRequestError, by_status
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
    """It answers what was removed."""
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
