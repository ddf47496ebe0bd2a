"""The API's three webhook endpoints, one method each, with retries and deadlines; only the API is sent the key.

A method either returns what the API returned or raises an error from `errors.py`. After an `uncertain` error, the
request may have taken effect; only a listing can show whether it did.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FuturesTimeoutError
from importlib.metadata import version
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from eightx8_voice.urls import is_loopback
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.api.failure import LateError, failure_of, late
from pulumi_8x8.api.wire import parse_listing, parse_refusal, parse_removal, registration
from pulumi_8x8.errors import ProtocolError, SettingsError, UnavailableError, WebhookError, by_status
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId
from pulumi_8x8.settings import BASE_URLS, Settings

TRIES = 5
"""Maximum number of times that a request is sent."""

LONGEST_PAUSE = 30.0
"""Longest Retry-After that is obeyed, in seconds; if the API asks for more, its response is reported as an error."""

LARGEST_RESPONSE = 1 << 20
"""Maximum size of a response, in bytes. A subaccount has at most five webhooks: about 1.5 kB."""

KEPT_CONNECTIONS = 32
"""Maximum number of idle connections that are kept; each concurrent request uses one."""

SUCCESS_STATUSES = frozenset({200, 201})
"""Success statuses: the vendor documents 200; a 201 with the documented body means the same."""

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})


class HttpResponse(NamedTuple):
    """A response of any status."""

    status: int
    body: bytes
    retry_after: float | None


class Client:
    """A client of the voice API; safe to share between threads.

    Args:
        settings: Key, address and time-outs.
        sleep: Waits between tries, for a time in seconds; a true result means that the operation was cancelled.

    Raises:
        SettingsError: No API key is set, or the environment's proxy settings cannot be used.
    """

    def __init__(self, settings: Settings, sleep: Callable[[float], object] = time.sleep) -> None:
        self._key = settings.require_key()
        self._settings = settings
        self._sleep = sleep
        self._session = requests.Session()
        self._session.mount("https://", HTTPAdapter(pool_maxsize=KEPT_CONNECTIONS))
        self._session.mount("http://", HTTPAdapter(pool_maxsize=KEPT_CONNECTIONS))
        # Compressed responses are neither requested nor accepted: a small one can unpack to gigabytes.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._session.headers.update({**headers, "User-Agent": f"pulumi-8x8/{version('pulumi-8x8')}"})
        self._environment = self._proxies_and_trust()

    def deadline(self, seconds: float = 0.0) -> Deadline:
        """Return a deadline `seconds` from now; 0 means the setting `deadline`."""
        return Deadline(seconds or self._settings.deadline)

    def list(self, subaccount_id: str, deadline: Deadline) -> Listing:
        """GET the webhooks that are registered now.

        Raises:
            WebhookError: See `errors.py`; a missing subaccount is an error, a missing webhook is not.
        """
        return parse_listing(subaccount_id, self.get(f"{subaccount_id}/webhooks", deadline))

    def get(self, path: str, deadline: Deadline) -> bytes:
        """GET a path below `/api/v1/subaccounts/` and return the body of a successful response."""
        return self._repeated("GET", path, deadline, SUCCESS_STATUSES).body

    def register(self, declared: Declaration, deadline: Deadline) -> Listing:
        """POST a webhook once and return the listing in the response.

        Raises:
            WebhookError: `uncertain` if the request may have taken effect.
        """
        path = f"{declared.subaccount_id}/webhooks"
        response = self.send("POST", path, deadline, registration(declared))
        if response.status not in SUCCESS_STATUSES:
            raise _refused("POST", path, response)
        return parse_listing(declared.subaccount_id, response.body)

    def remove(self, webhook_id: WebhookId, deadline: Deadline) -> LiveWebhook | None:
        """DELETE a webhook and return it, or None if the API returns 404 or does not return the webhook.

        Raises:
            WebhookError: `uncertain` if the request may have taken effect.
        """
        path = f"{webhook_id.subaccount_id}/webhooks/{webhook_id.type}"
        response = self._repeated("DELETE", path, deadline, SUCCESS_STATUSES | {404})
        return None if response.status == 404 else parse_removal(webhook_id, response.body)

    def wait(self, attempt: int, deadline: Deadline, retry_after: float | None = None) -> bool:
        """Wait after failed try `attempt`, at least `retry_after` seconds; return False at once if that is too long."""
        backoff = random.uniform(0.5, 1.0) * min(8.0, 0.25 * 2.0 ** (attempt - 1))
        pause = max(backoff, retry_after or 0.0)
        return pause <= LONGEST_PAUSE and self.pause(pause, deadline)

    def pause(self, seconds: float, deadline: Deadline) -> bool:
        """Wait; return False at once if the deadline comes first, or when the operation is cancelled."""
        return seconds <= deadline.remaining and not self._sleep(seconds)

    def _repeated(self, method: str, path: str, deadline: Deadline, accepted: frozenset[int]) -> HttpResponse:
        """Send a request that is safe to repeat after any failure, with retries."""
        uncertain = False
        for attempt in itertools.count(1):
            try:
                response = self.send(method, path, deadline)
                if response.status in accepted:
                    return response
                failure: WebhookError = _refused(method, path, response)
                again = response.status in RETRIED_STATUSES
            except UnavailableError as error:
                failure, again = error, True
            # A later refusal does not undo what an earlier try may have done.
            failure.uncertain = uncertain = uncertain or failure.uncertain
            if not again or attempt == TRIES or not self.wait(attempt, deadline, failure.retry_after):
                raise failure from None
        raise AssertionError("unreachable")

    def send(self, method: str, path: str, deadline: Deadline, body: Any = None) -> HttpResponse:
        """Send a request below `/api/v1/subaccounts/` once and return the response, whatever its status.

        Raises:
            UnavailableError: There is no response; `uncertain` if the request may have taken effect.
            ProtocolError: The response is compressed or too long.
            SettingsError: The environment's proxy settings cannot be used.
        """
        url = f"{self._settings.base_url}/api/v1/subaccounts/{path}"
        request = self._session.prepare_request(requests.Request(method, url, json=body, auth=self._authorized))
        try:
            return _within(deadline, lambda: self._exchange(request, deadline))
        except WebhookError:
            raise
        except Exception as error:  # the library's errors may repeat what the other side sent
            failure = failure_of(error, self._settings, proxied=bool(self._environment["proxies"]))
        if not deadline.remaining:
            failure = late(deadline.seconds, failure)
        if failure.settings:
            raise SettingsError(f"{failure.reason} Nothing was sent.")
        raise UnavailableError(
            f"{self._settings.base_url} cannot be reached for {path.partition('/')[0]}: {failure.reason}. "
            f"Check the network and 8x8:baseUrl (8x8 documents {' and '.join(BASE_URLS)}), then run the command again.",
            uncertain=method != "GET" and failure.sent,
        )

    def _exchange(self, request: requests.PreparedRequest, deadline: Deadline) -> HttpResponse:
        left = deadline.remaining
        timeouts = (min(self._settings.connect_timeout, left), min(self._settings.read_timeout, left))
        adapter = self._session.get_adapter(str(request.url))
        # `Session.send` would read the whole body of a redirect, whatever its size.
        with adapter.send(request, stream=True, timeout=timeouts, **self._environment) as response:
            content = _read(response, deadline)
            return HttpResponse(response.status_code, content, retry_after(response.headers.get("Retry-After")))

    def _authorized(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the key. This is passed as an auth object, since a netrc entry would replace a plain header."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _proxies_and_trust(self) -> dict[str, Any]:
        """Return the environment's proxies and CA bundle, read once; a loopback address is never proxied."""
        try:
            found: Any = self._session.merge_environment_settings(self._settings.base_url, {}, None, None, None)
        except Exception:  # the library's errors may contain a proxy's password
            raise SettingsError(
                "The proxy settings in the environment cannot be used. Nothing was sent. "
                "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."
            ) from None
        if is_loopback(urlsplit(self._settings.base_url).hostname or ""):
            found["proxies"] = {}
        return {name: found[name] for name in ("proxies", "verify", "cert")}


