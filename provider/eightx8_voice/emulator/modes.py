"""How the emulated API behaves where the vendor's documentation is silent or contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

PostOver = Literal["replace", "refuse", "ignore"]
Honoured = Literal["honour", "ignore"]
Normalisation = Literal["lower-host", "root-slash", "add-slash", "remove-slash", "drop-query"]
ErrorBody = Literal["webhooks", "platform", "callflows"]


class Range(NamedTuple):
    """The smallest and the largest value of a number."""

    least: int
    most: int


ListingCount = Annotated[int, Range(0, 1000)]
Duration = Annotated[float, Range(0, 3600)]
ErrorStatus = Annotated[int, Range(400, 599)]
Status = Annotated[int, Range(200, 599)]


@dataclass(frozen=True)
class Modes:
    """The configurable behaviours; each one is also an option of `pulumi-8x8 emulate`.

    Raises:
        ValueError: A mode has an invalid value; the message names the mode.
    """

    post_over: Annotated[PostOver, "What POST does if the type is already registered; ignore returns 200."] = "replace"
    refusal_status: Annotated[ErrorStatus, "Status of a POST refused because the type is registered."] = 422
    omitted_header: Annotated[
        Literal["remove", "keep"], "What a POST without an auth header does to the stored one."
    ] = "remove"
    enabled: Annotated[Honoured, "Whether `enabled` is honoured in a POST."] = "honour"
    active: Annotated[Honoured, "Whether `active` is honoured in a POST without `enabled`."] = "honour"
    normalise: Annotated[tuple[Normalisation, ...], "How a URL is normalised before it is stored; repeatable."] = ()
    stale_reads: Annotated[ListingCount, "Serve stale data for this many listings after a change."] = 0
    late_reads: Annotated[Duration, "Serve stale data for this many seconds after a change."] = 0.0
    stale_response: Annotated[bool, "Return the state before a POST in its response."] = False
    delete_response: Annotated[
        Literal["webhook", "list", "empty"], "What DELETE returns: the webhook, the list, or 204 without a body."
    ] = "webhook"
    delete_missing_status: Annotated[Status, "Status of a DELETE of a webhook that does not exist."] = 404
    delete_vnu_status: Annotated[Status, "Status of a DELETE of VNU; only 200 removes it."] = 200
    invalid_type_status: Annotated[ErrorStatus, "Status of a POST with an unknown type."] = 422
    invalid_url_status: Annotated[Status, "Status of a POST with a URL that is not absolute; 200 stores it."] = 422
    error_body: Annotated[ErrorBody, "The shape of an error; the vendor documents three."] = "webhooks"
    count: Annotated[Literal["right", "wrong", "missing"], "Whether `count` in a listing is correct."] = "right"
    latency: Annotated[Duration, "Seconds that each request takes."] = 0.0

    def __post_init__(self) -> None:
        for mode in MODES:
            value = getattr(self, mode.name)
            if isinstance(value, list):
                object.__setattr__(self, mode.name, tuple(value))
            if not mode.allows(getattr(self, mode.name)):
                raise ValueError(f"{mode.name} must be {mode.choice} (got {value!r})")
        if {"add-slash", "remove-slash"} <= {*self.normalise}:
            raise ValueError("normalise must not both add and remove a slash")


class Mode(NamedTuple):
    """One field of `Modes`: its type and its allowed values (of each element, if `repeated`)."""

    name: str
    help: str
    default: Any
    kind: type
    choices: tuple[str, ...] = ()
    repeated: bool = False
    range: Range = Range(0, 0)

    @property
    def choice(self) -> str:
        """The allowed values, for a message."""
        if self.choices:
            return f"{'a list of' if self.repeated else 'one of'} {', '.join(self.choices)}"
        return "true or false" if self.kind is bool else f"a number from {self.range.least} to {self.range.most}"

    def allows(self, value: Any) -> bool:
        """Return whether this value is allowed."""
        if self.repeated:
            return isinstance(value, tuple) and all(one in self.choices for one in value)
        if self.choices:
            return value in self.choices
        if self.kind is bool or isinstance(value, bool):
            return isinstance(value, bool) and self.kind is bool
        kinds = (int, float) if self.kind is float else (int,)
        return isinstance(value, kinds) and self.range.least <= value <= self.range.most


def _mode(name: str, default: Any, hint: Any) -> Mode:
    kind, *limits, text = get_args(hint)
    if choices := get_args(get_args(kind)[0] if get_origin(kind) is tuple else kind):
        return Mode(name, text, default, str, choices, repeated=get_origin(kind) is tuple)
    return Mode(name, text, default, kind, range=limits[0] if limits else Range(0, 0))


_HINTS = get_type_hints(Modes, include_extras=True)
MODES = tuple(_mode(one.name, one.default, _HINTS[one.name]) for one in fields(Modes))
"""Every mode, in the order of the fields."""


def normalised(url: str, how: tuple[Normalisation, ...]) -> str:
    """Return a URL as an API that normalises it would store it.

    `root-slash` applies to an empty path, `add-slash` and `remove-slash` to any other.
    """
    if not how:
        return url
    parts = urlsplit(url)
    path, host, query = parts.path, parts.netloc, parts.query
    if "remove-slash" in how:
        path = path.rstrip("/")
    if "add-slash" in how and path and not path.endswith("/"):
        path += "/"
    if "root-slash" in how and not path:
        path = "/"
    if "lower-host" in how:
        user, at, name = host.rpartition("@")
        host = f"{user}{at}{name.lower()}"
    return parts._replace(netloc=host, path=path, query="" if "drop-query" in how else query).geturl()
