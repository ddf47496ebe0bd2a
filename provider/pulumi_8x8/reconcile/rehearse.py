"""Rehearse the endpoint of a webhook, with what its account may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi_8x8.settings import Settings

if TYPE_CHECKING:
    from eightx8_voice.rehearsal import Finding
    from pulumi_8x8.api.client import Client


def rehearsed(inputs: Mapping[str, Any], settings: Settings, client: Client | None) -> tuple[Finding, ...]:
    """Rehearse the endpoint of checked inputs; without a client, call flows are not checked against the account.

    Raises:
        KeyRefusedError: The API key is unknown or invalid.
    """
    from eightx8_voice.rehearsal import rehearse

    account = None
    if client and inputs["type"] == "VCA":
        from pulumi_8x8.api.account import account_facts

        account = account_facts(client, inputs["subaccount_id"])
    return rehearse(
        inputs["url"],
        inputs["type"],
        http_auth_header=inputs.get("http_auth_header"),
        allow_private=settings.rehearse_private,
        account=account,
    ).findings


def rehearsal_texts(findings: Sequence[Finding], verdict: str) -> list[str]:
    """Return the findings with this verdict, as one text each."""
    return [f"{finding.name}: {finding.detail}" for finding in findings if finding.verdict == verdict]
