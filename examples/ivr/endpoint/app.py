"""The routes of the endpoint.

POST /vca /vss /vcs /vru /vnu   a delivery; its eventType decides, not the address, so one URL can serve all webhooks:
    a call waits (VCA)          the call flow; nothing is stored and nothing waited for
    a session has ended (VSS)   stored, then 200; a duplicate gets the same response
    anything else               logged, then 200
GET  /sessions                  what has ended, ?outcome=done|retry|canceled|opted_out|unknown and ?limit=1..1000
GET  /retries                   what should be called again, and why
GET  /healthz                   200 while the database can be used; the only one without an auth header

401 auth header · 413 over 64 KB · 415 not JSON by its type · 400 not JSON · 422 a malformed delivery
"""

from __future__ import annotations

import hmac
import json
import logging

from flask import Flask, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from eightx8_voice import events, json_text
from eightx8_voice.deliveries import REHEARSAL_HEADER
from eightx8_voice.menu import Ivr
from eightx8_voice.outcomes import RETRY, outcome

from .settings import Settings
from .store import Store

LARGEST_BODY = 64 * 1024
LOG = logging.getLogger("endpoint")


def create_app(settings: Settings, store: Store, ivr: Ivr) -> Flask:
    """Return the WSGI application."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    expected = settings.http_auth_header.encode()

    @app.before_request
    def authenticate() -> None:
        if request.routing_exception is None and request.endpoint != "healthz":
            # WSGI hands headers over as latin-1; encoded back, these are the bytes on the wire.
            given = request.headers.get("Authorization", "").encode("latin-1", "replace")
            if not hmac.compare_digest(given, expected):
                abort(401, "The auth header is missing or wrong.")

    @app.post("/<any(vca, vss, vcs, vru, vnu):_>")
    def delivery(_: str) -> Response | dict[str, str]:
        event, text = _delivery()
        if isinstance(event, events.CallAction):
            return Response(ivr.answer(event).to_json(), content_type="application/json")
        if isinstance(event, events.SessionSummary):
            if request.headers.get(REHEARSAL_HEADER) != "1":
                _keep(event, text)
        else:
            LOG.info("%s: %r", type(event).__name__, getattr(event, "session_id", None) or event.subaccount_id)
        return {"status": "ok"}

    def _keep(summary: events.SessionSummary, text: str) -> None:
        judged = outcome(summary)
        if store.add(summary, judged, text):
            LOG.info("session %r %s: %r", summary.session_id, judged.name, judged.reason or summary.session_status)
        else:
            LOG.info("session %r again; it is stored", summary.session_id)

    @app.get("/sessions")
    def sessions() -> dict[str, object]:
        return _listing(request.args.get("outcome"))

    @app.get("/retries")
    def retries() -> dict[str, object]:
        return _listing(RETRY)

    def _listing(name: str | None) -> dict[str, object]:
        limit = request.args.get("limit", "100")
        if not limit.isdecimal() or len(limit) > 4 or not 1 <= int(limit) <= 1000:
            abort(400, "limit must be a number from 1 to 1000.")
        return {"total": store.count(name), "sessions": store.sessions(name, int(limit))}

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        store.ping()
        return {"status": "ok"}

    @app.errorhandler(SQLAlchemyError)
    def no_database(error: SQLAlchemyError) -> Response:
        LOG.error("the database cannot be used: %s", error)
        return Response(
            '{"error": "The database cannot be used; send it again."}', 503, content_type="application/json"
        )

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        response = Response(json.dumps({"error": error.description}), error.code)
        response.headers.extend(error.get_headers())
        response.content_type = "application/json"
        return response

    return app


def _delivery() -> tuple[events.Event, str]:
    if not request.is_json:
        abort(415, "A delivery is application/json.")
    try:
        text = request.get_data(cache=False).decode()
        document = json_text.read(text)
    except ValueError as error:
        abort(400, f"The delivery is not JSON in UTF-8: {type(error).__name__}.")
    try:
        return events.parse(document), text
    except events.EventError as error:
        abort(422, str(error))
