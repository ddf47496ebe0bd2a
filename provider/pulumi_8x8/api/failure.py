"""Why an exchange failed: the HTTP library's exceptions -> reasons that repeat nothing the other side sent."""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple

import requests
from requests import exceptions
from urllib3.exceptions import LocationParseError, NameResolutionError, NewConnectionError, ReadTimeoutError

from pulumi_8x8.settings import Settings


class ExchangeFailure(NamedTuple):
    """Why an exchange failed.

    Attributes:
        reason: Text for a message.
        sent: Whether the request may have reached the API.
        settings: Whether the environment's settings, not the network, are at fault.
    """

    reason: str
    sent: bool = False
    settings: bool = False


PROXY = ExchangeFailure(
    "The proxy settings in the environment cannot be used: check HTTPS_PROXY, ALL_PROXY and NO_PROXY.", settings=True
)
CA_BUNDLE = ExchangeFailure(
    "The CA bundle named in the environment cannot be read: check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.", settings=True
)
CLOSED = ExchangeFailure("the connection was closed before the full response arrived", sent=True)


class LateError(Exception):
    """The deadline passed before the exchange ended."""


def late(seconds: float, failure: ExchangeFailure) -> ExchangeFailure:
    """Return the failure of an exchange that the deadline cut short, whichever exception that raised."""
    return failure._replace(reason=f"no full response within the deadline of {seconds:g} s", settings=False)


def failure_of(error: Exception, settings: Settings, *, proxied: bool) -> ExchangeFailure:
    """Classify what was raised during an exchange, directly or through a proxy."""
    first = error.args[0] if error.args else None
    cause = getattr(first, "reason", None)
    silent = isinstance(error, requests.Timeout) or isinstance(first, ReadTimeoutError)
    certificate = any(isinstance(each, ssl.SSLCertVerificationError) for each in getattr(cause, "args", ()))
    unresolved = isinstance(cause, NameResolutionError) or isinstance(
        error, (exceptions.InvalidURL, LocationParseError, UnicodeError)
    )
    unconnected = unresolved or isinstance(cause, NewConnectionError)
    table: list[tuple[bool, ExchangeFailure]] = [
        (isinstance(error, LateError), CLOSED),
        (isinstance(error, (exceptions.InvalidProxyURL, exceptions.InvalidSchema)), PROXY),
        (isinstance(error, exceptions.ProxyError), ExchangeFailure("the configured proxy rejected the request")),
        (certificate, ExchangeFailure("its TLS certificate was not accepted (check the address and the CA bundle)")),
        (isinstance(error, exceptions.SSLError),
         ExchangeFailure("the TLS connection failed (check the address)", sent=True)),
        (isinstance(error, requests.ConnectTimeout),
         ExchangeFailure(f"timed out while connecting ({settings.connect_timeout:g} s)")),
        (silent, ExchangeFailure(f"no response within {settings.read_timeout:g} s", sent=True)),
        (proxied and unconnected, ExchangeFailure("the configured proxy cannot be reached")),
        (unresolved, ExchangeFailure("its host name does not resolve")),
        (unconnected, ExchangeFailure("no connection could be established")),
        (isinstance(error, (requests.RequestException, http.client.HTTPException)), CLOSED),
        (isinstance(error, OSError), CA_BUNDLE),
        # Anything else is raised while the library is being set up, because of settings that it does not expect.
        (True, PROXY),
    ]  # fmt: skip
    return next(failure for applies, failure in table if applies)
