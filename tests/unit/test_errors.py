"""The tree of errors and the table of statuses."""

from __future__ import annotations

import inspect

import pytest

from pulumi_8x8 import errors
from pulumi_8x8.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    ProtocolError,
    RefusedError,
    SettingsError,
    UnavailableError,
    WebhookError,
    by_status,
)

CLASSES = [thing for _, thing in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (WebhookError, Exception),
        (SettingsError, WebhookError),
        (ConflictError, WebhookError),
        (UnavailableError, WebhookError),
        (RefusedError, WebhookError),
        (KeyRefusedError, RefusedError),
        (AccessDeniedError, RefusedError),
        (NotFoundError, RefusedError),
        (InvalidRequestError, RefusedError),
        (ProtocolError, WebhookError),
    ],
)
def test_each_error_hangs_where_the_tree_draws_it(error: type, parent: type) -> None:
    """Who handles RefusedError handles each of the API's ways to say no."""
    assert error.__bases__ == (parent,)


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_the_tree_at_the_top_names_every_error(error: type) -> None:
    """A new class is drawn where a reader looks first."""
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, ProtocolError),
        (204, ProtocolError),
        (301, ProtocolError),
        (302, ProtocolError),
        (304, ProtocolError),
        (307, ProtocolError),
        (308, ProtocolError),
        (400, InvalidRequestError),
        (401, KeyRefusedError),
        (403, AccessDeniedError),
        (404, NotFoundError),
        (405, InvalidRequestError),
        (409, InvalidRequestError),
        (410, NotFoundError),
        (418, InvalidRequestError),
        (422, InvalidRequestError),
        (426, InvalidRequestError),
        (429, UnavailableError),
        (499, InvalidRequestError),
        (500, UnavailableError),
        (502, UnavailableError),
        (503, UnavailableError),
        (504, UnavailableError),
        (599, UnavailableError),
    ],
)
def test_each_status_is_one_error_with_a_next_step(status: int, kind: type[WebhookError]) -> None:
    """Documented or not, a status that is no success says whose turn it is."""
    answer, next_step = by_status(status)

    assert answer is kind
    assert next_step.endswith(".")
    assert "\n" not in next_step
    assert "region" not in next_step  # none are documented


def test_an_error_retold_is_the_same_error_with_another_text() -> None:
    """What a handler needs survives when what is live now is added to the text."""
    told = KeyRefusedError(
        "first", status=401, status_code="1401", error_id="e-1", uncertain=True, retry_after=2.5
    ).with_message("second")

    assert type(told) is KeyRefusedError
    assert str(told) == "second"
    assert vars(told) == {
        "status": 401, "status_code": "1401", "error_id": "e-1", "uncertain": True, "retry_after": 2.5,
    }  # fmt: skip


def test_an_error_claims_nothing_it_was_not_told() -> None:
    """Without a response there is no status, no code and no errorId; and nothing is uncertain."""
    assert vars(WebhookError("text")) == {
        "status": None, "status_code": None, "error_id": None, "uncertain": False, "retry_after": None,
    }  # fmt: skip
