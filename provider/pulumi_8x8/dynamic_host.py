"""All that touches private parts of Pulumi's dynamic host, in the provider's process.

Tried with SDK 3.235.0 to 3.272.0. Each part stands alone; where the host is not as it was, it does nothing:

    without_traceback  an expected failure is one line to the user; else a traceback whose last line it is
    current_call       the URN and the ignored properties of the request; else neither
    engine_address     where the engine listens; else nothing, and messages go to standard output
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
    """What the engine's request holds and the dynamic host does not pass on.

    Attributes:
        urn: The resource that it is about.
        ignore_changes: The properties that the user has Pulumi ignore, by an option or a transformation; `*` is
            all of them. Only `diff` and `update` have them.
    """

    urn: str = ""
    ignore_changes: tuple[str, ...] = ()


def current_call() -> HostCall:
    """Return the request that the calling thread serves; an empty one outside the dynamic host."""
    request, _ = _served()
    return HostCall(str(getattr(request, "urn", "")), tuple(getattr(request, "ignoreChanges", ())))


def without_traceback(error: Exception) -> Exception:
    """Return the exception to raise so that the user sees its text and nothing that led to it.

    From SDK 3.260 the host aborts the rpc with the traceback of whatever is raised, and before that gRPC adds words of
    its own before the text. An rpc that is aborted already, and keeps its text at the next abort, has neither.
    """
    _, context = _served()
    with suppress(Exception):  # to abort is to raise
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
    """Return the request and the context of the rpc that this thread serves: locals of the servicer's method."""
    from google.protobuf.message import Message
    from grpc import ServicerContext

    frame: FrameType | None = sys._getframe()
    while frame is not None:
        request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
        if isinstance(request, Message) and isinstance(context, ServicerContext):
            return request, context
        frame = frame.f_back
    return None, None
