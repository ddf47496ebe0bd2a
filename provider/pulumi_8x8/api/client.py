"""The API's three endpoints, one method each; retries, deadlines, and nothing that follows the key elsewhere.

A method either returns what the API responded or raises one error of `errors.py`. After an error with
`uncertain`, the request may have taken effect: who wants to know must list.
"""

from __future__ import annotations

import itertools
import random
import ssl
import time
from collections.abc import Callable
from importlib.metadata import version
from queue import Empty, LifoQueue
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from pulumi_8x8.errors import ProtocolError, UnavailableError, WebhookError, by_status
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId
from pulumi_8x8.settings import BASE_URLS, Settings

from .connection import Bounds
from .deadline import Deadline, timeout
from .wire import parse_listing, parse_refusal, parse_removal, registration

CONNECTIONS = 20
"""Connections at most, unless more are asked for: four for the dynamic host's threads, the others to list ahead."""

TRIES = 5
"""Times a request is sent at most."""

LONGEST_PAUSE = 30.0
"""Seconds that a Retry-After is obeyed at most; an API that asks for more is reported instead."""

LARGEST_RESPONSE = 1 << 20
"""Bytes of a response at most. A subaccount has five webhooks: some 1.5 kB."""

DONE = frozenset({200, 201})
"""Statuses of a success; the vendor documents 200, and a 201 with the documented body means the same."""

RETRIED = frozenset({429, 500, 502, 503, 504})


class _Adapter(HTTPAdapter):
    """One connection at most, for one request at a time."""

    def __init__(self) -> None:
        self.bounds = Bounds()
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        return self.bounds.bind(pool)


class _Response(NamedTuple):
    status: int
    body: bytes
    retry_after: float | None


