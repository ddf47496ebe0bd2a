"""Everything that uses private parts of Pulumi's dynamic host; runs in the provider's process.

Tested with SDK 3.235.0 to 3.272.0. The functions are independent, and each has a fallback if the host has changed:

    without_traceback  shows an expected failure as one line; fallback: as the last line of a traceback
    current_call       returns the URN and the ignored properties of the request; fallback: neither
    engine_address     returns the engine's address; fallback: an empty text, and messages go to standard output
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import FrameType

_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


class HostCall(NamedTuple):
    """The parts of the engine's request that the dynamic host does not pass on.

    Attributes:
        urn: The resource's URN.
        ignore_changes: Properties that Pulumi ignores because of an option or a transformation; `*` means all of
            them. Only the requests of `diff` and `update` name them.
    """

    urn: str = ""
    ignore_changes: tuple[str, ...] = ()


def current_call() -> HostCall:
    """Return the call that this thread serves; an empty one outside the dynamic host."""
    request, _ = _served()
    return HostCall(str(getattr(request, "urn", "")), tuple(getattr(request, "ignoreChanges", ())))


def without_traceback(error: Exception) -> Exception:
    """Return the exception to raise so that the user sees only its text.

    From SDK 3.260, the host aborts the RPC with the traceback of whatever is raised; with earlier versions, gRPC adds
    its own words in front of the text. To avoid both, the RPC is aborted here, and a later abort keeps this text.
    """
    _, context = _served()
    with suppress(Exception):  # `abort` always raises
        from grpc import StatusCode

        abort, text = context.abort, str(error)
        context.abort = lambda *_: abort(StatusCode.UNKNOWN, text)
        context.abort()
    error.__cause__ = None
    error.__suppress_context__ = True
    return error.with_traceback(None)


def engine_address() -> str:
    """Return the engine's address, which is the host's only argument; empty outside the host."""
    address = sys.argv[-1] if len(sys.argv) == 2 else ""
    return address if _ADDRESS.fullmatch(address) else ""


def _served() -> tuple[Any, Any]:
    """Return the request and the context of the RPC that this thread serves: locals of the servicer's method."""
    from google.protobuf.message import Message
    from grpc import ServicerContext

    frame: FrameType | None = sys._getframe()
    while frame is not None:
        request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
        if isinstance(request, Message) and isinstance(context, ServicerContext):
            return request, context
        frame = frame.f_back
    return None, None
