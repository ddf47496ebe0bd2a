"""Faults and modes over HTTP, for programs that cannot hold the `Emulator`.

| path | GET | POST | DELETE |
|---|---|---|---|
| `/_control/faults` | those that wait | adds one: an object with `Fault`'s fields, events apart | removes them all |
| `/_control/modes` | all of `Modes` | changes those that the object names | |
"""

from __future__ import annotations

from types import NoneType
from typing import Any

from aiohttp import web

from eightx8_voice.emulator import guard
from eightx8_voice.emulator.account.faults import Fault, Faults
from eightx8_voice.emulator.account.modes import Modes

FAULTS, MODES = "/_control/faults", "/_control/modes"
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


def routes(faults: Faults, modes: Modes) -> list[web.RouteDef]:
    """Return the routes, not yet guarded."""

    async def pending(_request: web.Request) -> web.Response:
        return web.json_response([_document(fault) for fault in faults.pending()])

    async def add(request: web.Request) -> web.Response:
        fault = faults.add(_fault(await guard.json_object(request)))
        return web.json_response(_document(fault), status=201)

    async def clear(_request: web.Request) -> web.Response:
        faults.clear()
        return web.json_response([])

    async def shown(_request: web.Request) -> web.Response:
        return web.json_response(modes.modes())

    async def change(request: web.Request) -> web.Response:
        return web.json_response(modes.change(await guard.json_object(request)))

    return [
        web.get(FAULTS, pending),
        web.post(FAULTS, add),
        web.delete(FAULTS, clear),
        web.get(MODES, shown),
        web.post(MODES, change),
    ]


def _fault(given: dict[str, Any]) -> Fault:
    if unknown := sorted(given.keys() - _FIELDS):
        raise ValueError(f"unknown: {', '.join(unknown)}; a fault has {', '.join(_FIELDS)}")
    if wrong := [name for name, value in given.items() if not isinstance(value, _FIELDS[name])]:
        raise ValueError(f"of the wrong type: {', '.join(wrong)}")
    if "name" not in given:
        raise ValueError("name is missing")
    return Fault(**given)


def _document(fault: Fault) -> dict[str, Any]:
    values = {name: getattr(fault, name) for name in _FIELDS}
    return values | ({"body": fault.body.decode("utf-8", "replace")} if isinstance(fault.body, bytes) else {})
