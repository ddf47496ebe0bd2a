"""The emulator as a running HTTP server: the sockets and the thread."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Collection, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from eightx8_voice.emulator import guard, page
from eightx8_voice.emulator.account import control, storage
from eightx8_voice.emulator.account.exchange import Api
from eightx8_voice.emulator.account.modes import Active, ErrorBody, Normalisation, PostOver
from eightx8_voice.emulator.calls import routes as call_routes
from eightx8_voice.emulator.calls.call import Call, Plan
from eightx8_voice.emulator.calls.delivery import Delivery

T = TypeVar("T")


class EmulatorError(Exception):
    """The emulator cannot start; the message has the reason and the next step."""


class Emulator(Api):
    """An 8x8 voice webhooks API on this machine, running between `__enter__` and `__exit__`.

    `api_key`, `account`, `faults` and all of `Modes` may be changed while it runs.

    Args:
        api_key: The bearer that requests must carry. Default "emulator".
        post_over: As for `Modes`, like `stale_reads`, `normalise`, `error_body`, `active` and `latency`.
        host: The address to listen on. Default loopback.
        port: The port to listen on; 0, the default, takes a free one.
        state_file: Where the webhooks are kept between runs. Default: nowhere.
        control: Whether faults and modes can be set over HTTP, at `/_control/faults` and `/_control/modes`.
        tls: Serve HTTPS with this context. Default: plain HTTP.

    Raises:
        EmulatorError: The address is taken, or the state file is not one.
        ValueError: A mode has none of its values.

    """

    def __init__(
        self,
        api_key: str = "emulator",
        post_over: PostOver = "replace",
        *,
        stale_reads: int | None = None,
        normalise: Collection[Normalisation] = (),
        error_body: ErrorBody = "webhooks",
        active: Active = "honour",
        latency: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        state_file: str | Path | None = None,
        control: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        try:
            super().__init__(
                api_key,
                state_file,
                post_over=post_over,
                stale_reads=stale_reads,
                normalise=tuple(normalise),
                error_body=error_body,
                active=active,
                latency=latency,
            )
        except storage.StateFileError as error:
            raise EmulatorError(str(error)) from None
        self._host, self._port, self._tls, self._control = host, port, tls, control

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    def refuse_connections(self) -> None:
        """Drop every connection and refuse new ones; the port stays taken."""
        self._in_loop(self._stop_listening())

    def accept_connections(self) -> None:
        """Listen again, at the same URL."""
        self._in_loop(self._listen())

    def place_call(self, subaccount: str, plan: Plan) -> Call:
        """Place a call, wait for its end, and show it on the page."""
        return self._in_loop(self.calls.place(subaccount, plan))

    def deliver(self, subaccount: str, type: str) -> Delivery:
        """Make a synthetic delivery to the webhook of a type, e.g. a VNU, which no call causes.

        Raises:
            ValueError: No such webhook is registered, or it is disabled.

        """
        return self._in_loop(self.calls.deliver(subaccount, type))

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
        # Bound but not listening, it refuses connections and keeps the port from other programs.
        self._socket = _bound(self._host, self._port)
        server = self._runner.server
        for connection in server.connections if server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()

    def _application(self) -> web.Application:
        @web.middleware
        async def api(request: web.Request, handler: guard.Handler) -> web.StreamResponse:
            # A path without a route goes to the API, which checks the key first: no path gets around that.
            if request.match_info.http_exception is not None:
                return await self.respond(request, self._stopping)
            return await handler(request)

        application = web.Application(middlewares=[api])
        programs = call_routes.routes(self.calls)
        if self._control:
            programs += control.routes(self.faults, self)
        for route in programs:
            handler = guard.local_only(guard.json_only(route.handler), self._host)
            application.router.add_route(route.method, route.path, handler)
        for route in page.routes(self.account, self.calls, self.url):
            application.router.add_route(route.method, route.path, guard.local_only(route.handler, self._host))
        return application

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


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
    return f"The emulator cannot listen on {host}:{port}: {error.strerror}. Choose another port; 0 takes a free one."
