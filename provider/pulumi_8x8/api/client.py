"""The API's three endpoints, one method each; retries, deadlines, and nothing that follows the key elsewhere.

A method either returns what the API answered or raises one error of `errors.py`. After an error with
`uncertain`, the request may have taken effect: who wants to know must list.
"""

from __future__ import annotations

import email.utils
import itertools
import json
import random
import ssl
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import ProxyManager
from urllib3.exceptions import HTTPError

from pulumi_8x8.errors import ProtocolError, UnavailableError, WebhookError, by_status
from pulumi_8x8.model import Declaration, Listing, LiveWebhook, WebhookId
from pulumi_8x8.settings import Settings

from .deadline import Deadline, Pool, TLSPool, cutoff
from .wire import parse_listing, parse_refusal, parse_removal, registration

CONNECTIONS = 4
"""Connections at most, unless more are asked for: as many as the dynamic-provider host has threads."""

TRIES = 5
"""Times a request is sent at most."""

LONGEST_PAUSE = 30.0
"""Seconds that a Retry-After is obeyed at most; an API that asks for more is reported instead."""

LARGEST_ANSWER = 1 << 20
"""Bytes of an answer at most. A subaccount has five webhooks: some 1.5 kB."""

DONE = frozenset({200, 201})
"""Statuses of a success; the vendor documents 200, and a 201 with the documented body says the same."""

RETRIED = frozenset({429, 500, 502, 503, 504})


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": Pool, "https": TLSPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if type(manager) is not ProxyManager:  # a SOCKS proxy needs connections of its own kind
            return manager
        manager.pool_classes_by_scheme = {"http": Pool, "https": TLSPool}
        return manager


