"""Access checks: the Host header on every path, and a local client on the paths that need no API key."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from eightx8_voice.urls import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def check_host(request: web.Request, host: str) -> None:
    """Refuse a host name other than the emulator's own (421), which protects against DNS rebinding.

    Any IP address is accepted, because rebinding requires a name.
    """
    name = re.sub(r":[0-9]+$", "", request.host).lower()
    try:
        if name not in ("localhost", host.lower()):
            ipaddress.ip_address(re.sub(r"^\[(.*)\]$", r"\1", name))
    except ValueError:
        message = f"The host name is not the emulator's; use {host}, localhost or an IP address.\n"
        raise web.HTTPMisdirectedRequest(text=message) from None


def local_only(handler: Handler) -> Handler:
    """Refuse requests from other machines, and those that a browser sends for another web site's page (403).

    Such a request has a different Origin, or it is a change with a cross-site Sec-Fetch-Site. Programs send neither
    header.
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not is_loopback((request.remote or "").removeprefix("::ffff:")):
            raise web.HTTPForbidden(text="Only programs on the emulator's machine may send this request.\n")
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        foreign = request.method != "GET" and site not in ("none", "same-origin")
        if foreign or origin not in (None, f"{request.scheme}://{request.host}"):
            raise web.HTTPForbidden(text="Requests from pages of other web sites are refused.\n")
        return await handler(request)

    return guarded
