"""The handler of examples/lambda, with requests in the format that AWS documents for function URLs."""

from __future__ import annotations

import base64
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from eightx8_voice.deliveries import synthetic
from eightx8_voice.rehearsal import rehearse
from tests.support.endpoints import Delivered, Reply, endpoint

HANDLER = Path(__file__).parents[2] / "examples" / "lambda" / "handler.py"
HEADER = "Bearer canary"


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function that AWS calls."""
    monkeypatch.setenv("HTTP_AUTH_HEADER", HEADER)
    return runpy.run_path(str(HANDLER))["handle"]


def request(path: str, body: str | None, method: str = "POST", **headers: str) -> dict[str, Any]:
    """A request in payload format 2.0, reduced to what the handler reads, with lower-case header names."""
    event: dict[str, Any] = {"rawPath": path, "headers": {"authorization": HEADER, **headers}, "isBase64Encoded": False}
    return event | {"requestContext": {"http": {"method": method}}, **({} if body is None else {"body": body})}


@pytest.mark.parametrize("type", ["VCA", "VSS"])
def test_the_function_passes_a_rehearsal(handle: Any, type: str) -> None:
    """Status, call flow, duplicates and auth header are handled as 8x8 requires; bodies may be base64."""

    def function_url(delivered: Delivered) -> Reply:
        headers = {name.lower(): value for name, value in delivered.headers.items()}
        body = base64.b64encode(json.dumps(delivered.body).encode()).decode()
        event = request(f"/{type.lower()}", body) | {"headers": headers, "isBase64Encoded": True}
        response = handle(event, None)
        return Reply(response["statusCode"], response["body"].encode(), response["headers"])

    with endpoint(function_url) as running:
        report = rehearse(running.url, type, http_auth_header=HEADER, allow_private=True)

    assert report.ready, report


def test_the_outcome_of_a_session_is_logged_and_a_rehearsal_is_not(handle: Any, capsys: Any) -> None:
    """The log is one line of JSON, which CloudWatch Logs keeps."""
    summary = synthetic("VSS", "Sub_1")

    for headers in ({"x-8x8-rehearsal": "1"}, {}):
        assert handle(request("/vss", json.dumps(summary), **headers), None)["statusCode"] == 200

    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert logged == [{"session": summary["payload"]["sessionId"], "outcome": "done", "reason": None}]


@pytest.mark.parametrize(
    ("event", "status"),
    [
        *[(request("/vca", "{}", authorization=header), 401) for header in ("Bearer another", "Bearer ü")],
        *[(other, 404) for other in (request("/vca", None, method="GET"), request("/", "{}"))],
        *[(request("/vca", body), 422) for body in (None, "no JSON", json.dumps(synthetic("VSS", "Sub_1")))],
    ],
)
def test_an_invalid_request_is_refused(handle: Any, event: dict[str, Any], status: int) -> None:
    """It gets an error status, and the function never fails."""
    assert handle(event, None)["statusCode"] == status
