"""The emulator's answers against those that the vendor documents."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from pulumi_8x8.emulator import Emulator
from tests.contract.vendor import sample

BEARER = {"Authorization": "Bearer emulator"}


def shape(value: Any) -> Any:
    """Give a document's names and types; a list is as its first entry."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return type(value).__name__


@pytest.mark.parametrize("request_name", ["register_reference", "register_guide"])
@pytest.mark.parametrize("answer_name", ["list_reference", "list_guide"])
def test_registering_and_listing_answer_the_documented_list(request_name: str, answer_name: str) -> None:
    """Both documented requests are granted, and POST and GET answer the list shape."""
    documented = sample(answer_name)
    with Emulator() as api:
        url = f"{api.url}/api/v1/subaccounts/acme/webhooks"

        posted = requests.post(url, json=sample(request_name)["body"], headers=BEARER, timeout=10)
        listed = requests.get(url, headers=BEARER, timeout=10)

    assert posted.status_code == listed.status_code == documented["status"]
    assert shape(posted.json()) == shape(listed.json()) == shape(documented["body"])
    assert listed.json()["webhooks"][0]["url"] == sample(request_name)["body"]["url"]


def test_the_reference_example_is_answered_word_for_word() -> None:
    """With the example's webhook registered the list is the example."""
    documented = sample("list_reference")["body"]
    with Emulator() as api:
        api.account.put("XXXX", "VCA", "https://sample.com/test", http_auth_header="mdp1234")

        listed = requests.get(f"{api.url}/api/v1/subaccounts/XXXX/webhooks", headers=BEARER, timeout=10)

    assert listed.json() == documented


def test_removing_answers_word_for_word() -> None:
    """With the example's webhook registered DELETE answers the example."""
    documented = sample("removed_reference")["body"]
    with Emulator() as api:
        api.account.put("subAccountId", "VSS", "https://sample.com/test", enabled=False, http_auth_header="mdp1234")

        removed = requests.delete(f"{api.url}/api/v1/subaccounts/subAccountId/webhooks/VSS", headers=BEARER, timeout=10)

        assert removed.json() == documented
        assert api.account.webhooks("subAccountId") == {}


def test_invalid_json_is_answered_as_documented() -> None:
    """The 422 has the documented code, message and types."""
    documented = sample("invalid_reference")
    with Emulator() as api:
        answer = requests.post(f"{api.url}/api/v1/subaccounts/acme/webhooks", data="{", headers=BEARER, timeout=10)

    assert answer.status_code == documented["status"]
    assert shape(answer.json()) == shape(documented["body"])
    assert answer.json()["statusCode"] == documented["body"]["statusCode"]
    assert answer.json()["statusMessage"] == documented["body"]["statusMessage"]
