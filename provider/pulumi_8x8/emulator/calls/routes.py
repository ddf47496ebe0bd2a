"""Calls and single deliveries over HTTP, for the command line.

POST /_calls places a call and responds when it has ended: an object with `subaccount` and the fields of `Plan`. GET
lists the calls. POST /_deliveries delivers something made up, without a call: `subaccount` and `type`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from pulumi_8x8.emulator import guard
from pulumi_8x8.emulator.calls.call import Plan
from pulumi_8x8.emulator.calls.registry import CallRegistry

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
    """Give the routes, not yet guarded."""

    async def place(request: web.Request) -> web.Response:
        subaccount, plan = _order(await guard.json_object(request))
        return web.json_response((await calls.place(subaccount, plan)).as_dict())

    async def placed(_request: web.Request) -> web.Response:
        return web.json_response([call.as_dict() for call in calls.calls])

    async def deliver(request: web.Request) -> web.Response:
        given = await guard.json_object(request)
        delivery = await calls.deliver(str(given.get("subaccount")), str(given.get("type")))
        return web.json_response(asdict(delivery))

    return [web.post(PATH, place), web.get(PATH, placed), web.post(DELIVERIES, deliver)]


def _order(given: dict[str, Any]) -> tuple[str, Plan]:
    if unknown := given.keys() - _TYPES.keys():
        raise ValueError(f"a call has no {', '.join(sorted(unknown))}; it has {', '.join(_TYPES)}")
    if missing := [name for name in _REQUIRED if name not in given]:
        raise ValueError(f"a call needs {', '.join(missing)}")
    if wrong := [name for name, value in given.items() if not isinstance(value, _TYPES[name])]:
        raise ValueError(f"{', '.join(wrong)}: not of the type that a call needs")
    keys = given.pop("keys", [])
    if not all(isinstance(pressed, str) for pressed in keys):
        raise ValueError("keys are strings")
    return given.pop("subaccount"), Plan(keys=tuple(keys), **given)
