"""A walk through a menu as callers use it: from each call flow to the deliveries that can follow it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar
from uuid import uuid4

from eightx8_voice.deliveries import Parties, call_action

KEYS = "1234567890*#"

MAX_DELIVERIES = 50
"""Most deliveries of one walk."""

UNKNOWN_MENU = {"callflow": [{"action": "sayAndCapture", "params": {"maxDigits": 1, "completeOnHash": False}}]}
"""A stand-in for the call flow that begins an outbound session: it is in the API request, unseen by the endpoint."""

Flow = Mapping[str, Any]
Keys = tuple[str, ...]
T = TypeVar("T")


def walk(
    first: Flow, depth: int, call: Flow, deliver: Callable[[Flow], tuple[Flow | None, T]]
) -> Iterator[tuple[Keys, Flow | None, T]]:
    """Deliver everything that can follow each distinct call flow, until `depth` keys were pressed in a row.

    `call` is the payload of the call's first delivery. `deliver` returns the call flow of the response (None if there
    was no valid one) and any value about it. Yields the keys pressed and what `deliver` returned for them.
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
    """Return a caller's possible replies to a call flow: keys, [None] if it captures none, or [] if the call ends.

    A makeCall hands the caller to the called party, so it counts as an end.
    """
    actions = [entry.get("action") for entry in flow["callflow"]]
    params = [entry.get("params") or {} for entry in flow["callflow"] if entry.get("action") == "sayAndCapture"]
    if params:
        keys = KEYS if params[-1].get("completeOnHash") is False else KEYS.replace("#", "")
        return [key * (params[-1].get("minDigits") or 1) for key in keys]
    return [None] if actions and not {"hangup", "makeCall"} & {*actions} else []


def used(flows: Iterable[Flow], param: str) -> list[str]:
    """Return the distinct values of one param in valid call flows."""
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
