"""The emulator as a running HTTP server: the sockets and the thread."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from eightx8_voice.emulator import guard, page
from eightx8_voice.emulator.account import Account
from eightx8_voice.emulator.call import Call, Plan
from eightx8_voice.emulator.exchange import Api
from eightx8_voice.emulator.modes import Modes
from eightx8_voice.emulator.state_file import StateFileError, load, save

T = TypeVar("T")


class EmulatorError(Exception):
    """The emulator cannot start; the message gives the reason and the next step."""


class Emulator(Api):
    """An 8x8 voice webhooks API on this machine, running between `__enter__` and `__exit__`.

    `account` contains the webhooks, `journal` the requests received, `calls` the sessions, `faults` the active faults.
    `callee` sets fields of `Plan` for the calls that a POST of a call flow starts, e.g. `{"keys": ("1",)}`. These,
    `api_key` and `modes` may be changed while it runs.

    Args:
        api_key: The bearer token that requests must carry. Default: random; read it from `api_key`.
        modes: How it behaves where the vendor's documentation is unclear. Default: `Modes()`.
        host: The address to listen on. Default: 127.0.0.1.
        port: The port to listen on. Default 0, which picks a free one.
        state_file: A file that keeps the webhooks between runs. Default: none.
        tls: Serve HTTPS with this context. Default: plain HTTP.
        clock: Returns the time in seconds, for `Modes.late_reads`. Default: `time.monotonic`.

    Raises:
        EmulatorError: The address is in use, or the state file is invalid or cannot be read or written.
    """

    def __init__(
        self,
        api_key: str | None = None,
        modes: Modes | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state_file: str | Path | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(api_key or secrets.token_urlsafe(16), _account(state_file, clock), modes or Modes())
        self._host, self._port, self._tls = host, port, tls

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    def refuse_connections(self) -> None:
        """Drop all connections and refuse new ones; the port stays reserved."""
        self._in_loop(self._stop_listening())

    def accept_connections(self) -> None:
        """Listen again, at the same URL."""
        self._in_loop(self._listen())

    def place_call(self, subaccount: str, plan: Plan) -> Call:
        """Place a call, which the page shows, and wait until it ends.

        Raises:
            ValueError: The subaccount has no webhook.
        """
        return self._in_loop(self.calls.place(subaccount, plan))

    def __enter__(self) -> Emulator:
        self._socket = _bound(self._host, self._port)
        self._port = self._socket.getsockname()[1]
        ready = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name=self.url)
        self._thread.start()
        ready.wait()
        if self._failure is not None:
            self._thread.join()
            self._socket.close()
            raise EmulatorError(_cannot_listen(self._host, self._port, self._failure))
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._socket.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.2)
        try:
            await self._runner.setup()
            await self._listen()
            ready.set()
            await self._stopping.wait()
        except OSError as error:
            self._failure = error
        finally:
            ready.set()
            await self.calls.close()
            await self._runner.cleanup()

    async def _listen(self) -> None:
        self._site = web.SockSite(self._runner, self._socket, ssl_context=self._tls)
        await self._site.start()

    async def _stop_listening(self) -> None:
        await self._site.stop()
        # A socket that is bound but not listening refuses connections and keeps the port reserved.
        self._socket = _bound(self._host, self._port)
        server = self._runner.server
        for connection in server.connections if server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()

    def _application(self) -> web.Application:
        @web.middleware
        async def api(request: web.Request, handler: guard.Handler) -> web.StreamResponse:
            guard.check_host(request, self._host)
            # A path without a route goes to the API, which checks the key first: no path bypasses that check.
            if request.match_info.http_exception is not None:
                return await self.respond(request, self._stopping)
            return await handler(request)

        application = web.Application(middlewares=[api])
        for route in (*self.calls.routes(), *page.routes(self.account, self.calls, self.url)):
            application.router.add_route(route.method, route.path, guard.local_only(route.handler))
        return application

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _account(path: str | Path | None, clock: Callable[[], float]) -> Account:
    if path is None:
        return Account(clock=clock)
    try:
        held = load(Path(path))
        save(Path(path), held)  # so that a file that cannot be written fails now, not on the first request
    except StateFileError as error:
        raise EmulatorError(str(error)) from None
    return Account(held, lambda changed: save(Path(path), changed), clock)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise EmulatorError(_cannot_listen(host, port, error)) from None
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    return f"The emulator cannot listen on {host}:{port}: {error.strerror}. Choose another port, or 0 for a free one."
