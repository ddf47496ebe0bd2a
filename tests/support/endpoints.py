"""Small endpoints on loopback with configurable responses to deliveries."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

HANGUP = {"callflow": [{"action": "hangup"}]}


class Delivered(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class Reply(NamedTuple):
    status: int = 200
    body: object = HANGUP
    headers: Mapping[str, str] = {}


Respond = Callable[[Delivered], Reply]


@dataclass
class ScriptedEndpoint:
    url: str
    delivered: list[Delivered] = field(default_factory=list)

    def of(self, event_type: str) -> list[dict[str, Any]]:
        """The payloads of one kind of delivery."""
        return [one.body["payload"] for one in self.delivered if one.body["eventType"] == event_type]


@contextmanager
def endpoint(respond: Respond = lambda _: Reply(), tls: ssl.SSLContext | None = None) -> Iterator[ScriptedEndpoint]:
    """Serve until the block ends."""

    class DeliveryHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            delivered = Delivered(self.path, dict(self.headers), body)
            running.delivered.append(delivered)
            response = respond(delivered)
            content = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
            self.send_response(response.status)
            for name, value in {"Content-Length": str(len(content)), **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # the client may have disconnected
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), DeliveryHandler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        running = ScriptedEndpoint(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/vca")
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        try:
            yield running
        finally:
            server.shutdown()
