"""Calls over HTTP, for the command line: POST /_calls places one and answers it ended; GET lists them.

The JSON object of a POST has `subaccount` and the fields of `Plan`.
"""

from __future__ import annotations

import json

from aiohttp import web

from pulumi_8x8.emulator.calls.call import Plan
from pulumi_8x8.emulator.calls.registry import Switchboard

PATH = "/_calls"

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
}
_REQUIRED = ("subaccount", "source", "destination")


def routes(switchboard: Switchboard) -> list[web.RouteDef]:
    """Give the two routes, not yet guarded."""

    async def place(request: web.Request) -> web.Response:
        try:
            subaccount, plan = _order(await request.read())
        except (ValueError, RecursionError) as error:
            return web.json_response({"error": str(error)}, status=422)
        return web.json_response((await switchboard.place(subaccount, plan)).as_dict())

    async def placed(_request: web.Request) -> web.Response:
        return web.json_response([call.as_dict() for call in switchboard.calls])

    return [web.post(PATH, place), web.get(PATH, placed)]


def _order(body: bytes) -> tuple[str, Plan]:
    given = json.loads(body)
    if not isinstance(given, dict):
        raise ValueError("a call is ordered with a JSON object")
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
