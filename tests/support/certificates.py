"""Certificates for an API on loopback: a valid one, and some that must be rejected."""

from __future__ import annotations

import ssl
import tempfile
from datetime import datetime, timezone
from functools import cache

import trustme

AUTHORITY = trustme.CA()


@cache
def bundle() -> str:
    """The path of a CA bundle that trusts all of them except the self-signed one."""
    with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
        file.write(AUTHORITY.cert_pem.bytes())
    return file.name


@cache
def contexts() -> dict[str, ssl.SSLContext]:
    """Server contexts by the certificate's fault; "" is valid."""
    found = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in ("", "another name", "expired", "self-signed")}
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(found[""])
    AUTHORITY.issue_cert("elsewhere.example").configure_cert(found["another name"])
    old = AUTHORITY.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc))
    old.configure_cert(found["expired"])
    alone = trustme.CA()
    with alone.private_key_pem.tempfile() as key, alone.cert_pem.tempfile() as certificate:
        found["self-signed"].load_cert_chain(certificate, key)
    return found
