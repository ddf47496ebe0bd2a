"""`pulumi-8x8 probe`: how the real API behaves where its documentation is silent."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import click

from eightx8_voice.urls import redacted_url, url_problem
from pulumi_8x8.cli.parameters import Failed, SubaccountId
from pulumi_8x8.cli.terminal import table
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.probe.questions import Answer, answers
from pulumi_8x8.probe.reading import MARK, ListedWebhook
from pulumi_8x8.probe.report import report
from pulumi_8x8.probe.run import DEFAULT_URL, TYPES, Probe
from pulumi_8x8.settings import Settings

MARKS = {True: "ok", False: "NO", None: "-"}


class _End(NamedTuple):
    """How the probe and its cleanup ended.

    Attributes:
        problems: What went wrong, one line each.
        left: Types of the webhooks that could not be removed.
        interrupted: Whether Ctrl-C or SIGTERM ended the probe.
    """

    problems: list[str]
    left: list[str]
    interrupted: bool = False


@click.command(short_help="Check whether the API behaves as this package assumes.")
@click.argument("subaccount", type=SubaccountId())
@click.option("--type", "type", type=click.Choice(TYPES), help="Type to use.  [default: the first free one]")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="URL of the webhooks: https, without a path.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file, as JSON."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def probe(subaccount: str, type: str | None, url: str, yes: bool, output: Path | None, as_json: bool) -> None:
    """Find out whether the API behaves for SUBACCOUNT as this package assumes.

    With about twenty requests, it registers disabled webhooks of one free type, observes what the API does with them,
    and removes them. No other webhook is touched. If a run is killed, the next run removes what it left.

    The report names neither the key nor the subaccount. `pulumi-8x8 emulate --like FILE` imitates what it describes.

    Exit codes: 0 every assumption holds, 1 an assumption does not hold, 2 misuse or an error, 130 interrupted.
    """
    if (problem := url_problem(url)) or url.rstrip("/").count("/") != 2 or "?" in url:
        raise click.BadParameter(problem or "must have neither a path nor a query", param_hint="--url")
    asked = Probe(Settings.load(), subaccount, url)
    leftovers = asked.look(type)
    _open(output)
    if not yes:
        _confirm(asked, subaccount, leftovers)
    with _terminated_as_interrupted():
        end = _run(asked, subaccount)
    document = report(asked.facts, type=asked.type, requests=asked.requests, left=end.left, complete=not end.problems)
    text = json.dumps(document, indent=2)
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    click.echo(text if as_json else _as_text(answers(asked.facts)))
    for line in end.problems or [f"Nothing is left: {subaccount} has the webhooks that it had before."]:
        click.echo(line, err=True)
    if end.interrupted:
        raise KeyboardInterrupt
    failed = any(answer.holds is False for answer in answers(asked.facts))
    raise SystemExit(2 if end.problems else 1 if failed else 0)


def _open(output: Path | None) -> None:
    try:
        if output:
            output.open("a").close()
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}. Nothing was sent.") from None


def _confirm(asked: Probe, subaccount: str, leftovers: list[ListedWebhook]) -> None:
    if not (sys.stdin and sys.stdin.isatty()):
        raise Failed(
            "Standard input is not a terminal, so the probe cannot be confirmed. Nothing was registered. Add --yes."
        )
    for entry in leftovers:
        click.echo(f"{entry.type} was left by an earlier probe and will be removed first.", err=True)
    click.echo(
        f"About twenty requests will register disabled webhooks of type {asked.type}, free in {subaccount}, and remove "
        "them.\nNo other webhook is touched. An API that ignores `enabled` delivers to them until then.",
        err=True,
    )
    if asked.type == "VNU":
        click.echo("8x8 does not document how VNU is removed: it may have to be removed in the portal.", err=True)
    if not click.confirm("Continue?", err=True):
        raise Failed("Nothing was registered.")


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that what was registered is removed in both cases."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(asked: Probe, subaccount: str) -> _End:
    problems: list[str] = []
    interrupted = False
    try:
        asked.ask()
    except WebhookError as error:
        problems.append(f"Error: {error}")
    except KeyboardInterrupt:
        interrupted = True
        problems.append("The probe is incomplete.")
    try:
        if interrupted:
            click.echo("Interrupted: removing what was registered. Press Ctrl-C again to leave it.", err=True)
        left, changed = asked.clean(), asked.changed()
    except (WebhookError, KeyboardInterrupt) as error:
        problems.append(
            f"It is not known whether a webhook of type {asked.type} is left in {subaccount}"
            f"{f': {error}' if str(error) else '.'} {_way_out(subaccount)}"
        )
        return _End(problems, [asked.type], interrupted or isinstance(error, KeyboardInterrupt))
    for entry in left:
        problems.append(
            f"{subaccount}/{entry.type} is left, with {redacted_url(entry.url)}. Remove it in the portal. "
            f"{_way_out(subaccount)}"
        )
    if changed:
        problems.append(f"Someone else changed {', '.join(changed)} of {subaccount} during the probe.")
    return _End(problems, [entry.type for entry in left], interrupted)


def _way_out(subaccount: str) -> str:
    return f"`pulumi-8x8 probe {subaccount}` removes every webhook whose URL contains {MARK}."


def _as_text(found: list[Answer]) -> str:
    rows = [[MARKS[each.holds], each.question.text, each.shown, each.question.assumed] for each in found]
    broken = [each for each in found if each.holds is False]
    lines = [table(["", "question", "seen", "assumed"], rows, folded=["question", "seen", "assumed"]), ""]
    lines += [f"{each.question.text} {each.shown.capitalize()}. {each.question.otherwise}" for each in broken]
    return "\n".join(lines + ([] if broken else ["Every assumption that could be checked holds."]))
