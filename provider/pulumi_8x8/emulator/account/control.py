"""Faults over HTTP, for programs that cannot hold the `Emulator`: `/_control/faults`.

GET lists those that wait, POST adds one (a JSON object with `Fault`'s fields, events apart), DELETE clears
them.
"""

from __future__ import annotations

import json
from types import NoneType
from typing import Any

from aiohttp import web

from pulumi_8x8.emulator.account.faults import Fault, Faults

PATH = "/_control/faults"
_FIELDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "method": (str, NoneType),
    "subaccount": (str, NoneType),
    "skip": (int,),
    "times": (int, NoneType),
    "apply": (bool, NoneType),
    "status": (int, NoneType),
    "body": (object,),
    "retry_after": (str, NoneType),
    "location": (str, NoneType),
    "interval": (int, float),
    "size": (int, NoneType),
    "stored": (dict, NoneType),
}


def routes(faults: Faults) -> list[web.RouteDef]:
    """Give the three routes, not yet guarded."""

    async def pending(_request: web.Request) -> web.Response:
        return web.json_response([_document(fault) for fault in faults.pending()])

    async def add(request: web.Request) -> web.Response:
        try:
            fault = faults.add(_fault(await request.read()))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=422)
        return web.json_response(_document(fault), status=201)

    async def clear(_request: web.Request) -> web.Response:
        faults.clear()
        return web.json_response([])

    return [web.get(PATH, pending), web.post(PATH, add), web.delete(PATH, clear)]


def _fault(body: bytes) -> Fault:
    given = json.loads(body)
    if not isinstance(given, dict):
        raise TypeError("a fault is a JSON object")
    unknown = sorted(given.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(_FIELDS)}")
    wrong = [name for name, value in given.items() if not isinstance(value, _FIELDS[name])]
    if wrong:
        raise TypeError(f"{', '.join(wrong)}: not of the type that a fault needs")
    return Fault(**given)


def _document(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in _FIELDS}
