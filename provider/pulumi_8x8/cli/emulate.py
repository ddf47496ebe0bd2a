"""`pulumi-8x8 emulate`: a local voice API."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from eightx8_voice import json_text
from pulumi_8x8.cli.extras import missing
from pulumi_8x8.cli.parameters import Failed
from pulumi_8x8.probe.report import modes_like

if TYPE_CHECKING:
    from eightx8_voice.emulator import Emulator, Mode

API_KEY_VARIABLE = "EIGHTX8_API_KEY"


class _Emulate(click.Command):
    """Adds an option for each of the emulator's modes, and shows in its help what the emulator does not imitate."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        try:
            from eightx8_voice.emulator import MODES
        except ModuleNotFoundError as error:
            raise missing(error, "emulator") from None
        *own, help_option = super().get_params(ctx)
        return [*own, *map(_option, MODES), help_option]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from eightx8_voice.emulator import LIMITS

        super().format_epilog(ctx, formatter)
        for entry in re.split(r"\n\n|\n(?=- )", LIMITS):
            item = entry.startswith("- ")
            if not item:
                formatter.write_paragraph()
            text = " ".join(entry.split())
            formatter.write(click.formatting.wrap_text(text, formatter.width, "  ", "    " if item else "  ") + "\n")


def _option(mode: Mode) -> click.Option:
    name = f"--{mode.name.replace('_', '-')}"
    if mode.kind is bool:
        return click.Option([name], is_flag=True, default=None, help=mode.help)
    numbers: Any = click.FloatRange if mode.kind is float else click.IntRange
    kind = click.Choice(mode.choices) if mode.choices else numbers(mode.range.least, mode.range.most)
    shown = "none" if mode.default == () else f"{mode.default:g}" if mode.kind is float else str(mode.default)
    return click.Option([name], type=kind, multiple=mode.repeated, help=f"{mode.help}  [default: {shown}]")


@click.command(cls=_Emulate)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback.  [default: a free one]")
@click.option("--api-key", help="Bearer token to accept.  [default: EIGHTX8_API_KEY, else made up and printed]")
@click.option(
    "--state", "state_file", type=click.Path(dir_okay=False, path_type=Path), help="File that stores the webhooks."
)
@click.option(
    "--speech-profile", multiple=True, metavar="CODE", help="Voice profile of the account; if set, others fail."
)
@click.option("--number", multiple=True, metavar="+65…", help="Number of the account; if set, others cannot call.")
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Imitate the API described by this report of `probe`.",
)
@click.option("--open", "open_page", is_flag=True, help="Open the emulator's page in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the ready line as JSON.")
def emulate(
    port: int,
    api_key: str | None,
    state_file: Path | None,
    speech_profile: tuple[str, ...],
    number: tuple[str, ...],
    like: Path | None,
    open_page: bool,
    as_json: bool,
    **modes: Any,
) -> None:
    """Serve an emulator of the voice API until Ctrl-C.

    The options after --json select behaviour that 8x8 does not document; they override --like.

    Exit codes: 0 stopped, 2 misuse or an error.
    """
    from eightx8_voice.emulator import Emulator, EmulatorError, Modes

    chosen = {**_modes_like(like), **{name: value for name, value in modes.items() if value not in (None, ())}}
    given = api_key or os.environ.get(API_KEY_VARIABLE)
    try:
        with Emulator(given, Modes(**chosen), port=port, state_file=state_file) as emulator:
            emulator.account.speech_profiles, emulator.account.numbers = speech_profile or None, number or None
            click.echo(_ready(emulator, made_up=not given, as_json=as_json))
            if open_page:
                click.launch(emulator.url)
            _wait_for_signal()
    except (EmulatorError, ValueError) as error:
        raise Failed(str(error)) from None


def _modes_like(report: Path | None) -> dict[str, Any]:
    """Return the modes that a report describes, without those that the emulator cannot imitate."""
    from eightx8_voice.emulator import MODES

    if report is None:
        return {}
    try:
        found = modes_like(json_text.read(report.read_bytes()))
    except (OSError, ValueError) as error:
        raise Failed(f"{report} cannot be used: {error}.") from None
    known = {mode.name: mode for mode in MODES}
    modes = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    for name in [name for name, value in modes.items() if not known[name].allows(value)]:
        click.echo(f"The report's {name} = {modes.pop(name)} cannot be imitated and is ignored.", err=True)
    return modes


def _ready(emulator: Emulator, *, made_up: bool, as_json: bool) -> str:
    """Return the ready line; a key that was given is not repeated."""
    if as_json:
        return json.dumps({"url": emulator.url} | ({"api_key": emulator.api_key} if made_up else {}))
    lines = [f"The emulator serves {emulator.url}; Ctrl-C stops it.", f"  export EIGHTX8_BASE_URL={emulator.url}"]
    return "\n".join([*lines, f"  export {API_KEY_VARIABLE}={emulator.api_key}"] if made_up else lines)


def _wait_for_signal() -> None:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
