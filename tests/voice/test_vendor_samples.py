"""Requests and responses of this package and the emulator, compared with the vendor's documented ones."""

from __future__ import annotations

import json

import pytest
import requests

from eightx8_voice import DELIVERY_ADDRESSES
from eightx8_voice.emulator import Emulator
from pulumi_8x8.api.wire import Refusal, parse_listing, parse_refusal, parse_removal, registration
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId
from tests.support.vendor import sample

BEARER = {"Authorization": "Bearer key"}
URL = "https://sample.com/test"
REGISTRATION = {"type": "VCA", "url": URL, "httpAuthHeader": "mdp1234"}


def test_the_documented_responses_are_parsed() -> None:
    """They are lists from the reference and the guide, a removed webhook, and an error's code."""
    reference, guide, removed, invalid = (
        json.dumps(sample(name)["body"]).encode()
        for name in ("list_reference", "list_guide", "removed_reference", "invalid_reference")
    )

    listed = [(one.type, one.url) for one in parse_listing("InternalDemoCPaaS_8dD15_voice", guide)]
    assert listed == [("VSS", "{{Your URL Endpoint}}"), ("VCA", "{{Your URL Endpoint}")]
    assert list(parse_listing("XXXX", reference)) == [LiveWebhook("VCA", URL, True, True)]
    assert parse_removal(WebhookId("subAccountId", "VSS"), removed) == LiveWebhook("VSS", URL, False, True)
    assert parse_refusal(invalid) == Refusal("1001", "1aa1fc32-8e07-11ea-864e-1961d882f548")


GUIDE = Declaration("acme", "VSS", "https://your-domain.com/voice/webhooks/vss", True)
REQUESTS = [("register_reference", Declaration("acme", "VCA", URL, False, "mdp1234")), ("register_guide", GUIDE)]


@pytest.mark.parametrize(("name", "declared"), REQUESTS)
def test_a_request_has_every_documented_field(name: str, declared: Declaration) -> None:
    """The only addition is the flag under its other name."""
    documented, sent = sample(name)["body"], registration(declared)

    assert documented.items() <= sent.items()
    assert sent.keys() - documented.keys() <= {"active", "enabled"}


def test_the_emulator_returns_the_documented_examples() -> None:
    """The list and the removed webhook match exactly, and errors except for id and time."""
    with Emulator("key") as api:
        base = f"{api.url}/api/v1/subaccounts"
        api.account.put("XXXX", "VCA", URL, http_auth_header="mdp1234")
        api.account.put("subAccountId", "VSS", URL, enabled=False, http_auth_header="mdp1234")

        listed = requests.get(f"{base}/XXXX/webhooks", headers=BEARER, timeout=10).json()
        again = requests.post(f"{base}/XXXX/webhooks", json=REGISTRATION, headers=BEARER, timeout=10).json()
        removed = requests.delete(f"{base}/subAccountId/webhooks/VSS", headers=BEARER, timeout=10).json()
        invalid = requests.post(f"{base}/XXXX/webhooks", data="{", headers=BEARER, timeout=10).json()

    documented = sample("invalid_reference")["body"]
    assert listed == again == sample("list_reference")["body"]
    assert removed == sample("removed_reference")["body"]
    assert invalid | {name: documented[name] for name in ("errorId", "timestamp")} == documented


def test_delivery_addresses_are_the_vendors_list_of_january_2026() -> None:
    assert set(DELIVERY_ADDRESSES) == {"18.140.80.2", "52.220.253.234", "54.255.116.8", "52.74.232.241"}
