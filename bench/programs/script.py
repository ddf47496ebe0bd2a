"""The set-up guide's requests, one after the other, as one would type them: apply, list or remove."""

from __future__ import annotations

import os
import sys

import requests
from declared import declared

HEADERS = {"Authorization": f"Bearer {os.environ['EIGHTX8_API_KEY']}"}


def ask(method: str, path: str, body: object = None) -> None:
    """Send one request and insist on success."""
    url = f"{os.environ['EIGHTX8_BASE_URL']}/api/v1/subaccounts/{path}"
    requests.request(method, url, json=body, headers=HEADERS, timeout=30).raise_for_status()


if sys.argv[1] == "list":
    for subaccount_id in dict.fromkeys(webhook.subaccount_id for webhook in declared()):
        ask("GET", f"{subaccount_id}/webhooks")
for webhook in declared():
    if sys.argv[1] == "apply":
        body = {"active": True, "type": webhook.type, "url": webhook.url}
        ask("POST", f"{webhook.subaccount_id}/webhooks", body)
    elif sys.argv[1] == "remove":
        ask("DELETE", f"{webhook.subaccount_id}/webhooks/{webhook.type}")
