"""The production server: waitress, with more threads than may wait for the store, so that calls always find one."""

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
    """A request that the application never gets, such as one that is far too large or no HTTP: one line, too."""

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
        # A bound on what is buffered, framing included; the application's own limit is smaller and exact.
        max_request_body_size=1024 * 1024,
        ident=None,
    )


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; requests that have begun are finished."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        from .menu import answer  # here, as a menu that breaks a rule is refused on import

        settings = from_environment(os.environ)
    except (SettingsError, ValueError) as error:
        return _not_started(str(error))
    try:
        store = Store(settings.database_url)
    except SettingsError as error:
        return _not_started(str(error))
    except Exception as error:  # a driver's text may hold a part of the address
        return _not_started(
            f"The database cannot be used ({cause(error)}); the endpoint was not started. "
            "Check that it runs and that DATABASE_URL is right."
        )
    try:
        server = serve(create_app(settings, store, answer), settings.host, settings.port)
    except OSError as error:
        return _not_started(f"{settings.host}:{settings.port}: {error.strerror}; the endpoint was not started.")
    signal.signal(signal.SIGTERM, _stop)
    # A host name may stand for two addresses, and so for two sockets.
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
