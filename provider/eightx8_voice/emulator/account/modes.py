"""How the emulated API behaves where the vendor documents nothing, or two things."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

PostOver = Literal["replace", "refuse", "ignore"]
Normalisation = Literal["add-slash", "remove-slash", "lower-host"]
ErrorBody = Literal["webhooks", "platform", "callflows"]
Active = Literal["honour", "ignore"]


@dataclass
class Modes:
    """What may be chosen, and changed while the emulator runs; a value that is none of the choices is refused.

    Args:
        post_over: What POST does over an existing type: replace it, refuse with 422, or respond 200 and change nothing.
        stale_reads: An eventually consistent API: the response to a POST, and the next so many listings of the
            subaccount, still show what was before. 0 is a stale response alone. Default: None, consistent at once.
        normalise: What is done to a URL before it is stored. Default: nothing.
        error_body: The shape of a 401, 403, 404 or 405: that of the webhooks' 422 (the default), that of the vendor's
            page on API errors (`platform`), or that of the callflows endpoint. Each is documented for its place.
        active: Whether `active` counts in a POST without `enabled`: the set-up guide sends it, the reference has none.
        latency: Seconds that each request to the API takes.

    """

    post_over: PostOver = "replace"
    stale_reads: int | None = None
    normalise: tuple[Normalisation, ...] = ()
    error_body: ErrorBody = "webhooks"
    active: Active = "honour"
    latency: float = 0.0

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, _CHECKS[name](name, value) if name in _CHECKS else value)

    def modes(self) -> dict[str, Any]:
        """Return them all by name."""
        return {field.name: getattr(self, field.name) for field in fields(Modes)}

    def change(self, modes: Mapping[str, Any]) -> dict[str, Any]:
        """Change some of them, or none, and return them all.

        Raises:
            ValueError: There is no such mode, or a value is none of its choices.

        """
        if unknown := modes.keys() - _CHECKS.keys():
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; the modes are {', '.join(_CHECKS)}")
        for name, value in asdict(Modes(**{**self.modes(), **modes})).items():
            setattr(self, name, value)
        return self.modes()


def normalised(url: str, how: Collection[Normalisation]) -> str:
    """Return a URL as an API that normalises it would store it."""
    parts = urlsplit(url)
    path, host = parts.path, parts.netloc
    if "add-slash" in how and not path.endswith("/"):
        path += "/"
    if "remove-slash" in how:
        path = path.rstrip("/")
    if "lower-host" in how:
        user, at, name = host.rpartition("@")
        host = f"{user}{at}{name.lower()}"
    return parts._replace(netloc=host, path=path).geturl()


def _one_of(choices: tuple[str, ...]) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    return check


def _normalisations(name: str, value: Any) -> Any:
    known = get_args(Normalisation)
    if not isinstance(value, (list, tuple)) or not all(one in known for one in value):
        raise ValueError(f"{name} must be a list of {', '.join(known)}, not {value!r}")
    if {"add-slash", "remove-slash"} <= set(value):
        raise ValueError(f"{name} cannot both add and remove a slash")
    return tuple(value)


def _reads(name: str, value: Any) -> Any:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError(f"{name} must be a number of listings or null, not {value!r}")
    return value


def _seconds(name: str, value: Any) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a number of seconds, not {value!r}")
    return float(value)


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "post_over": _one_of(get_args(PostOver)),
    "stale_reads": _reads,
    "normalise": _normalisations,
    "error_body": _one_of(get_args(ErrorBody)),
    "active": _one_of(get_args(Active)),
    "latency": _seconds,
}
