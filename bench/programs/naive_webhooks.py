"""The dynamic provider that one writes in an hour: one `requests` call per webhook, no session, nothing checked.

It stands in a module of its own, so that state holds it by name, as the package's.
"""

from __future__ import annotations

import os
from typing import Any

import requests
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


def _call(method: str, path: str, body: Any = None) -> Any:
    response = requests.request(
        method,
        f"{os.environ['EIGHTX8_BASE_URL']}/api/v1/subaccounts/{path}",
        json=body,
        headers={"Authorization": f"Bearer {os.environ['EIGHTX8_API_KEY']}"},
        timeout=30,
    )
    response.raise_for_status()
    return response.json()


class NaiveProvider(ResourceProvider):
    """POST, GET, POST, DELETE."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the program with the state."""
        replaces = [name for name in ("subaccount_id", "type") if olds[name] != news[name]]
        return DiffResult(bool(replaces) or olds["url"] != news["url"], replaces, [], False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """One POST."""
        _call(
            "POST", f"{props['subaccount_id']}/webhooks", {"active": True, "type": props["type"], "url": props["url"]}
        )
        return CreateResult(f"{props['subaccount_id']}/{props['type']}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """One GET."""
        listed = _call("GET", f"{props['subaccount_id']}/webhooks")["webhooks"]
        found = [webhook for webhook in listed if webhook["type"] == props["type"]]
        return ReadResult(id_, {**props, "url": found[0]["url"]}) if found else ReadResult("", {})

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """One POST."""
        return UpdateResult(self.create(news).outs)

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """One DELETE."""
        _call("DELETE", f"{props['subaccount_id']}/webhooks/{props['type']}")


class NaiveWebhook(Resource, module="naive", name="Webhook"):
    """One webhook."""

    def __init__(self, name: str, inputs: dict[str, Any]) -> None:
        super().__init__(NaiveProvider(), name, inputs)