def _within(deadline: Deadline, exchange: Callable[[], HttpResponse]) -> HttpResponse:
    """Run an exchange in a thread that is abandoned at the deadline: a socket time-out limits only a single wait."""
    outcome: Future[HttpResponse] = Future()

    def run() -> None:
        try:
            outcome.set_result(exchange())
        except BaseException as error:
            outcome.set_exception(error)

    if not deadline.remaining:
        raise UnavailableError(f"Nothing was sent: the deadline of {deadline.seconds:g} s has passed.")
    Thread(target=run, name="exchange", daemon=True).start()
    try:
        return outcome.result(deadline.remaining)
    except FuturesTimeoutError:  # the builtin TimeoutError from Python 3.11, which the exchange may raise too
        if outcome.done():
            raise
        raise LateError from None


def _refused(method: str, path: str, response: HttpResponse) -> WebhookError:
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


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _unusable("compressed although that was not requested")
    content = bytearray()
    for chunk in response.iter_content(1 << 16):
        content += chunk
        if len(content) > LARGEST_RESPONSE:
            raise _unusable(f"longer than {LARGEST_RESPONSE:,} bytes")
        if not deadline.remaining:
            raise LateError
    return bytes(content)


def _unusable(problem: str) -> ProtocolError:
    return ProtocolError(f"The API's response is {problem}. Check 8x8:baseUrl.", uncertain=True)


def retry_after(value: str | None) -> float | None:
    """Return the seconds to wait from a Retry-After header, which is a number or a date (RFC 9110, 10.2.3).

    None if the header is missing or malformed; 0 if the time has passed.
    """
    try:
        return None if value is None else float(min(Retry().parse_retry_after(value), 1e9))
    except (InvalidHeader, ValueError, TypeError, OverflowError, IndexError):
        return None
