"""Calls and single deliveries over HTTP, for the command line.

POST /_calls places a call and responds when it has ended: an object with `subaccount` and the fields of `Plan`. GET
lists the calls. POST /_deliveries makes a synthetic delivery without a call: `subaccount` and `type`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from eightx8_voice.emulator import guard
from eightx8_voice.emulator.calls.call import Plan
from eightx8_voice.emulator.calls.registry import CallRegistry

PATH, DELIVERIES = "/_calls", "/_deliveries"

_TYPES: dict[str, tuple[type, ...]] = {
    "subaccount": (str,),
    "source": (str,),
    "destination": (str,),
    "keys": (list,),
    "outcome": (str,),
    "timeout": (int, float),
    "duplicate": (bool,),
    "delay": (int, float),
    "completed": (str,),
    "dtmf_place": (str,),
}
_REQUIRED = ("subaccount", "source", "destination")


def routes(calls: CallRegistry) -> list[web.RouteDef]:
    """Return the routes, not yet guarded."""

    async def place(request: web.Request) -> web.Response:
        subaccount, plan = _read_plan(await guard.json_object(request))
        return web.json_response((await calls.place(subaccount, plan)).as_dict())

    async def placed(_request: web.Request) -> web.Response:
        return web.json_response([call.as_dict() for call in calls.calls])

    async def deliver(request: web.Request) -> web.Response:
        given = await guard.json_object(request)
        delivery = await calls.deliver(str(given.get("subaccount")), str(given.get("type")))
        return web.json_response(asdict(delivery))

    return [web.post(PATH, place), web.get(PATH, placed), web.post(DELIVERIES, deliver)]


def _read_plan(given: dict[str, Any]) -> tuple[str, Plan]:
    if unknown := given.keys() - _TYPES.keys():
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; a call has {', '.join(_TYPES)}")
    if missing := [name for name in _REQUIRED if name not in given]:
        raise ValueError(f"missing: {', '.join(missing)}")
    if wrong := [name for name, value in given.items() if not isinstance(value, _TYPES[name])]:
        raise ValueError(f"of the wrong type: {', '.join(wrong)}")
    keys = given.pop("keys", [])
    if not all(isinstance(pressed, str) for pressed in keys):
        raise ValueError("keys must be strings")
    return given.pop("subaccount"), Plan(keys=tuple(keys), **given)
