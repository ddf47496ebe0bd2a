"""A dynamic provider written in a day: a session, one GET per subaccount on refresh, no checks."""

from __future__ import annotations

import os
from collections import defaultdict
from threading import Lock
from typing import Any

import empty
import requests
from pulumi.dynamic import CreateResult, ReadResult

_session = requests.Session()
_listings: dict[str, Any] = {}
_locks: defaultdict[str, Lock] = defaultdict(Lock)


class Provider(empty.Provider):
    """POST, GET, POST, DELETE. One process serves one operation, so a listing stays valid until its end."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{os.environ['EIGHTX8_BASE_URL']}/api/v1/subaccounts/{path}"
        headers = {"Authorization": f"Bearer {os.environ['EIGHTX8_API_KEY']}"}
        response = _session.request(method, url, json=body, headers=headers, timeout=30)
        response.raise_for_status()
        return response.json()

    def listing(self, subaccount_id: str) -> Any:
        with _locks[subaccount_id]:
            if subaccount_id not in _listings:
                _listings[subaccount_id] = self.call("GET", f"{subaccount_id}/webhooks")["webhooks"]
            return _listings[subaccount_id]

    def create(self, props: dict[str, Any]) -> CreateResult:
        body = {"active": True, "type": props["type"], "url": props["url"]}
        self.call("POST", f"{props['subaccount_id']}/webhooks", body)
        return super().create(props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        found = [webhook for webhook in self.listing(props["subaccount_id"]) if webhook["type"] == props["type"]]
        return ReadResult(id_, {**props, "url": found[0]["url"]}) if found else ReadResult("", {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        self.call("DELETE", f"{_props['subaccount_id']}/webhooks/{_props['type']}")


class Webhook(empty.Webhook, module="bench", name="Webhook"):
    """One webhook."""

    kind = Provider
