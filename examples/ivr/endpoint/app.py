"""The routes of the endpoint.

POST /vca /vss /vcs /vru /vnu   a delivery; its eventType decides, not the path, so one URL can serve all webhooks:
    a call is waiting (VCA)     the call flow; the database is not used
    a session has ended (VSS)   stored, then 200; a duplicate gets the same response
    a recording is ready (VRU)  stored, then 200
    anything else               logged, then 200
GET  /sessions                  ended sessions; ?outcome=done|retry|canceled|opted_out|unknown and ?limit=1..1000
GET  /retries                   sessions to call again, and why; ?limit=1..1000
GET  /recordings                where the recordings are; ?limit=1..1000
GET  /metrics                   metrics for Prometheus
GET  /healthz                   200 while the database accepts writes; the only path without an auth header

401 wrong auth header · 413 over 64 KB · 415 content type is not JSON · 400 invalid JSON · 422 malformed delivery · 503
database unavailable or too slow. Every delivery and every refusal is one line in the log.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import time
from collections.abc import Callable

from flask import Flask, Response, abort, g, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from eightx8_voice import events, json_text
from eightx8_voice.callflow import CallFlow
from eightx8_voice.deliveries import REHEARSAL_HEADER
from eightx8_voice.outcomes import OUTCOMES, RETRY, UNKNOWN, outcome
from eightx8_voice.text import printable

from .gate import BusyError, Gate
from .metrics import REASONS, Metrics
from .settings import Settings
from .store import Store, cause

LARGEST_BODY = 64 * 1024
LOG = logging.getLogger("endpoint")

TYPES = {
    events.CallAction: "VCA",
    events.SessionSummary: "VSS",
    events.CallStatus: "VCS",
    events.RecordingUploaded: "VRU",
    events.VirtualNumbersUpdated: "VNU",
}


NAMES = sorted({name for name, _ in OUTCOMES.values()} | {UNKNOWN})


def create_app(settings: Settings, store: Store, answer: Callable[[events.CallAction], CallFlow]) -> Flask:
    """Return the WSGI application; `answer` decides what comes next in a call."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    expected = settings.http_auth_header.encode()
    gate, metrics = Gate(), Metrics()

    @app.before_request
    def authenticate() -> None:
        g.started = time.perf_counter()
        if request.routing_exception is None and request.endpoint != "healthz":
            # WSGI decodes headers as latin-1; encoding them restores the bytes on the wire.
            given = request.headers.get("Authorization", "").encode("latin-1", "replace")
            if not hmac.compare_digest(given, expected):
                abort(401, "The auth header is missing or wrong.")

    @app.after_request
    def record(response: Response) -> Response:
        seconds, kind = time.perf_counter() - g.started, TYPES.get(type(g.get("event")))
        refused = response.status_code >= 400
        if kind:
            metrics.seconds.labels(kind).observe(seconds)
            metrics.deliveries.labels(kind, "refused" if refused else g.outcome).inc()
        if refused:
            metrics.refusals.labels(REASONS.get(response.status_code, "other")).inc()
        if kind or refused:
            LOG.log(logging.WARNING if refused else logging.INFO, "%s", _line(kind, response.status_code, seconds))
        return response

    @app.post("/<any(vca, vss, vcs, vru, vnu):_>")
    def delivery(_: str) -> Response | dict[str, str]:
        event, text = _delivery()
        rehearsed = request.headers.get(REHEARSAL_HEADER) == "1"
        g.event, g.outcome = event, "rehearsal" if rehearsed else "received"
        if isinstance(event, events.CallAction):
            g.flow = answer(event)
            g.outcome = "rehearsal" if rehearsed else "answered"
            return Response(g.flow.to_json(), content_type="application/json")
        if not rehearsed and isinstance(event, (events.SessionSummary, events.RecordingUploaded)):
            added = gate.run(lambda: keep(event, text))
            g.outcome = "stored" if added else "duplicate"
        return {"status": "ok"}

    def keep(event: events.SessionSummary | events.RecordingUploaded, text: str) -> bool:
        if isinstance(event, events.RecordingUploaded):
            return store.add_recording(event, text)
        judged = outcome(event)
        added = store.add_session(event, judged, text)
        if added:
            metrics.sessions.labels(judged.name).inc()
        return added

    @app.get("/sessions")
    def sessions() -> dict[str, object]:
        name = request.args.get("outcome")
        if name is not None and name not in NAMES:
            abort(400, f"outcome must be one of {', '.join(NAMES)}.")
        return _listing("sessions", name)

    @app.get("/retries")
    def retries() -> dict[str, object]:
        return _listing("sessions", RETRY)

    @app.get("/recordings")
    def recordings() -> dict[str, object]:
        return _listing("recordings")

    def _listing(kind: str, name: str | None = None) -> dict[str, object]:
        limit = request.args.get("limit", "100")
        if not re.fullmatch("[0-9]{1,4}", limit) or not 1 <= int(limit) <= 1000:
            abort(400, "limit must be a number from 1 to 1000.")
        listed = gate.run(lambda: store.list(kind, int(limit), name))
        return {"total": listed.total, "not_shown": listed.not_shown, kind: listed.rows}

    @app.get("/metrics")
    def numbers() -> Response:
        return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        gate.run(store.check)
        return {"status": "ok"}

    @app.errorhandler(SQLAlchemyError)
    @app.errorhandler(BusyError)
    def no_database(error: Exception) -> Response:
        g.reason = cause(error)
        return _error(503, "The database is unavailable; try again later.")

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        g.reason = error.description
        response = _error(error.code or 500, error.description or "")
        response.headers.extend(error.get_headers())
        response.content_type = "application/json"
        return response

    return app


def _error(status: int, text: str) -> Response:
    return Response(json.dumps({"error": text}), status, content_type="application/json")


def _delivery() -> tuple[events.Event, str]:
    if not request.is_json:
        abort(415, "The content type must be application/json.")
    body = request.get_data(cache=False)
    try:
        document = json_text.read(body, bom_allowed=True)
    except ValueError:
        abort(400, "The delivery is not JSON in UTF-8.")
    try:
        return events.parse(document), body.decode("utf-8-sig")
    except events.EventError as error:
        abort(422, str(error))


def _line(kind: str | None, status: int, seconds: float) -> str:
    """Return the log line of a request: what arrived, what was returned and why; no headers and no body."""
    event, flow, keys = g.get("event"), g.get("flow"), getattr(g.get("event"), "dtmf", None)
    statuses = (getattr(event, name, None) for name in ("call_status", "session_status", "status", "update_event_type"))
    words = {
        "session": getattr(event, "session_id", None),
        "status": next((found for found in statuses if found), None),
        "key": keys if not keys or len(keys) == 1 else f"{len(keys)} digits",  # several digits may be a PIN
        "unread": ",".join(unread.path for unread in event.unread) if event else None,
        "response": status,
        "outcome": g.get("outcome") if status < 400 else None,
        "reason": g.get("reason"),
        "actions": ",".join(action.action for action in flow.actions) if flow else None,
        "place": flow.client_action_id if flow else None,
        "ms": round(seconds * 1000),
    }
    what = kind or f"{request.method} {printable(request.path, 60)}"
    return " ".join([what, *(f"{name}={_word(word)}" for name, word in words.items() if word not in (None, ""))])


def _word(value: object) -> str:
    text = printable(value)
    return f'"{text}"' if " " in text else text