class Client:
    """Talks to the voice API; safe to share between threads.

    Args:
        settings: Key, address and timeouts.
        pause: Waits between tries, in seconds; tests pass their own.
        connections: Requests at a time, and connections, at most. Default: 20.

    Raises:
        SettingsError: No API key is set.
    """

    def __init__(
        self, settings: Settings, pause: Callable[[float], object] = time.sleep, connections: int = CONNECTIONS
    ) -> None:
        self.connections = connections
        self._key = settings.require_key()
        self._settings = settings
        self._pause = pause
        self._session = requests.Session()
        # Compressed responses are not asked for and not taken: a small one can unpack to gigabytes.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._session.headers.update({**headers, "User-Agent": f"pulumi-8x8/{version('pulumi-8x8')}"})
        # Last in, first out: one request after the other is one connection.
        self._adapters: LifoQueue[_Adapter] = LifoQueue()
        for _ in range(connections):
            self._adapters.put(_Adapter())
        # Proxy and CA bundle; `Session.request` would look for them in the environment before each request.
        self._environment: Any = self._session.merge_environment_settings(settings.base_url, {}, True, True, None)

    def deadline(self, seconds: float | None = None) -> Deadline:
        """A deadline for one request and its retries: the operation's own time-out, else the setting's; or sooner."""
        whole = timeout.get()
        longest = whole.remaining if whole else self._settings.deadline
        return Deadline(min(seconds or longest, longest))

    def list(self, subaccount_id: str, deadline: Deadline) -> Listing:
        """GET: the webhooks that are registered now.

        Raises:
            WebhookError: See the tree; a missing subaccount is an error, a missing webhook is not.
        """
        return parse_listing(subaccount_id, self.get(f"{subaccount_id}/webhooks", deadline))

    def get(self, path: str, deadline: Deadline) -> bytes:
        """GET a path below `/api/v1/subaccounts/`; returns the body of a success."""
        return self._request("GET", path, deadline).body

    def register(self, declared: Declaration, deadline: Deadline) -> Listing:
        """POST: register a webhook; returns the listing as the API has it afterwards.

        It is sent again only after a response or a failure which shows that it did not take effect.

        Raises:
            WebhookError: With `uncertain` where it may have taken effect.
        """
        response = self._request("POST", f"{declared.subaccount_id}/webhooks", deadline, body=registration(declared))
        return parse_listing(declared.subaccount_id, response.body)

    def remove(self, webhook_id: WebhookId, deadline: Deadline, *, masked: bool = False) -> LiveWebhook | None:
        """DELETE: remove a webhook; None where the API reports that there was none.

        Raises:
            WebhookError: With `uncertain` where it may have taken effect.
        """
        path = f"{webhook_id.subaccount_id}/webhooks/{webhook_id.type}"
        response = self._request("DELETE", path, deadline, missing_ok=True)
        return None if response.status == 404 else parse_removal(webhook_id, response.body, masked)

    def _request(
        self, method: str, path: str, deadline: Deadline, *, body: Any = None, missing_ok: bool = False
    ) -> _Response:
        repeatable = method != "POST"
        uncertain = False
        for attempt in itertools.count(1):
            try:
                response = self._send(method, path, deadline, body)
                if response.status in DONE or (missing_ok and response.status == 404):
                    return response
                failure: WebhookError = _failure(method, path, response)
                again = response.status == 429 or (repeatable and response.status in RETRIED)
            except UnavailableError as error:
                failure, again = error, repeatable or not error.uncertain
            # What an earlier try may have done, a later refusal does not undo.
            failure.uncertain = uncertain = uncertain or failure.uncertain
            if not again or attempt == TRIES or not self.wait(failure, attempt, deadline):
                raise failure from None
        raise AssertionError("unreachable")

    def wait(self, failure: WebhookError, attempt: int, deadline: Deadline) -> bool:
        """Wait before a request is sent again, as long as the API asked; False, at once, where that is too long."""
        backoff = random.uniform(0.5, 1.0) * min(8.0, 0.25 * 2.0 ** (attempt - 1))
        pause = max(backoff, failure.retry_after or 0.0)
        if pause > min(LONGEST_PAUSE, deadline.remaining):
            return False
        return not self._pause(pause)

    def _send(self, method: str, path: str, deadline: Deadline, body: Any) -> _Response:
        try:
            adapter = self._adapters.get(timeout=deadline.remaining)
        except Empty:
            reason = f"no connection was free within the deadline of {deadline.seconds:g} s"
            raise self._unreachable(path, reason) from None
        bounds = adapter.bounds
        bounds.deadline, bounds.sent = deadline, False
        try:
            return self._exchange(adapter, method, path, body)
        except (HTTPError, requests.RequestException, OSError) as error:
            reason, uncertain = self._reason(error, bounds), bounds.sent and method != "GET"
        finally:
            self._adapters.put(adapter)
        # Out here, since the library's errors repeat what the other side sent.
        raise self._unreachable(path, reason, uncertain=uncertain)

    def _exchange(self, adapter: _Adapter, method: str, path: str, body: Any) -> _Response:
        request = requests.Request(
            method,
            f"{self._settings.base_url}/api/v1/subaccounts/{path}",
            json=body,
            auth=self._authorized,
        )
        timeouts = (self._settings.connect_timeout, self._settings.read_timeout)
        # Not `Session.send`: it would read a redirect's body to its end, whatever its size.
        with adapter.send(self._session.prepare_request(request), timeout=timeouts, **self._environment) as response:
            content = _read(response)
            return _Response(response.status_code, content, retry_after(response.headers.get("Retry-After")))

    def _authorized(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the key; as an auth object, since a netrc entry would replace a plain header."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _reason(self, error: Exception, bounds: Bounds) -> str:
        """Why there is no response, without a word of what the other side sent."""
        if not bounds.deadline.remaining:
            what = "whole response" if bounds.sent else "connection"
            return f"no {what} within the deadline of {bounds.deadline.seconds:g} s"
        if isinstance(error, requests.exceptions.SSLError):
            if _certificate_refused(error):
                return "its TLS certificate was not accepted; check the address and the CA bundle"
            return "the TLS connection could not be made or broke; check the address"
        if isinstance(error, requests.exceptions.ProxyError):
            return "the proxy of the environment did not pass the request on"
        if isinstance(error, requests.Timeout):
            if bounds.sent:
                return f"no response within {self._settings.read_timeout:g} s"
            return f"no connection within {self._settings.connect_timeout:g} s"
        if not isinstance(error, (HTTPError, requests.RequestException)):
            return "the CA bundle that the environment names cannot be read"
        if bounds.sent:
            return "the connection broke before the whole response was there"
        return "no connection could be made"

    def _unreachable(self, path: str, reason: str, *, uncertain: bool = False) -> UnavailableError:
        return UnavailableError(
            f"{self._settings.base_url} could not be reached for {path.partition('/')[0]}: {reason}. "
            f"Check the network and 8x8:baseUrl (8x8 documents {' and '.join(BASE_URLS)}), then run the command again.",
            uncertain=uncertain,
        )


def _failure(method: str, path: str, response: _Response) -> WebhookError:
    kind, next_step = by_status(response.status)
    refusal = parse_refusal(response.body)
    return kind(
        f"The API responded {response.status}{refusal} to {method} for {path.partition('/')[0]}. {next_step}",
        status=response.status,
        status_code=refusal.status_code,
        error_id=refusal.error_id,
        uncertain=method != "GET" and (response.status >= 500 or 200 <= response.status < 400),
        retry_after=response.retry_after,
    )


def _read(response: requests.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _unusable("compressed although that was not asked for")
    content = bytearray()
    for chunk in response.iter_content(1 << 16):
        content += chunk
        if len(content) > LARGEST_RESPONSE:
            raise _unusable(f"longer than {LARGEST_RESPONSE:,} bytes")
    return bytes(content)


def _unusable(problem: str) -> ProtocolError:
    return ProtocolError(f"The API's response is {problem}. Check 8x8:baseUrl.", uncertain=True)


def _certificate_refused(error: Exception) -> bool:
    """Whether TLS ended at the server's certificate, so before anything was sent."""
    arguments = getattr(getattr(error.args[0] if error.args else None, "reason", None), "args", ())
    return any(isinstance(argument, ssl.SSLCertVerificationError) for argument in arguments)


def retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks to wait, from a number or a date (RFC 9110, 10.2.3).

    None where the header is missing or garbage; a time that has passed is 0.
    """
    try:
        return None if value is None else float(min(Retry().parse_retry_after(value), 1e9))
    except (InvalidHeader, ValueError, TypeError, OverflowError, IndexError):
        return None
