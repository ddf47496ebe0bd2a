"""The endpoint's settings, from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and the next step."""


@dataclass(frozen=True)
class Settings:
    """Where to listen, which auth header to accept, and where to store sessions.

    `http_auth_header` is the whole value of the Authorization header that deliveries carry. `port` 0 picks
    a free one.
    """

    http_auth_header: str = field(repr=False)
    database_url: str = field(default="sqlite:///sessions.db", repr=False)
    host: str = "127.0.0.1"
    port: int = 8080


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read EIGHTX8_HTTP_AUTH_HEADER (required), DATABASE_URL, HOST and PORT.

    Raises:
        SettingsError: The auth header is not set, or the port is not a number from 0 to 65535.
    """
    header = environment.get("EIGHTX8_HTTP_AUTH_HEADER", "").strip()
    if not header:
        raise SettingsError(
            "EIGHTX8_HTTP_AUTH_HEADER is not set, so anyone could post deliveries; the endpoint was not started. "
            "Set it to the auth header with which the webhooks are registered, e.g. 'Bearer …'."
        )
    port = environment.get("PORT", "8080")
    if not port.isdecimal() or int(port) > 65535:
        raise SettingsError("PORT must be a number from 0 to 65535; the endpoint was not started.")
    return Settings(
        http_auth_header=header,
        database_url=environment.get("DATABASE_URL") or Settings.database_url,
        host=environment.get("HOST") or Settings.host,
        port=int(port),
    )
