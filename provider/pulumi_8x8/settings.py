"""Settings: the API key, the address and the time-outs, from the stack's config, else from the environment.

The table `FIELDS` has the name, the default and the unit of each setting. They are read in the provider's `configure`
and by the command line, and are never part of a resource's inputs, outputs or pickled provider.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from eightx8_voice.urls import is_loopback
from pulumi_8x8.errors import SettingsError
from pulumi_8x8.model import camel_case

BASE_URLS = ("https://voice.wavecell.com", "https://voice.8x8.com")
"""The documented addresses: that of the set-up guide, and that of the current reference (November 2025)."""

DEFAULT_BASE_URL = BASE_URLS[0]

LONGEST_SECRET = 4096
"""Maximum length of a key or an auth header, in characters: what servers commonly accept for one header line."""

Lookup = Callable[[str], Any]


def secret_problem(text: str) -> str | None:
    """Return the rule for HTTP header values that a text breaks, without repeating the text; None if it can be sent."""
    if not text:
        return "must not be empty"
    if len(text) > LONGEST_SECRET:
        return f"must be at most {LONGEST_SECRET:,} characters"
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        return "must not contain control characters or line breaks"
    if not text.isascii():
        return "must be ASCII"
    if text != text.strip():
        return "must not begin or end with a space"
    return None


def _key(text: str) -> str:
    if problem := secret_problem(text):
        raise ValueError(f"{problem}: copy the key again from 8x8 Connect")
    if any(c.isspace() for c in text):
        raise ValueError("must not contain spaces: set the key alone, without `Bearer`")
    return text


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must be a URL such as {DEFAULT_BASE_URL}") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not contain credentials")
    if any(not c.isprintable() or c.isspace() for c in text) or not text.isascii() or "\\" in text:
        raise ValueError("must not contain white space, backslashes or non-ASCII characters")
    if not host or parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError(f"must be a URL such as {DEFAULT_BASE_URL}")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("must use https (http is for loopback only); else the API key would be sent in clear text")
    return text.rstrip("/")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise ValueError("must be a number of seconds above 0 and up to 3600")
    return seconds


def _bool(text: str) -> bool:
    value = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower())
    if value is None:
        raise ValueError("must be true or false")
    return value


@dataclass(frozen=True)
class Field:
    """One setting: how it is read, and its default."""

    name: str
    default: str | None
    unit: str
    meaning: str
    parse: Callable[[str], Any]
    secret: bool = False

    @property
    def config(self) -> str:
        """Its key in the stack's `8x8:` namespace, for example `apiKey`."""
        return camel_case(self.name)

    @property
    def environment(self) -> str:
        """Its environment variable, for example `EIGHTX8_API_KEY`."""
        return f"EIGHTX8_{self.name.upper()}"


FIELDS = (
    Field("api_key", None, "", "key of the 8x8 account", _key, secret=True),
    Field("base_url", DEFAULT_BASE_URL, "URL", "address of the voice API", _base_url),
    Field("live_checks", "true", "true, false", "compare with what is live in every preview", _bool),
    Field("connect_timeout", "5", "seconds", "longest wait for a connection", _seconds),
    Field("read_timeout", "15", "seconds", "longest silence while waiting for a response", _seconds),
    Field("deadline", "60", "seconds", "longest time for one operation, retries included", _seconds),
    Field("rehearse_private", "false", "true, false", "let a rehearsal reach private and link-local addresses", _bool),
)
"""Every setting, in the order in which they are read."""

MISSING_KEY = (
    "The 8x8 API key is missing. Nothing was changed. Set it with `pulumi config set --secret 8x8:apiKey` "
    "or in the environment variable EIGHTX8_API_KEY."
)


@dataclass(frozen=True)
class Settings:
    """What the client needs to reach the API. Times are in seconds.

    `api_key` is None if none is set: a preview with live checks off needs none.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str = DEFAULT_BASE_URL
    live_checks: bool = True
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    deadline: float = 60.0
    rehearse_private: bool = False

    def require_key(self) -> str:
        """Return the API key.

        Raises:
            SettingsError: No key is set.
        """
        if self.api_key is None:
            raise SettingsError(MISSING_KEY)
        return self.api_key

    @classmethod
    def load(cls, config: Lookup | None = None, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every setting: the stack's config first, then the environment, then the default.

        Args:
            config: Returns the value of a key such as `apiKey` in the stack's `8x8:` namespace, or None. Default: none.
            environment: The environment variables. Default: the process's own.

        Raises:
            SettingsError: A value is malformed; the message names the setting and never repeats the value.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for setting in FIELDS:
            place, value = f"8x8:{setting.config}", config(setting.config) if config else None
            if value is None or value == "":
                place, value = setting.environment, environment.get(setting.environment)
            if value is None or value == "":
                value = setting.default
            if value is None:
                continue
            try:
                values[setting.name] = setting.parse(str(value))
            except ValueError as error:
                raise SettingsError(f"The setting {place} {error}. Nothing was sent.") from None
        return cls(**values)
