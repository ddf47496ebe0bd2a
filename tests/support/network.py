"""Shared by the client's tests: an account, one with TLS, and an environment without this machine's settings."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest

from eightx8_voice.emulator import Emulator
from tests.support import certificates
from tests.support.client import KEY

SETTINGS = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
            "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")  # fmt: skip


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy or certificate authority of this machine."""
    for name in (*SETTINGS, *map(str.lower, SETTINGS)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[Emulator]:
    """An account with the caller's key."""
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def certified() -> Callable[..., ssl.SSLContext]:
    """Create a server's TLS context for loopback or another name, signed by the authority in `bundle`."""
    return lambda name="127.0.0.1": certificates.contexts()["" if name == "127.0.0.1" else "another name"]


@pytest.fixture
def secure() -> Iterator[Emulator]:
    """The same account, with TLS."""
    with Emulator(KEY, tls=certificates.contexts()[""]) as running:
        yield running


@pytest.fixture
def bundle() -> str:
    """The path of the authority's certificate."""
    return certificates.bundle()
