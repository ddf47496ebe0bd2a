"""A walk through a menu as its callers take it: from each call flow to the deliveries that can follow it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar
from uuid import uuid4

from eightx8_voice.deliveries import Parties, call_action

KEYS = "1234567890*#"

MAX_DELIVERIES = 50
"""Deliveries of a walk at most."""

UNKNOWN_MENU = {"callflow": [{"action": "sayAndCapture", "params": {"maxDigits": 1, "completeOnHash": False}}]}
"""Stands for the call flow with which an outbound session begins: a request has it, and the endpoint never sees it."""

Flow = Mapping[str, Any]
Keys = tuple[str, ...]
T = TypeVar("T")


def walk(
    first: Flow, depth: int, call: Flow, deliver: Callable[[Flow], tuple[Flow | None, T]]
) -> Iterator[tuple[Keys, Flow | None, T]]:
    """Deliver what can follow each call flow, once for each distinct one, until `depth` keys were pressed in a row.

    `call` is the payload of the call's first delivery. `deliver` returns the call flow in response, None where there
    was no valid one, and anything about it. Yields the keys that were pressed and what `deliver` then returned.
    """
    pending: deque[tuple[Keys, Flow]] = deque([((), first)])
    known, left = [first], MAX_DELIVERIES
    while pending:
        keys, flow = pending.popleft()
        for pressed in replies(flow):
            trail = (*keys, pressed) if pressed else keys
            if len(trail) > depth or not left:
                continue
            left -= 1
            following, about = deliver(_delivery(call, pressed, flow.get("clientActionId")))
            yield trail, following, about
            if following is not None and following not in known:
                known.append(following)
                pending.append((trail, following))


def replies(flow: Flow) -> list[str | None]:
    """Return what a caller can reply to a call flow: keys, None where there are none, or nothing where the call ends.

    After a makeCall the called party speaks; what is delivered then is about a call that ends.
    """
    actions = [entry.get("action") for entry in flow["callflow"]]
    params = [entry.get("params") or {} for entry in flow["callflow"] if entry.get("action") == "sayAndCapture"]
    if params:
        keys = KEYS if params[-1].get("completeOnHash") is False else KEYS.replace("#", "")
        return [key * (params[-1].get("minDigits") or 1) for key in keys]
    return [None] if actions and not {"hangup", "makeCall"} & {*actions} else []


def used(flows: Iterable[Flow], param: str) -> list[str]:
    """Return the values of one param in valid call flows, each once."""
    params = [entry.get("params") or {} for flow in flows for entry in flow["callflow"]]
    return list(dict.fromkeys(given[param] for given in params if given.get(param)))


def _delivery(call: Flow, dtmf: str | None, client_action_id: str | None) -> dict[str, Any]:
    return call_action(
        Parties(call["source"], call["destination"], call["callDirection"]),
        str(uuid4()),
        call["callId"],
        call["sessionId"],
        call["subAccountId"],
        datetime.now(timezone.utc),
        "ACTION_COMPLETED",
        dtmf=dtmf,
        client_action_id=client_action_id,
    )
