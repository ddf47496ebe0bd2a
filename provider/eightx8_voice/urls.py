"""Endpoint URLs: whether one is valid, whether two are the same address, and how messages show them."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from eightx8_voice.text import printable

LONGEST_URL = 2048
"""Longest URL, in characters."""

EXAMPLE = "https://ivr.example.com/vca"


def url_problem(value: Any) -> str | None:
    """Return the rule that a webhook URL breaks, or None if it is valid."""
    if not isinstance(value, str) or not value:
        return f"must be an absolute https URL, for example {EXAMPLE}"
    if len(value) > LONGEST_URL:
        return f"must be at most {LONGEST_URL:,} characters"
    if any(c.isspace() or not c.isprintable() for c in value):
        return "must not contain white space or control characters (percent-encode them)"
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"must be an absolute https URL, for example {EXAMPLE}"
    if parts.scheme not in {"https", "http"} or not host or port == 0 or "\\" in value:
        return f"must be an absolute https URL, for example {EXAMPLE}"
    if parts.username is not None or parts.password is not None:
        return "must not contain credentials (use http_auth_header to authenticate deliveries)"
    if parts.fragment or value.endswith("#"):
        return "must not contain a fragment (`#` and everything after it is never sent)"
    if parts.scheme == "http" and not is_loopback(host):
        return "must use https (http is for loopback only)"
    return None


def is_loopback(host: str) -> bool:
    """Return whether a URL's host is the local machine: `localhost`, 127.0.0.0/8 or ::1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def same_address(one: str, other: str) -> bool:
    """Return whether two URLs name the same address, however they are spelled."""
    return _address(one) == _address(other)


def redacted_url(url: object) -> str:
    """Return a URL for messages, without query values, credentials and fragment."""
    address, mark, fragment = str(url).partition("#")
    address, question, query = address.partition("?")
    address = re.sub(r"(?<=//)[^/@]*@", "…@", address)
    pairs = (pair.partition("=") for pair in query.split("&"))
    values = "&".join(name + "=…" if equals else "…" for name, equals, _ in pairs if name)
    return printable(address + question + values + (f"{mark}…" if fragment else mark), LONGEST_URL)


def _address(url: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return (url,)
    return parts.scheme, parts.hostname, port, unquote(parts.path).rstrip("/"), unquote(parts.query)
