"""`pulumi-8x8 list`: the webhooks that are live, as a table."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from eightx8_voice.urls import redacted_url
from pulumi_8x8.cli.listings import fetch
from pulumi_8x8.cli.parameters import SubaccountId
from pulumi_8x8.model import COMPARED

PIPE_WIDTH = 1_000_000
"""Columns where the output is no terminal: nothing is folded."""


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
    # No rule below the header and no style: an encoding may lack the one, and padding would follow the other.
    table = Table(box=None, pad_edge=False, header_style="")
    for name in ("subaccount", "type", "url", "enabled", "auth header"):
        table.add_column(name, overflow="fold", no_wrap=name not in ("subaccount", "url"))
    for row in live:
        table.add_row(
            row["subaccount_id"],
            row["type"],
            redacted_url(row["url"]),
            "yes" if row["enabled"] else "no",
            "yes" if row["http_auth_header_available"] else "no",
        )
    width = None if sys.stdout and sys.stdout.isatty() else PIPE_WIDTH
    console = Console(markup=False, highlight=False, emoji=False, width=width)
    with console.capture() as printed:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in printed.get().splitlines()))
