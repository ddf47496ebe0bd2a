"""The production server: waitress, with threads enough for calls to go on while summaries are stored."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from waitress import create_server

from .app import create_app
from .settings import SettingsError, from_environment
from .store import Store

THREADS = 32


def serve(app: Flask, host: str, port: int) -> Any:
    """Return a waitress server that is bound and not yet running; `effective_port` is the port it has."""
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
        from .menu import IVR  # here, as a menu that breaks a rule is refused on import

        settings = from_environment(os.environ)
        store = Store(settings.database_url)
        server = serve(create_app(settings, store, IVR), settings.host, settings.port)
    except (SettingsError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(
            f"The database cannot be used ({type(error).__name__}); the endpoint was not started. "
            "Check that it runs and that DATABASE_URL is right.",
            file=sys.stderr,
        )
        return 1
    signal.signal(signal.SIGTERM, _stop)
    print(f"listening on http://{settings.host}:{server.effective_port}", flush=True)
    try:
        server.run()
    finally:
        server.close()
        store.close()
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
