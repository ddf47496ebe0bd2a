"""`pulumi-8x8 rehearse`: is an endpoint ready for live calls?"""

from __future__ import annotations

import json
import os

import click

from eightx8_voice.rehearsal import TYPES, Verdict
from eightx8_voice.rehearsal import rehearse as rehearsed
from pulumi_8x8.cli.listings import Failed

HEADER_VARIABLE = "EIGHTX8_HTTP_AUTH_HEADER"
MARKS = {Verdict.HOLDS: "ok  ", Verdict.WARNING: "warn", Verdict.FAILS: "FAIL", Verdict.SKIPPED: "-   "}


@click.command()
@click.argument("url")
@click.option("--type", "type_", type=click.Choice(TYPES), required=True, help="The webhook that would deliver there.")
@click.option("--allow-private", is_flag=True, help="Reach loopback, private and link-local addresses too.")
@click.option("--timeout", default=10.0, show_default=True, help="Longest time for each request, in seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rehearse(url: str, type_: str, allow_private: bool, timeout: float, as_json: bool) -> None:
    """Send marked, synthetic deliveries to the endpoint at URL and judge its responses.

    The deliveries carry the header `X-8x8-Rehearsal: 1`, stand for no call, and carry the auth header in
    EIGHTX8_HTTP_AUTH_HEADER, if there is one. Redirects are not followed; the API key is not sent.

    Exit codes: 0 nothing failed (a warning leaves an endpoint ready), 1 something did, 2 misuse.
    """
    header = os.environ.get(HEADER_VARIABLE) or None
    try:
        report = rehearsed(url, type_, http_auth_header=header, allow_private=allow_private, timeout=timeout)
    except ValueError as error:
        raise Failed(str(error)) from None
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    else:
        for finding in report.findings:
            click.echo(f"{MARKS[finding.verdict]} {finding.name}: {finding.detail}")
        click.echo("The endpoint is ready." if report.ready else "The endpoint is not ready.")
    raise SystemExit(0 if report.ready else 1)
