"""What an emulated account holds, and what was asked of it, in words that a test can show."""

from __future__ import annotations

from eightx8_voice.emulator import Emulator


def urls(api: Emulator) -> dict[str, str]:
    """Every webhook's URL by its webhook."""
    return {
        f"{subaccount}/{type}": webhook.url
        for subaccount in api.account.subaccounts()
        for type, webhook in api.account.webhooks(subaccount).items()
    }


def writes(api: Emulator) -> list[str]:
    """The requests that change something, in order; with the status of one that did not succeed."""
    return [
        f"{entry.method} {entry.subaccount}/{entry.type}" + ("" if entry.status == 200 else f" {entry.status}")
        for entry in api.journal
        if entry.method != "GET"
    ]


def listings(api: Emulator) -> list[str]:
    """The subaccounts that were listed, sorted; one that was listed twice is there twice."""
    return sorted(entry.subaccount or "" for entry in api.journal.requests("GET"))
