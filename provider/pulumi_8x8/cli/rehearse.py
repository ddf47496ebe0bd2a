"""`pulumi-8x8 rehearse`: is an endpoint ready for live calls?"""

from __future__ import annotations

import json
import os
from typing import Any

import click

from eightx8_voice.rehearsal import DEEPEST, Verdict
from eightx8_voice.rehearsal import rehearse as rehearsed
from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.api.account import account_facts
from pulumi_8x8.api.client import Client
from pulumi_8x8.cli.parameters import Failed, Seconds, SubaccountId
from pulumi_8x8.settings import Settings

HEADER_VARIABLE = "EIGHTX8_HTTP_AUTH_HEADER"
MARKS = {Verdict.HOLDS: "ok  ", Verdict.WARNING: "warn", Verdict.FAILS: "FAIL", Verdict.SKIPPED: "-   "}


@click.command(short_help="Check whether an endpoint is ready for live calls.")
@click.argument("url")
@click.option(
    "--type",
    type=click.Choice([*WebhookType.__members__]),
    required=True,
    help="Type of the webhook that would deliver there.",
)
@click.option("--outbound", is_flag=True, help="Calls begin with a request to the API: send no CALL_RECEIVED.")
@click.option(
    "--depth", default=1, show_default=True, metavar="KEYS", help=f"Number of keys to press in a row, 0 to {DEEPEST}."
)
@click.option(
    "--subaccount", type=SubaccountId(), help="Check voice profiles and caller ids against this subaccount's."
)
@click.option("--allow-private", is_flag=True, help="Allow loopback, private and link-local addresses too.")
@click.option("--timeout", type=Seconds(), default=10.0, show_default=True, help="Longest time for each request.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rehearse(url: str, subaccount: str | None, as_json: bool, **limits: Any) -> None:
    """Send marked, synthetic deliveries to the endpoint at URL and judge its responses.

    The deliveries belong to no call. They carry the header `X-8x8-Rehearsal: 1`, and the auth header in
    EIGHTX8_HTTP_AUTH_HEADER if it is set. In a VCA endpoint's menu, each key is pressed once, in at most about fifty
    deliveries. Redirects are not followed; the API key is not sent to the endpoint.

    With --subaccount, the key in EIGHTX8_API_KEY reads that subaccount's voice profiles and numbers.

    Exit codes: 0 nothing failed (warnings are allowed), 1 something failed, 2 misuse or an error.
    """
    header = os.environ.get(HEADER_VARIABLE) or None
    account = account_facts(Client(Settings.load()), subaccount) if subaccount else None
    try:
        report = rehearsed(url, http_auth_header=header, account=account, **limits)
    except ValueError as error:
        raise Failed(str(error)) from None
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    else:
        for finding in report.findings:
            click.echo(f"{MARKS[finding.verdict]} {finding.name}: {finding.detail}")
        click.echo("The endpoint is ready." if report.ready else "The endpoint is not ready.")
    raise SystemExit(0 if report.ready else 1)
