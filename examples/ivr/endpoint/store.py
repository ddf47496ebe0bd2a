"""Ended sessions and call recordings, one row each, in SQLite or PostgreSQL."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, RowMapping, make_url
from sqlalchemy.exc import DataError

from eightx8_voice.events import RecordingUploaded, SessionSummary
from eightx8_voice.outcomes import Outcome

from .gate import AT_WORK, BusyError
from .settings import SettingsError

SECONDS = 3
"""Longest wait for a connection, a lock or a statement, in seconds."""

INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The supported databases, and their insert that skips an existing row."""

SET_UP = {
    "sqlite": (f"PRAGMA busy_timeout = {SECONDS * 1000}", "PRAGMA journal_mode = WAL"),
    "postgresql": (
        "SET TIME ZONE 'UTC'",
        f"SET lock_timeout = '{SECONDS}s'",
        f"SET statement_timeout = '{SECONDS}s'",
    ),
}
"""Statements to run on each new connection."""

CONNECT: dict[str, dict[str, Any]] = {
    "sqlite": {},
    # Detects a server that has vanished within half a minute.
    "postgresql": {
        "connect_timeout": SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    },
}  # fmt: skip

CONNECTIONS = {"sqlite": 1, "postgresql": AT_WORK}
"""Pool sizes; SQLite allows one writer at a time, and more connections would poll its lock every 0.1 s."""

METADATA = MetaData()
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("session_id", String(128), primary_key=True),
    Column("subaccount_id", Text),
    Column("session_status", Text, nullable=False),
    Column("outcome", String(16), nullable=False, index=True),
    Column("reason", Text),
    Column("source", Text),
    Column("destination", Text),
    Column("start_time", DateTime(timezone=True)),
    Column("end_time", DateTime(timezone=True)),
    Column("last_action", Text),
    Column("call_count", Integer),
    Column("stored_time", DateTime(timezone=True), nullable=False),
    Column("delivery", Text, nullable=False),
)
"""`source` and `destination` are those of the first leg; `delivery` is the original VSS. Times are in UTC."""

RECORDINGS = Table(
    "recordings",
    METADATA,
    Column("session_id", String(128), primary_key=True),
    Column("recording_id", String(128), primary_key=True),
    Column("status", String(128), primary_key=True),
    Column("file_path", Text),
    Column("duration_seconds", Float),
    Column("stored_time", DateTime(timezone=True), nullable=False),
    Column("delivery", Text, nullable=False),
)
"""Where recordings are on the account's own server; a missing id or status is stored as an empty string."""

CHECKS = Table("checks", METADATA, Column("name", String(16), primary_key=True), Column("filler", Text))
"""Holds one row the size of a delivery, written to check that the database accepts writes."""

TABLES = {"sessions": SESSIONS, "recordings": RECORDINGS}


class Listed(NamedTuple):
    """Rows, newest first; how many there are in total; and how many of the requested ones cannot be shown."""

    rows: list[dict[str, Any]]
    total: int
    not_shown: int


