"""`pulumi-8x8 emulate`: a local voice API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .extras import missing
from .parameters import Failed


class _Limits(click.Command):
    """Shows first what the emulator does not imitate."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        try:
            from eightx8_voice.emulator import LIMITS
        except ModuleNotFoundError:
            return
        formatter.write_paragraph()
        for paragraph in LIMITS.split("\n"):
            formatter.write(f"  {paragraph}\n")


@click.command(cls=_Limits)
@click.option("--port", default=0, show_default="a free one", help="Port to listen on, on loopback.")
@click.option("--api-key", help="Bearer to accept.  [default: EIGHTX8_API_KEY, else emulator]")
@click.option(
    "--post-over",
    type=click.Choice(["replace", "refuse", "ignore"]),
    default="replace",
    show_default=True,
    help="What POST does over a type that exists, which the vendor does not document.",
)
@click.option(
    "--stale-reads",
    type=click.IntRange(min=0),
    help="After a change, a POST's response and the next so many listings show what was before.  [default: none does]",
)
@click.option(
    "--normalise",
    multiple=True,
    type=click.Choice(["add-slash", "remove-slash", "lower-host"]),
    help="Store URLs changed so; may be given twice.",
)
@click.option(
    "--error-body",
    type=click.Choice(["webhooks", "platform", "callflows"]),
    default="webhooks",
    show_default=True,
    help="Which of the documented shapes a 401, 403, 404 or 405 has.",
)
@click.option(
    "--active",
    type=click.Choice(["honour", "ignore"]),
    default="honour",
    show_default=True,
    help="Whether `active` counts in a POST without `enabled`.",
)
@click.option(
    "--state", "state_file", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the webhooks."
)
@click.option("--latency", default=0.0, show_default=True, help="Seconds that each request takes.")
@click.option("--control", is_flag=True, help="Let faults and modes be set over HTTP, at /_control.")
@click.option("--open", "open_page", is_flag=True, help="Open its page in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the ready line as JSON.")
def emulate(open_page: bool, as_json: bool, **options: Any) -> None:
    """Serve an emulator of the voice API until Ctrl-C.

    Exit codes: 0 stopped, 2 misuse or an error.
    """
    try:
        from eightx8_voice.emulator import Emulator, EmulatorError, run
    except ModuleNotFoundError as error:
        raise missing(error, "emulator") from None

    def ready(emulator: Emulator) -> None:
        if as_json:
            click.echo(json.dumps({"url": emulator.url}))
        if open_page:
            click.launch(emulator.url)

    try:
        run(**options, echo=(lambda _: None) if as_json else click.echo, ready=ready)
    except (EmulatorError, ValueError) as error:
        raise Failed(str(error)) from None
