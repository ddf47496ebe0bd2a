"""Inputs -> failures by property. Pure; values that are unknown in preview pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.text import printable
from eightx8_voice.urls import LONGEST_URL, redacted_url, url_problem
from eightx8_voice.webhooks import subaccount_problem, type_problem
from pulumi_8x8.settings import secret_problem

PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
NUMBER_MASKING = ("VCS", "VRU", "VNU")
"""Types that the vendor documents for number masking; for IVR it documents VCA and VSS."""

DEFAULTS: dict[str, Any] = {"enabled": True, "overwrite_on_create": False, "rehearse": False}
"""Defaults of the inputs that may be left out."""


class InputFailure(NamedTuple):
    """A bad input. `property` is empty if the engine would print a value that must not be shown."""

    property: str
    reason: str


def with_defaults(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs with every default filled in and every null left out."""
    given = {name: value for name, value in inputs.items() if value is not None}
    return {**DEFAULTS, **given}


def failures(inputs: Mapping[str, Any], secret: Collection[str] = ()) -> list[InputFailure]:
    """Return everything that is wrong with a webhook's inputs.

    Args:
        inputs: As declared, defaults filled in.
        secret: Names of inputs that were given as secrets; their values are not repeated.
    """
    found = [
        InputFailure(name, f"{name} {reason}")
        for name in ("subaccount_id", "type", "url")
        for reason in [_reason(name, inputs.get(name), name in secret)]
        if reason
    ]
    found += [
        InputFailure(name, f"{name} must be True or False (got {_shown(value, name in secret)}).")
        for name in DEFAULTS
        if not isinstance(value := inputs.get(name), bool) and value != UNKNOWN
    ]
    if problem := header_problem(inputs.get("http_auth_header")):
        found.append(InputFailure("http_auth_header", problem))
    unnamed = {*secret, "http_auth_header", *([] if may_be_named(inputs.get("url")) else ["url"])}
    return [InputFailure("" if failure.property in unnamed else failure.property, failure.reason) for failure in found]


def may_be_named(url: Any) -> bool:
    """Return whether a failure may name the property `url`: the engine prints its value, including the query."""
    return not isinstance(url, str) or redacted_url(url) == printable(url, LONGEST_URL)


PROBLEMS = {"subaccount_id": subaccount_problem, "type": type_problem, "url": url_problem}


def header_problem(value: Any) -> str | None:
    """Return what is wrong with an auth header, without repeating it."""
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str):
        return "http_auth_header must be a string: the value of the Authorization header."
    if PLACEHOLDER.search(value):
        return (
            "http_auth_header still contains a {{placeholder}} from the set-up guide: replace it with your own value."
        )
    if problem := secret_problem(value):
        return f"http_auth_header {problem} (leave it out to send none)."
    return None


def _shown(value: Any, is_secret: bool) -> str:
    if is_secret:
        return "[secret]"
    return repr(printable(redacted_url(value)) if isinstance(value, str) else printable(value))


def _reason(name: str, value: Any, is_secret: bool) -> str | None:
    if value == UNKNOWN:
        return None
    if value is None:
        return f"is missing: it {PROBLEMS[name](value)}."
    shown = _shown(value, is_secret)
    if isinstance(value, str) and (left_over := PLACEHOLDER.search(value)):
        which = "a {{placeholder}}" if is_secret else printable(left_over.group())
        return f"still contains {which} from the set-up guide: replace it with your own (got {shown})."
    problem = PROBLEMS[name](value)
    return f"{problem} (got {shown})." if problem else None
