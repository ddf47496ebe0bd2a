"""The tree of errors and the table of statuses."""

from __future__ import annotations

import inspect
import re

import pytest

from pulumi_8x8 import errors
from pulumi_8x8.errors import (
    AccessDeniedError,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    WebhookError,
    by_status,
)


def test_the_tree_at_the_top_draws_every_error_where_it_hangs() -> None:
    """Who handles RefusedError handles each of the API's ways to say no."""
    drawn: dict[str, str] = {}
    path = ["Exception"]
    for indent, name in re.findall(r"^    ([│├└─ ]*)(\w+Error)", errors.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 4 + 1
        drawn[name] = path[depth - 1]
        path[depth:] = [name]

    bases = {name: error.__bases__[0].__name__ for name, error in inspect.getmembers(errors, inspect.isclass)}

    assert drawn == bases


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (ProtocolError, (202, 204, 301, 302, 304, 307, 308)),
        (KeyRefusedError, (401,)),
        (AccessDeniedError, (403,)),
        (NotFoundError, (404, 410)),
        (InvalidRequestError, (400, 405, 409, 418, 422, 426, 499)),
        (UnavailableError, (429, 500, 502, 503, 504, 599)),
    ],
)
def test_each_status_is_one_error_with_a_next_step(kind: type[WebhookError], statuses: tuple[int, ...]) -> None:
    """Documented or not, a status that is no success says whose turn it is."""
    for status in statuses:
        error, next_step = by_status(status)

        assert error is kind
        assert next_step.endswith(".")
        assert next_step.isprintable()
        assert "region" not in next_step  # none are documented


def test_an_error_retold_is_the_same_error_with_another_text() -> None:
    """What a handler needs survives when what is live now is added to the text."""
    known = {"status": 401, "status_code": "1401", "error_id": "e-1", "uncertain": True, "retry_after": 2.5}

    retold = KeyRefusedError("first", **known).with_message("second")  # type: ignore[arg-type]

    assert type(retold) is KeyRefusedError
    assert str(retold) == "second"
    assert vars(retold) == known


def test_an_error_claims_nothing_it_was_not_given() -> None:
    """Without a response there is no status, no code and no errorId; and nothing is uncertain."""
    assert vars(WebhookError("text")) == {
        "status": None, "status_code": None, "error_id": None, "uncertain": False, "retry_after": None,
    }  # fmt: skip