class Store:
    """A database of ended sessions and recordings; safe to use from several threads.

    `url` is `sqlite:///<path>` or `postgresql://user:password@host/name` (or `postgres://`).

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database cannot be used; also raised by each operation.
        SettingsError: `url` is neither of these; the message does not repeat it.
    """

    def __init__(self, url: str) -> None:
        address = _address(url)
        kind = address.get_backend_name()
        self._insert = INSERT[kind]
        # Parameters contain phone numbers: keep them out of error messages and logs.
        self._engine = create_engine(
            address,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=CONNECTIONS[kind],
            max_overflow=0,
            pool_timeout=SECONDS,
            connect_args=CONNECT[kind],
        )
        _set_up(self._engine, SET_UP[kind])
        METADATA.create_all(self._engine)

    def add_session(self, summary: SessionSummary, outcome: Outcome, delivery: str) -> bool:
        """Store a session and return True, or return False if it is already stored, leaving its row unchanged."""
        first = summary.legs[0] if summary.legs else None
        return self._add(
            SESSIONS,
            session_id=summary.session_id,
            subaccount_id=summary.subaccount_id,
            session_status=summary.session_status,
            outcome=outcome.name,
            reason=outcome.reason,
            source=first and first.source,
            destination=first and first.destination,
            start_time=summary.start_time,
            end_time=summary.end_time,
            last_action=summary.last_action,
            call_count=summary.call_count,
            delivery=delivery,
        )

    def add_recording(self, recording: RecordingUploaded, delivery: str) -> bool:
        """Store a recording's status and return True, or return False if it is already stored."""
        return self._add(
            RECORDINGS,
            session_id=recording.session_id,
            recording_id=(recording.recording_id or "")[:128],
            status=(recording.status or "")[:128],
            file_path=recording.file_path,
            duration_seconds=recording.duration_seconds,
            delivery=delivery,
        )

    def _add(self, table: Table, **row: object) -> bool:
        values = {**row, "stored_time": datetime.now(timezone.utc)}
        statement = self._insert(table).values(values).on_conflict_do_nothing(index_elements=[*table.primary_key])
        with self._engine.begin() as connection:
            # Without this option, some drivers' row count is lost and every row looks like a duplicate.
            result = connection.execute(statement, execution_options={"preserve_rowcount": True})
            inserted: int = result.rowcount
        return inserted == 1

    def list(self, name: str, limit: int, outcome: str | None = None) -> Listed:
        """Return sessions or recordings without their deliveries; `outcome` selects sessions by outcome."""
        table = TABLES[name]
        total = select(func.count()).select_from(table)
        query = select(*(column for column in table.columns if column.name != "delivery"))
        query = query.order_by(table.c.stored_time.desc(), *table.primary_key).limit(limit)
        if outcome:
            total, query = (each.where(table.c.outcome == outcome) for each in (total, query))
        with self._engine.connect() as connection:
            count = connection.execute(total).scalar_one()
            try:
                return Listed([_shown(row) for row in connection.execute(query).mappings()], count, 0)
            except (DataError, ValueError):
                # A row has a value that Python cannot represent, e.g. the date 'infinity': read rows one by one.
                keys = connection.execute(query.with_only_columns(*table.primary_key)).all()
        rows, not_shown = [], 0
        for key in keys:
            one = query.where(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
            try:
                with self._engine.connect() as connection:
                    rows += [_shown(row) for row in connection.execute(one).mappings()]
            except (DataError, ValueError):
                not_shown += 1
        return Listed(rows, count, not_shown)

    def check(self) -> None:
        """Check that the database accepts writes, by writing a row the size of a delivery."""
        row = {"name": "health", "filler": secrets.token_hex(2000)}
        statement = self._insert(CHECKS).values(row)
        statement = statement.on_conflict_do_update(index_elements=["name"], set_={"filler": row["filler"]})
        with self._engine.begin() as connection:
            connection.execute(statement)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def cause(error: Exception) -> str:
    """Return why a database cannot be used; its own message only if that cannot contain a part of its address."""
    original = getattr(error, "orig", None)
    if isinstance(original, sqlite3.Error):
        return str(original)
    message = getattr(getattr(original, "diag", None), "message_primary", None)
    return message or (str(error) if isinstance(error, BusyError) else type(original or error).__name__)


def _address(url: str) -> URL:
    try:
        address = make_url(re.sub("^postgres://", "postgresql://", url))
        kind = address.get_backend_name()
    except Exception:  # its message may contain a part of the password
        kind = ""
    if kind not in INSERT:
        raise SettingsError(
            "DATABASE_URL must be sqlite:///path or postgresql://user:password@host/name, with special characters in "
            "the password percent-encoded; the endpoint was not started."
        )
    return address.set(drivername="postgresql+psycopg" if kind == "postgresql" else kind)


def _set_up(engine: Engine, statements: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _shown(row: RowMapping) -> dict[str, Any]:
    return {name: _utc(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _utc(value: datetime) -> str:
    # SQLite does not store the time zone; all times are stored in UTC.
    return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).astimezone(timezone.utc).isoformat()
