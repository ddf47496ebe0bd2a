"""The handler of examples/lambda, driven with requests in the form that AWS documents for function URLs."""

from __future__ import annotations

import base64
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pulumi_8x8.ivr.deliveries import synthetic
from pulumi_8x8.ivr.rehearsal import rehearse

HANDLER = Path(__file__).parents[2] / "examples" / "lambda" / "handler.py"
HEADER = "Bearer canary"

Handle = Callable[[dict[str, Any], object], dict[str, Any]]


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """The function that AWS calls."""
    monkeypatch.setenv("HTTP_AUTH_HEADER", HEADER)
    spec = importlib.util.spec_from_file_location("handler", HANDLER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handle  # type: ignore[no-any-return]


def request(path: str, body: str | None, method: str = "POST", **headers: str) -> dict[str, Any]:
    """What the handler reads of a request in payload format 2.0: names of headers in lower case."""
    event = {
        "rawPath": path,
        "headers": {"content-type": "application/json", "authorization": HEADER, **headers},
        "requestContext": {"http": {"method": method, "path": path}},
        "isBase64Encoded": False,
    }
    return event if body is None else {**event, "body": body}


@pytest.fixture
def function_url(handle: Handle) -> Iterator[str]:
    """An HTTP server that hands each request to the function, as a function URL does."""

    class FunctionUrl(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = base64.b64encode(self.rfile.read(int(self.headers["Content-Length"]))).decode()
            given = {name.lower(): value for name, value in self.headers.items()}
            response = handle({**request(self.path, body), "headers": given, "isBase64Encoded": True}, None)
            self.send_response(response["statusCode"])
            for name, value in {**response["headers"], "Content-Length": str(len(response["body"]))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response["body"].encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), FunctionUrl) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("type", ["VCA", "VSS"])
def test_the_function_passes_a_rehearsal(function_url: str, type: str) -> None:
    """Status, call flow, duplicates and a wrong auth header are as 8x8 needs them."""
    report = rehearse(f"{function_url}/{type.lower()}", type, http_auth_header=HEADER, allow_private=True)

    assert report.ready, report


def test_the_outcome_of_a_session_is_logged_and_a_rehearsal_is_not(
    handle: Handle, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line of JSON, which CloudWatch Logs keeps."""
    summary = synthetic("VSS", "Sub_1")

    for headers in ({"x-8x8-rehearsal": "1"}, {}):
        assert handle(request("/vss", json.dumps(summary), **headers), None)["statusCode"] == 200

    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert logged == [{"session": summary["payload"]["sessionId"], "outcome": "done", "reason": None}]


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (request("/vca", "{}", authorization="Bearer another"), 401),
        (request("/vca", "{}", authorization="Bearer ü"), 401),
        (request("/vca", None, method="GET"), 404),
        (request("/", "{}"), 404),
        (request("/vca", None), 422),
        (request("/vca", "no JSON"), 422),
        (request("/vca", json.dumps(synthetic("VSS", "Sub_1"))), 422),
    ],
)
def test_a_wrong_request_is_refused(handle: Handle, event: dict[str, Any], status: int) -> None:
    """By a status, and never by a failure of the function."""
    assert handle(event, None)["statusCode"] == status
