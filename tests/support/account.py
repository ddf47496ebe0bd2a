"""Contents and requests of an emulated account, in a form that tests can compare."""

from __future__ import annotations

from eightx8_voice.emulator import Emulator


def urls(api: Emulator) -> dict[str, str]:
    """Every webhook's URL, by id."""
    return {
        f"{subaccount}/{type}": webhook.url
        for subaccount in api.account.subaccounts()
        for type, webhook in api.account.webhooks(subaccount).items()
    }


def writes(api: Emulator) -> list[str]:
    """The changing requests, in order, with the status of unsuccessful ones."""
    return [
        f"{entry.method} {entry.subaccount}/{entry.type}" + ("" if entry.status == 200 else f" {entry.status}")
        for entry in api.journal
        if entry.method != "GET"
    ]


def listings(api: Emulator) -> list[str]:
    """The subaccounts that were listed, sorted; one that was listed twice appears twice."""
    return sorted(entry.subaccount or "" for entry in api.journal.requests("GET"))
