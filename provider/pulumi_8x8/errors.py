"""What can go wrong, and who must act.

    WebhookError
    ├── SettingsError           you: the key, the address or a time-out is missing or malformed
    ├── ConflictError           you: what is registered is not this stack's
    ├── UnavailableError        the API or the network: no usable response, after the retries
    ├── RefusedError            the API refused the request
    │   ├── KeyRefusedError     401: the key
    │   ├── AccessDeniedError   403: the subaccount is not the key's
    │   ├── NotFoundError       404, 410: the subaccount; also an import of a webhook that is not registered
    │   └── InvalidRequestError any other 4xx but 429, and a 200 whose statusCode is not 0
    └── ProtocolError           the API's response is not what 8x8 documents

Every message is one line: what happened, what is live now if that is known, and what to do next.
No message contains a key, an auth header or the body of a response.
"""

from __future__ import annotations

from copy import copy


class WebhookError(Exception):
    """The base of every error that this package raises on purpose.

    Attributes:
        status: HTTP status of the response, if there was one.
        status_code: The vendor's own `statusCode` or `code`, e.g. "1001", if the response had one.
        error_id: The vendor's `errorId`, to quote to 8x8 support, if the response had one.
        uncertain: Whether the request may have taken effect although no response confirms it.
        retry_after: Seconds that the API asked to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        status_code: str | None = None,
        error_id: str | None = None,
        uncertain: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.status_code = status_code
        self.error_id = error_id
        self.uncertain = uncertain
        self.retry_after = retry_after

    def with_message(self, message: str) -> WebhookError:
        """Return the same error with another message."""
        error = copy(self)
        error.args = (message,)
        return error


class SettingsError(WebhookError):
    """A setting is missing or malformed; no request was sent."""


class ConflictError(WebhookError):
    """The webhook must not be changed, for example because this stack does not know it; the text says what is live."""


class UnavailableError(WebhookError):
    """No usable response: no connection, a time-out, 5xx or 429 after the retries."""


class RefusedError(WebhookError):
    """The API understood the request and refused it."""


class KeyRefusedError(RefusedError):
    """401: the API key is unknown or invalid."""


class AccessDeniedError(RefusedError):
    """403: the key may not use this subaccount."""


class NotFoundError(RefusedError):
    """404 or 410 on a subaccount, or an import of a webhook that is not registered."""


class InvalidRequestError(RefusedError):
    """422 or another 4xx, or a 200 that carries an error in its `statusCode`."""


class ProtocolError(WebhookError):
    """The response is not what the vendor documents: a redirect, HTML, broken JSON, another subaccount's list."""


BY_STATUS: dict[int, tuple[type[WebhookError], str]] = {
    401: (KeyRefusedError, "Check 8x8:apiKey or EIGHTX8_API_KEY, and 8x8:baseUrl."),
    403: (AccessDeniedError, "Check the subaccount id, or use a key of the account that owns it."),
    404: (NotFoundError, "Check the subaccount id and 8x8:baseUrl."),
    410: (NotFoundError, "Check the subaccount id and 8x8:baseUrl."),
    422: (InvalidRequestError, "Correct the declaration, or quote the errorId to 8x8 support."),
    426: (InvalidRequestError, "The API needs TLS 1.3: use a Python, or a proxy, that supports it."),
    429: (UnavailableError, "Run the command again later."),
}
"""Status -> error class and next step; any other status is classified by its range."""


def by_status(status: int) -> tuple[type[WebhookError], str]:
    """Return the error class and the next step for an HTTP status that is not a success."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if 300 <= status < 400:
        return ProtocolError, "Redirects are never followed with the key: set 8x8:baseUrl to the final address."
    if 400 <= status < 500:
        return InvalidRequestError, "Quote the errorId to 8x8 support."
    if status >= 500:
        return UnavailableError, "Run the command again later."
    return ProtocolError, "Check 8x8:baseUrl."
