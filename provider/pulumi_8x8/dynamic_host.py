"""All that touches private parts of Pulumi's Python SDK, in the provider's process and in the program's.

Tried with SDK 3.231.0 to 3.272.0. Each part stands alone; where the SDK is not as it was, it does nothing:

    plain              an expected failure is one line to the user; else a traceback whose last line it is
    current_call       the URN and the ignored properties of the request; else neither
    log                a message on the row of its resource; else False
    quiet_interrupts   nothing is printed where the language host interrupts a waiting program; else 26 lines
    stack_holds        what the state holds of a resource that the engine presents as new; else nothing
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, SubprocessError, run
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import FrameType, TracebackType

LOG_SECONDS = 1.0
"""How long the engine may take for a message; on the same machine it takes less than a millisecond."""

EXPORT_SECONDS = 30.0
"""How long the CLI may take to export the stack's state."""

_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


class Call(NamedTuple):
    """What the engine's request holds and the dynamic host does not pass on.

    Attributes:
        urn: The resource that it is about.
        ignore_changes: The properties that the user has Pulumi ignore, by an option or a transformation; `*` is
            all of them. Only `diff` and `update` have them.
    """

    urn: str = ""
    ignore_changes: tuple[str, ...] = ()


def current_call() -> Call:
    """The request that the calling thread serves; an empty one outside the dynamic host."""
    request, _ = _served()
    return Call(str(getattr(request, "urn", "")), tuple(getattr(request, "ignoreChanges", ())))


def plain(error: Exception) -> Exception:
    """The exception to raise so that the user sees its text and nothing that led to it.

    From SDK 3.260 the host aborts the rpc with the traceback of whatever is raised, and before that gRPC puts words of
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


def _served() -> tuple[Any, Any]:
    """The request and the context of the rpc that this thread serves: locals of the servicer's method."""
    from google.protobuf.message import Message
    from grpc import ServicerContext

    frame: FrameType | None = sys._getframe()
    while frame is not None:
        request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
        if isinstance(request, Message) and isinstance(context, ServicerContext):
            return request, context
        frame = frame.f_back
    return None, None


def log(severity: str, message: str, urn: str = "") -> bool:
    """Show a message on the row of a resource, under it in Diagnostics, and with its URN in `--json`.

    Args:
        severity: `info` or `warning`.
        message: One line.
        urn: The resource; the stack where it is empty.

    Returns:
        False where the engine did not receive it. It is not tried again then, so that a run waits for it once.
    """
    from grpc import RpcError
    from pulumi.runtime.proto import engine_pb2

    with _logging:
        engine = None if _unreachable.is_set() else _engine()
        if engine is None:
            return False
        value = engine_pb2.LogSeverity.Value(severity.upper())
        try:
            engine.Log(engine_pb2.LogRequest(severity=value, message=message, urn=urn), timeout=LOG_SECONDS)
        except RpcError:
            _unreachable.set()
        return not _unreachable.is_set()


_logging, _unreachable = Lock(), Event()


@cache
def _engine() -> Any:
    """The engine's service, where the host was started with the engine's address as its only argument."""
    from grpc import insecure_channel
    from pulumi.runtime.proto import engine_pb2_grpc

    address = sys.argv[-1] if len(sys.argv) == 2 else ""
    return engine_pb2_grpc.EngineStub(insecure_channel(address)) if _ADDRESS.fullmatch(address) else None


def quiet_interrupts() -> None:
    """Print nothing when the language host interrupts a program that only waits, as it does after any failure.

    It sends SIGINT to the program, and the SDK lets the KeyboardInterrupt, and one more, end the process with two
    traces of where it waited. An interrupt that reached code of the program, or that has another exception in its
    history, is shown as ever, and the process ends as ever.
    """
    if not any(argument.endswith(_EXECUTOR) for argument in sys.orig_argv) or sys.excepthook is _excepthook:
        return
    _shown.append(sys.excepthook)
    sys.excepthook = _excepthook


_EXECUTOR = "pulumi-language-python-exec"
_shown: list[Any] = []


def _excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not _only_waited(error):
        _shown[-1](kind, error, trace)


def _only_waited(error: BaseException | None) -> bool:
    """Whether this and all that led to it are interrupts outside the program's code."""
    library = (f"{Path(os.__file__).parent}{os.sep}", "<frozen ", "src/python/grpcio/")
    sdk = tuple(f"{Path(sys.modules[name].__file__ or '').parent}{os.sep}" for name in ("pulumi", "grpc"))
    while error is not None:
        files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
        if type(error) is not KeyboardInterrupt or not all(
            file.endswith(_EXECUTOR) or file.startswith(sdk) or (file.startswith(library) and "-packages" not in file)
            for file in files
        ):
            return False
        error = error.__cause__ or error.__context__
    return True


def stack_holds(urn: str, organization: str = "") -> Mapping[str, Any] | None:
    """The outputs that this stack's state holds for a resource that it manages, without those that are encrypted.

    For `--replace` and after `pulumi state taint` the engine calls `check` as for a new resource, and no rpc returns
    the old state: the engine's own reading of stacks is an invoke of a provider that the step generator registers when
    it is first needed, and that waits for `check`. So the CLI reads the state, once per run, in 0.3 s and more.

    Args:
        urn: The resource.
        organization: The stack's, as the program knows it; without it the CLI takes the default one.

    Returns:
        None where the state holds no such resource, and where it cannot be read.
    """
    stack, _, project = urn.removeprefix("urn:pulumi:").partition("::")
    return _managed(organization, project.partition("::")[0], stack).get(urn)


@cache
def _managed(organization: str, project: str, stack: str) -> dict[str, dict[str, Any]]:
    """The plain outputs of what the stack manages, by URN; what is about to be deleted is not."""
    names = [f"{organization}/{project}/{stack}"] if organization else []
    if organization in ("", "organization"):  # backends without organizations may not know projects either
        names.append(stack)
    for name in names:
        command = ["pulumi", "stack", "export", "--stack", name, "--non-interactive"]
        with suppress(OSError, SubprocessError, ValueError, KeyError, TypeError):
            ended = run(  # noqa: S603 - the names come from the engine, and no shell reads them
                command, stdin=DEVNULL, capture_output=True, check=True, timeout=EXPORT_SECONDS
            )
            return {
                resource["urn"]: {
                    name: value for name, value in resource.get("outputs", {}).items() if not isinstance(value, dict)
                }
                for resource in json.loads(ended.stdout)["deployment"].get("resources") or []
                if not resource.get("delete") and not resource.get("external")
            }
    return {}
