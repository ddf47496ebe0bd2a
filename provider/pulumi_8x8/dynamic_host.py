"""What touches private parts of Pulumi's dynamic-provider host; where the host has changed, the plain way is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Call(NamedTuple):
    """What the engine's request says of the resource: its URN and what `ignore_changes` names, where it is known."""

    urn: str = ""
    ignore_changes: tuple[str, ...] = ()


def current_call() -> Call:
    """The request that the calling thread serves; empty where the host does not reveal it."""
    return Call()


def log(_severity: str, _message: str, _urn: str = "") -> bool:
    """Show a message on a resource's row; returns False where that cannot be done."""
    return False


def plain(error: Exception) -> Exception:
    """The exception to raise so that the user sees its text and nothing that led to it."""
    error.__cause__ = None
    error.__suppress_context__ = True
    return error.with_traceback(None)


def stack_holds(_urn: str) -> Mapping[str, Any] | None:
    """The outputs that the stack's state holds for a URN; None where there are none or nobody can say."""
    return None
