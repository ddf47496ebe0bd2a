"""The sessions that have ended, one row each, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
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
from sqlalchemy.engine import URL, make_url

from eightx8_voice.events import SessionSummary
from eightx8_voice.outcomes import Outcome

INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The databases that can insert a row unless it exists; nothing else differs between them."""

SESSIONS = Table(
    "sessions",
    MetaData(),
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
"""`source` and `destination` are those of the first leg; `delivery` is the VSS as it came. Times are UTC."""


class Store:
    """A database of ended sessions; safe to use from several threads.

    `url` is `sqlite:///<path>` or `postgresql://user:password@host/name` (or `postgres://`).

    Raises:
        sqlalchemy.exc.SQLAlchemyError: from each operation, when the database cannot be used.
        ValueError: `url` names another kind of database.

    """

    def __init__(self, url: str) -> None:
        address = _address(url)
        self._insert = INSERT[address.get_backend_name()]
        # Parameters are phone numbers: they stay out of error texts and so out of logs.
        self._engine = create_engine(address, hide_parameters=True, pool_pre_ping=True)
        if address.get_backend_name() == "sqlite":
            _let_writers_wait(self._engine)
        SESSIONS.metadata.create_all(self._engine)

    def add(self, summary: SessionSummary, outcome: Outcome, delivery: str) -> bool:
        """Store a session once; False when it was there, which leaves the row as it is."""
        first = summary.legs[0] if summary.legs else None
        row = {
            "session_id": summary.session_id,
            "subaccount_id": summary.subaccount_id,
            "session_status": summary.session_status,
            "outcome": outcome.name,
            "reason": outcome.reason,
            "source": first and first.source,
            "destination": first and first.destination,
            "start_time": summary.start_time,
            "end_time": summary.end_time,
            "last_action": summary.last_action,
            "call_count": summary.call_count,
            "stored_time": datetime.now(timezone.utc),
            "delivery": delivery,
        }
        statement = self._insert(SESSIONS).values(row).on_conflict_do_nothing(index_elements=["session_id"])
        with self._engine.begin() as connection:
            # Without the option some drivers' count is dropped, and each row looks like a duplicate.
            result = connection.execute(statement, execution_options={"preserve_rowcount": True})
            inserted: int = result.rowcount
        return inserted == 1

    def sessions(self, outcome: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """List sessions, the last stored first, without the deliveries."""
        columns = [column for column in SESSIONS.columns if column.name != "delivery"]
        query = select(*columns).order_by(SESSIONS.c.stored_time.desc(), SESSIONS.c.session_id).limit(limit)
        if outcome:
            query = query.where(SESSIONS.c.outcome == outcome)
        with self._engine.connect() as connection:
            return [
                {name: _json_value(value) for name, value in row.items()}
                for row in connection.execute(query).mappings()
            ]

    def count(self, outcome: str | None = None) -> int:
        """Count sessions; with no outcome given, all of them."""
        query = select(func.count()).select_from(SESSIONS)
        if outcome:
            query = query.where(SESSIONS.c.outcome == outcome)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def ping(self) -> None:
        """Check that the database can be used."""
        with self._engine.connect() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _address(url: str) -> URL:
    address = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    kind = address.get_backend_name()
    if kind not in INSERT:
        raise ValueError(f"DATABASE_URL names {kind}, which is neither sqlite nor postgresql. Use one of these.")
    return address.set(drivername="postgresql+psycopg") if kind == "postgresql" else address


def _let_writers_wait(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA journal_mode = WAL")


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        # SQLite forgets the zone; what is stored is UTC.
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).astimezone(timezone.utc).isoformat()
    return value