class _Bearer(requests.auth.AuthBase):
    """Sets the key on each request. As an auth object: a netrc entry would replace a plain header."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


@cache
def _user_agent() -> str:
    return f"pulumi-8x8/{version('pulumi-8x8')}"


class _Answer(NamedTuple):
    status: int
    body: bytes
    retry_after: float | None


class Client:
    """Talks to the voice API with one session; safe to share between threads.

    Args:
        settings: Key, address and timeouts.
        pause: Waits between tries, in seconds; tests pass their own.

    Raises:
        SettingsError: No API key is set.
    """

    def __init__(
        self, settings: Settings, pause: Callable[[float], None] = time.sleep, connections: int = CONNECTIONS
    ) -> None:
        self._auth = _Bearer(settings.require_key())
        self._settings = settings
        self._pause = pause
        self._session = requests.Session()
        # Compressed answers are not asked for and not taken: a small one can unpack to gigabytes.
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": _user_agent(),
            }
        )
        self._adapter = _Adapter(pool_connections=2, pool_maxsize=connections, pool_block=True, max_retries=0)
        # Proxy and CA bundle; `Session.request` would look for them in the environment before each request.
        self._environment: dict[str, Any] = {
            **self._session.merge_environment_settings(settings.base_url, {}, True, True, None)
        }

    def deadline(self, seconds: float | None = None) -> Deadline:
        """A deadline for one operation: the setting's, or sooner."""
        return Deadline(min(seconds or self._settings.deadline, self._settings.deadline))

    def list(self, subaccount_id: str, deadline: Deadline) -> Listing:
        """GET: the webhooks that are registered now.

        Raises:
            WebhookError: See the tree; a missing subaccount is an error, a missing webhook is not.
        """
        answer = self._request("GET", f"{subaccount_id}/webhooks", deadline)
        return parse_listing(subaccount_id, answer.body)

    def register(self, declared: Declaration, deadline: Deadline) -> Listing:
        """POST: register a webhook; answers the listing as the API has it afterwards.

        It is sent again only after an answer or a failure which says that it did not take effect.

        Raises:
            WebhookError: With `uncertain` where it may have taken effect.
        """
        answer = self._request("POST", f"{declared.subaccount_id}/webhooks", deadline, body=registration(declared))
        return parse_listing(declared.subaccount_id, answer.body)

    def remove(self, webhook_id: WebhookId, deadline: Deadline, *, masked: bool = False) -> LiveWebhook | None:
        """DELETE: remove a webhook; None where the API says that there was none.

        Raises:
            WebhookError: With `uncertain` where it may have taken effect.
        """
        answer = self._request(
            "DELETE", f"{webhook_id.subaccount_id}/webhooks/{webhook_id.type}", deadline, missing_ok=True
        )
        return None if answer.status == 404 else parse_removal(webhook_id, answer.body, masked)

    def _request(
        self, method: str, path: str, deadline: Deadline, *, body: Any = None, missing_ok: bool = False
    ) -> _Answer:
        repeatable = method != "POST"
        uncertain = False
        for attempt in itertools.count(1):
            try:
                answer = self._send(method, path, deadline, body)
                if answer.status in DONE or (missing_ok and answer.status == 404):
                    return answer
                failure: WebhookError = self._failure(method, path, answer)
                again = answer.status == 429 or (repeatable and answer.status in RETRIED)
            except UnavailableError as error:
                failure, again = error, repeatable or not error.uncertain
            # What an earlier try may have done, a later refusal does not undo.
            failure.uncertain = uncertain = uncertain or failure.uncertain
            if not again or attempt == TRIES or not self.wait(failure, attempt, deadline):
                raise failure from None
        raise AssertionError("unreachable")

    def wait(self, failure: WebhookError, attempt: int, deadline: Deadline) -> bool:
        """Wait before a request is sent again, as long as the API asked; False, at once, where that is too long."""
        pause = max(_backoff(attempt), failure.retry_after or 0.0)
        if pause > min(LONGEST_PAUSE, deadline.remaining):
            return False
        self._pause(pause)
        return True

    def _failure(self, method: str, path: str, answer: _Answer) -> WebhookError:
        kind, next_step = by_status(answer.status)
        refusal = parse_refusal(answer.body)
        subaccount_id = path.partition("/")[0]
        return kind(
            f"The API answered {answer.status}{refusal} to {method} for {subaccount_id}. {next_step}",
            status=answer.status,
            status_code=refusal.status_code,
            error_id=refusal.error_id,
            uncertain=method != "GET" and (answer.status >= 500 or 200 <= answer.status < 400),
            retry_after=answer.retry_after,
        )

    def _send(self, method: str, path: str, deadline: Deadline, body: Any) -> _Answer:
        settings = self._settings
        subaccount_id = path.partition("/")[0]
        uncertain = method != "GET"
        remaining = deadline.remaining
        try:
            if not remaining:
                uncertain = False
                raise requests.Timeout
            with (
                cutoff.at(deadline),
                # Not `Session.send`: it would read a redirect's body to its end, whatever its size.
                self._adapter.send(
                    self._session.prepare_request(
                        requests.Request(
                            method,
                            f"{settings.base_url}/api/v1/subaccounts/{path}",
                            data=None if body is None else json.dumps(body),
                            headers=None if body is None else {"Content-Type": "application/json"},
                            auth=self._auth,
                        )
                    ),
                    timeout=(min(settings.connect_timeout, remaining), min(settings.read_timeout, remaining)),
                    **self._environment,
                ) as response,
            ):
                content = self._read(response)
                if not deadline.remaining:
                    raise requests.Timeout
                return _Answer(response.status_code, content, retry_after(response.headers.get("Retry-After")))
        except requests.exceptions.SSLError as error:
            if _certificate_refused(error):
                reason, uncertain = "its TLS certificate was not accepted; check the address and the CA bundle", False
            else:
                reason = "the TLS connection could not be made or broke; check the address"
        except requests.exceptions.ProxyError:
            reason, uncertain = "the proxy of the environment did not pass the request on", False
        except requests.exceptions.ConnectTimeout:
            reason, uncertain = f"no connection within {settings.connect_timeout:g} s", False
        except (requests.Timeout, HTTPError, requests.RequestException, OSError) as error:
            if not deadline.remaining:
                reason = f"no whole answer within the deadline of {deadline.seconds:g} s"
            elif isinstance(error, requests.Timeout):
                reason = f"no answer within {settings.read_timeout:g} s"
            elif _never_sent(error):
                reason, uncertain = "no connection could be made", False
            elif not isinstance(error, (HTTPError, requests.RequestException)):
                reason, uncertain = "the CA bundle that the environment names cannot be read", False
            else:
                reason = "the connection broke before the whole answer was there"
        raise UnavailableError(
            f"{settings.base_url} could not be reached for {subaccount_id}: {reason}. "
            "Check the network and 8x8:baseUrl, then run the command again.",
            uncertain=uncertain,
        ) from None

    def _read(self, response: requests.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProtocolError("The API's answer is compressed although that was not asked for. Check 8x8:baseUrl.",
                                uncertain=True)  # fmt: skip
        content = bytearray()
        for chunk in response.iter_content(1 << 16):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise ProtocolError(
                    f"The API's answer is longer than {LARGEST_ANSWER:,} bytes. Check 8x8:baseUrl.", uncertain=True
                )
        return bytes(content)


def _reason(error: Exception) -> object:
    """What urllib3 says of a failed connection; None where it says nothing."""
    return getattr(error.args[0] if error.args else None, "reason", None)


def _never_sent(error: Exception) -> bool:
    """Whether a connection error happened before there was a connection."""
    return type(_reason(error)).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _certificate_refused(error: Exception) -> bool:
    """Whether TLS ended at the server's certificate, so before anything was sent."""
    arguments = getattr(_reason(error), "args", ())
    return any(isinstance(argument, ssl.SSLCertVerificationError) for argument in arguments)


def _backoff(attempt: int) -> float:
    return random.uniform(0.5, 1.0) * min(8.0, 0.25 * 2.0 ** (attempt - 1))


def retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks to wait, from a number or a date (RFC 9110, 10.2.3).

    None where the header is missing or garbage; a time that has passed is 0.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
