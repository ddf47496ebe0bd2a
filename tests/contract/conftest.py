"""What the client's tests share: an account, one with TLS, and an environment that is nobody's."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from functools import cache

import pytest
import trustme

from pulumi_8x8.emulator import Emulator
from tests.contract.caller import KEY

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificate authority of this machine."""
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def api() -> Iterator[Emulator]:
    """An account whose key is the caller's."""
    with Emulator(KEY) as running:
        yield running


@pytest.fixture(scope="session")
def certified() -> Callable[..., ssl.SSLContext]:
    """Makes a server's TLS for a name, signed by the authority of `bundle`."""
    return _certified


@pytest.fixture
def secure() -> Iterator[Emulator]:
    """The same account, with TLS."""
    with Emulator(KEY, tls=_certified()) as running:
        yield running


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the authority's certificate."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    _authority().cert_pem.write_to_path(str(path))
    return str(path)


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def _certified(name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(name).configure_cert(context)
    return context
