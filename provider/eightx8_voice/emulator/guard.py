"""Who may use what: every path by a name of this machine, and what asks for no key by this machine's programs alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from eightx8_voice.urls import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def check_host(request: web.Request, host: str) -> None:
    """Refuse a name that is not this machine's (421): it was made to point here by DNS rebinding.

    An IP address is nothing that a name server can change, whichever it is.
    """
    try:
        name = urlsplit(f"//{request.host}").hostname or ""
        if name not in ("localhost", host.lower()):
            ipaddress.ip_address(name)
    except ValueError:
        message = f"The emulator is {host}; use that name, or its IP address.\n"
        raise web.HTTPMisdirectedRequest(text=message) from None


def local_only(handler: Handler) -> Handler:
    """Refuse requests of other machines, and those that a foreign web page made a browser send (403).

    An Origin that is not the page's own, or a change requested from another site, is that site's form. Programs
    send neither.
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not is_loopback((request.remote or "").removeprefix("::ffff:")):
            raise web.HTTPForbidden(text="Only programs on the emulator's own machine may do this.\n")
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        foreign = request.method != "GET" and site not in ("none", "same-origin")
        if foreign or origin not in (None, f"{request.scheme}://{request.host}"):
            raise web.HTTPForbidden(text="Requests from another site's page are refused.\n")
        return await handler(request)

    return guarded
