"""`pulumi-8x8 export`: a Pulumi program for the webhooks that are live now."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from eightx8_voice.urls import url_problem
from pulumi_8x8.cli.listings import fetch
from pulumi_8x8.cli.parameters import Failed, SubaccountId
from pulumi_8x8.cli.program import HEADER_KEY, program
from pulumi_8x8.model import WebhookId


@click.command(short_help="Write a program that declares the live webhooks.")
@click.argument("subaccounts", nargs=-1, required=True, type=SubaccountId(), metavar="SUBACCOUNT...")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a whole project into this folder, which must not contain one yet.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the paths written with --output, else the files themselves, as JSON."
)
def export(subaccounts: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Write a Pulumi program that declares the webhooks that are live in each SUBACCOUNT.

    `pulumi up` with this program adopts them and sends nothing, except for webhooks with an auth header: 8x8 does not
    return its value, so the program reads it from the stack's secret config and registers it once.

    URLs are written in full, including the values of their queries.

    Exit codes: 0 written, 2 misuse or an error, 130 interrupted.
    """
    live = {WebhookId(listing.subaccount_id, w.type): w for listing in fetch(subaccounts) for w in listing.all()}
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", output.resolve().name) if output else "webhooks"
    files = {
        "__main__.py": program(live),
        "Pulumi.yaml": f"name: {json.dumps(name)}\ndescription: Webhooks of 8x8 Connect Voice\nruntime: python\n",
        "requirements.txt": "pulumi-8x8\n",
    }
    if output is None:
        click.echo(json.dumps(files, indent=2) if as_json else files["__main__.py"], nl=as_json)
        return
    if taken := [name for name in files if (output / name).exists()]:
        raise Failed(f"{output} already contains {', '.join(taken)}. Nothing was written. Name another folder.")
    for id, webhook in live.items():
        if problem := url_problem(webhook.url):
            click.echo(f"{id}: the program's preview will refuse its url, which {problem}. Change it.", err=True)
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (output / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}.") from None
    written = [str(output / name) for name in files]
    if as_json:
        click.echo(json.dumps(written))
        return
    click.echo("\n".join(f"Wrote {name}" for name in written))
    click.echo(f"\nThen, in {output}, with a stack (`pulumi stack init NAME`):")
    if any(webhook.http_auth_header_available for webhook in live.values()):
        click.echo(f"  pulumi config set --secret {HEADER_KEY}")
    click.echo("  pulumi up\n  pulumi preview --expect-no-changes")
