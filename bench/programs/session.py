"""A dynamic provider written in a day: the naive one with a session, and one GET per subaccount."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import Any

import empty
import naive
import requests

_session = requests.Session()
_listings: dict[str, Any] = {}
_locks: defaultdict[str, Lock] = defaultdict(Lock)


class Provider(naive.Provider):
    """One process serves one operation, so a listing stays valid until its end."""

    def http(self) -> Any:
        return _session

    def listing(self, subaccount_id: str) -> Any:
        with _locks[subaccount_id]:
            if subaccount_id not in _listings:
                _listings[subaccount_id] = super().listing(subaccount_id)
            return _listings[subaccount_id]


class Webhook(empty.Webhook, module="bench", name="Webhook"):
    """One webhook."""

    kind = Provider
