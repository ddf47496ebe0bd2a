"""`pulumi-8x8 list`: the webhooks that are live, as a table."""

from __future__ import annotations

import json

import click
from rich import box
from rich.console import Console
from rich.table import Table

from eightx8_voice.text import printable
from pulumi_8x8.model import COMPARED

from .listings import SubaccountId, fetch


@click.command("list")
@click.argument("subaccounts", nargs=-1, required=True, type=SubaccountId(), metavar="SUBACCOUNT...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_webhooks(subaccounts: tuple[str, ...], as_json: bool) -> None:
    """Show the webhooks that are live in each SUBACCOUNT.

    Exit codes: 0 listed, 2 misuse or an error.
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
    table = Table("subaccount", "type", "url", "enabled", "auth header", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in live:
        table.add_row(
            row["subaccount_id"],
            row["type"],
            printable(row["url"], 2048),
            "yes" if row["enabled"] else "no",
            "yes" if row["http_auth_header_available"] else "no",
        )
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 4096  # a pipe has no width: nothing is wrapped
    console.print(table)
