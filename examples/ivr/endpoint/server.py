"""The production server: waitress, with more threads than can wait for the store, so that calls always get one."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import Any

from flask import Flask
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from .app import create_app
from .gate import AT_WORK, WAITING
from .settings import SettingsError, from_environment
from .store import Store, cause

LOG = logging.getLogger("endpoint")
THREADS = WAITING + AT_WORK + 48


class _LoggedError(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Logs one line for a request that never reaches the application, e.g. far too large or not HTTP."""

    def execute(self) -> None:
        error = self.request.error
        LOG.warning('unreadable request response=%s reason="%s"', error.code, error.reason)
        super().execute()


def serve(app: Flask, host: str, port: int) -> Any:
    """Return a waitress server that is bound and not yet running."""
    HTTPChannel.error_task_class = _LoggedError
    return create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=1000,
        asyncore_use_poll=True,
        # Limits what is buffered, including framing; the application's own limit is smaller and exact.
        max_request_body_size=1024 * 1024,
        ident=None,
    )


def main() -> int:
    """Serve until SIGTERM or Ctrl-C, finish the running requests, and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        from .menu import answer  # here, because importing a menu that breaks a rule raises an error

        settings = from_environment(os.environ)
    except (SettingsError, ValueError) as error:
        return _not_started(str(error))
    try:
        store = Store(settings.database_url)
    except SettingsError as error:
        return _not_started(str(error))
    except Exception as error:  # a driver's message may contain a part of the address
        return _not_started(
            f"The database cannot be used ({cause(error)}); the endpoint was not started. "
            "Check that it is running and that DATABASE_URL is correct."
        )
    try:
        server = serve(create_app(settings, store, answer), settings.host, settings.port)
    except OSError as error:
        return _not_started(f"{settings.host}:{settings.port}: {error.strerror}; the endpoint was not started.")
    signal.signal(signal.SIGTERM, _stop)
    # A host name may have two addresses, and so two sockets.
    port = server.effective_listen[0][1] if hasattr(server, "effective_listen") else server.effective_port
    print(f"listening on http://{settings.host}:{port}", flush=True)
    try:
        server.run()
    finally:
        server.close()
        store.close()
    return 0


def _not_started(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
