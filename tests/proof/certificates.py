"""Certificates for an API on loopback: a good one, and those that must not be accepted."""

from __future__ import annotations

import os
import ssl
import tempfile
from datetime import datetime, timezone
from functools import cache

import trustme


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def bundle() -> str:
    """The path of a CA bundle that vouches for all of them but the self-signed one."""
    descriptor, path = tempfile.mkstemp(suffix=".pem")
    os.close(descriptor)
    _authority().cert_pem.write_to_path(path)
    return path


@cache
def contexts() -> dict[str, ssl.SSLContext]:
    """For a server, by what is wrong with the certificate; "" is good."""
    found = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in ("", "another name", "expired", "self-signed")}
    _authority().issue_cert("127.0.0.1").configure_cert(found[""])
    _authority().issue_cert("elsewhere.example").configure_cert(found["another name"])
    old = _authority().issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc))
    old.configure_cert(found["expired"])
    alone = trustme.CA()
    with alone.private_key_pem.tempfile() as key, alone.cert_pem.tempfile() as certificate:
        found["self-signed"].load_cert_chain(certificate, key)
    return found
