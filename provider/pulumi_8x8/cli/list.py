"""`pulumi-8x8 list`: the webhooks that are live, as a table."""

from __future__ import annotations

import json

import click

from eightx8_voice.urls import redacted_url
from pulumi_8x8.cli.listings import fetch
from pulumi_8x8.cli.parameters import SubaccountId
from pulumi_8x8.cli.terminal import table
from pulumi_8x8.model import COMPARED


@click.command("list")
@click.argument("subaccounts", nargs=-1, required=True, type=SubaccountId(), metavar="SUBACCOUNT...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with URLs in full.")
def list_webhooks(subaccounts: tuple[str, ...], as_json: bool) -> None:
    """Show the webhooks that are live in each SUBACCOUNT.

    The table shows URLs without the values of their queries; --json prints them in full.

    Exit codes: 0 listed, 2 misuse or an error, 130 interrupted.
    """
    live = [
        {"subaccount_id": listing.subaccount_id, **{name: getattr(webhook, name) for name in ("type", *COMPARED)}}
        for listing in fetch(subaccounts)
        for webhook in sorted(listing, key=lambda webhook: webhook.type)
    ]
    if as_json:
        click.echo(json.dumps(live, indent=2))
        return
    if not live:
        click.echo("No webhook is registered.")
        return
    rows = [
        [
            row["subaccount_id"],
            row["type"],
            redacted_url(row["url"]),
            "yes" if row["enabled"] else "no",
            "yes" if row["http_auth_header_available"] else "no",
        ]
        for row in live
    ]
    click.echo(table(["subaccount", "type", "url", "enabled", "auth header"], rows, folded=["subaccount", "url"]))
