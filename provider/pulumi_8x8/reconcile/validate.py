"""Inputs -> failures by property. Pure; values that are unknown in preview pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import subaccount_problem, type_problem
from pulumi_8x8.settings import is_loopback, secret_problem
from pulumi_8x8.text import printable

from .decide import LONGEST_URL

PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
NUMBER_MASKING = ("VCS", "VRU", "VNU")
"""Types that the vendor documents for number masking; for IVR it documents VCA and VSS."""

DEFAULTS: dict[str, Any] = {"enabled": True, "overwrite_on_create": False, "rehearse": False}
"""Inputs that may be left out, and what they are then."""


class Failure(NamedTuple):
    """A bad input. `property` is empty where naming it would make the engine print a secret."""

    property: str
    reason: str


def with_defaults(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with every default filled in and every null left out."""
    given = {name: value for name, value in inputs.items() if value is not None}
    return {**DEFAULTS, **given}


def failures(inputs: Mapping[str, Any], secret: Collection[str] = ()) -> list[Failure]:
    """Everything that is wrong with a webhook's inputs.

    Args:
        inputs: As declared, defaults filled in.
        secret: Names of inputs that were given as secrets; their values are not repeated.
    """
    found = [
        Failure(name, f"{name} {reason}")
        for name in ("subaccount_id", "type", "url")
        for reason in [_reason(name, inputs.get(name), name in secret)]
        if reason
    ]
    found += [
        Failure(name, f"{name} is {_shown(value, name in secret)}; write True or False.")
        for name in DEFAULTS
        if not isinstance(value := inputs.get(name), bool) and value != UNKNOWN
    ]
    if inputs.get("rehearse") is True and inputs.get("type") in NUMBER_MASKING:
        found.append(Failure("rehearse", "rehearse is True: endpoints of VCA and VSS can be rehearsed; leave it out."))
    if problem := header_problem(inputs.get("http_auth_header")):
        found.append(Failure("http_auth_header", problem))
    return [Failure("" if failure.property in {*secret, "http_auth_header"} else failure.property, failure.reason)
            for failure in found]  # fmt: skip


def url_problem(value: Any) -> str | None:
    """Why 8x8 could not, or should not, deliver to this URL."""
    if not isinstance(value, str) or not value:
        return "write the https URL of the endpoint"
    if len(value) > LONGEST_URL:
        return f"it has {len(value):,} characters; write at most {LONGEST_URL:,}"
    if any(c.isspace() or not c.isprintable() for c in value):
        return "it holds white space or a control character; write it without, or percent-encoded"
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "it is not a URL; write https://host/path"
    if parts.scheme not in {"https", "http"} or not host or port == 0 or "\\" in value:
        return "write https://host/path"
    if parts.username is not None or parts.password is not None:
        return "it holds user info; write it without, and use http_auth_header to authenticate deliveries"
    if parts.fragment or value.endswith("#"):
        return "it holds a fragment, which is never sent; write it without the # and what follows"
    if parts.scheme == "http" and not is_loopback(host):
        return "it is not encrypted; write https:// (http is for loopback only)"
    return None


PROBLEMS = {"subaccount_id": subaccount_problem, "type": type_problem, "url": url_problem}


def header_problem(value: Any) -> str | None:
    """What is wrong with an auth header, without repeating it."""
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str):
        return "http_auth_header is not text; give the value of the Authorization header as a string."
    if PLACEHOLDER.search(value):
        return "http_auth_header still holds a {{placeholder}} of the set-up guide; put your own value in its place."
    if problem := secret_problem(value):
        return f"http_auth_header {problem}; write printable ASCII, or leave it out to send none."
    return None


def _shown(value: Any, is_secret: bool) -> str:
    return "[secret]" if is_secret else repr(printable(value))


def _reason(name: str, value: Any, is_secret: bool) -> str | None:
    if value == UNKNOWN:
        return None
    if value is None:
        return f"is missing: {PROBLEMS[name](value)}."
    shown = _shown(value, is_secret)
    if isinstance(value, str) and (left_over := PLACEHOLDER.search(value)):
        which = "a {{placeholder}}" if is_secret else printable(left_over.group())
        return f"is {shown}: it still holds {which} of the set-up guide; put your own value in its place."
    problem = PROBLEMS[name](value)
    return f"is {shown}: {problem}." if problem else None
