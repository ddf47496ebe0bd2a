"""The commands of `pulumi-8x8`, and their exit codes."""

from __future__ import annotations

import errno
import io
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from pulumi_8x8.cli.call import call
from pulumi_8x8.cli.emulate import emulate
from pulumi_8x8.cli.export import export
from pulumi_8x8.cli.list import list_webhooks
from pulumi_8x8.cli.probe import probe
from pulumi_8x8.cli.rehearse import rehearse
from pulumi_8x8.cli.terminal import discard_output, escape_output
from pulumi_8x8.errors import WebhookError

FAILED, INTERRUPTED = 2, 130
"""Exit codes, in addition to 0 and a command's own 1."""


class _OutputError(Exception):
    """The output cannot be written."""


class _Commands(click.Group):
    """Ends every command with one of the documented exit codes, and a failure with one line.

    click by itself exits with 1 when it is interrupted, when its output pipe is closed, and after every traceback.
    """

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        escape_output()
        code, message = self._end(args, {**extra, "standalone_mode": False})
        with suppress(OSError):
            if message:
                click.echo(message, err=True)
        discard_output()
        sys.exit(code)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _output_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with _output_errors():
            return super().invoke(ctx)

    def _end(self, args: tuple[Any, ...], extra: dict[str, Any]) -> tuple[int, str]:
        try:
            code = super().main(*args, **extra)
            return code if isinstance(code, int) else 0, ""
        except SystemExit as error:
            return error.code if isinstance(error.code, int) else 0, ""
        except click.ClickException as error:
            text = io.StringIO()
            error.show(text)
            return FAILED, text.getvalue().rstrip()
        except click.Abort as error:
            if isinstance(error.__cause__ or error.__context__, EOFError):
                return FAILED, "Error: Standard input ended before the question was answered."
            return INTERRUPTED, "Interrupted."
        except KeyboardInterrupt:
            return INTERRUPTED, "Interrupted."
        except WebhookError as error:
            return FAILED, f"Error: {error}"
        except _OutputError as error:
            return FAILED, str(error)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}, line {frame.lineno}"
            return (
                FAILED,
                f"Error: internal error ({type(error).__name__} in {where}). Report it, and name the command.",
            )


@contextmanager
def _output_errors() -> Iterator[None]:
    """Raise a distinct error if the output cannot be written: for a closed pipe, click would silently exit with 1."""
    try:
        yield
    except OSError as error:
        # No message for a reader that stops early, such as `head`.
        message = "" if error.errno == errno.EPIPE else f"Error: The output cannot be written: {error.strerror}."
        raise _OutputError(message) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-8x8")
def pulumi_8x8() -> None:
    """Inspect, export, probe and emulate the webhooks of 8x8 Connect Voice subaccounts.

    The API key is read from EIGHTX8_API_KEY, the address from EIGHTX8_BASE_URL.

    Exit codes: 0 success, 1 the command found something wrong, 2 misuse or an error, 130 interrupted.
    """


for command in (call, emulate, export, list_webhooks, probe, rehearse):
    pulumi_8x8.add_command(command)
