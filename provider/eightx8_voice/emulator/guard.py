"""Access to the page, the calls and the control endpoints: programs on this machine, and the page itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from eightx8_voice import json_text

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def local_only(handler: Handler, host: str) -> Handler:
    """Refuse requests that a foreign web page made a browser send.

    A Host that is neither loopback nor the address listened on is DNS rebinding (421). An Origin that is not
    the page's own, or a change requested from another site, is that site's form (403). Programs send neither.
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        name = re.sub(r":[0-9]+$", "", request.host).lower()
        if name not in LOOPBACK | {host}:
            raise web.HTTPMisdirectedRequest(text=f"The emulator is {host}; use that name.\n")
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        foreign = request.method != "GET" and site not in ("none", "same-origin")
        if foreign or origin not in (None, f"{request.scheme}://{request.host}"):
            raise web.HTTPForbidden(text="Requests from another site's page are refused.\n")
        return await handler(request)

    return guarded


def json_only(handler: Handler) -> Handler:
    """Refuse bodies that are not declared as JSON, which a foreign page cannot send unasked.

    What the handler raises as a ValueError is a 422 with the text as `error`.
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.method == "POST" and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.\n")
        try:
            return await handler(request)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=422)

    return guarded


async def json_object(request: web.Request) -> dict[str, Any]:
    """Read the body, which must be one JSON object.

    Raises:
        ValueError: It is something else.

    """
    given = json_text.read(await request.read())
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")
    return given
