"""`pulumi-8x8 settle`: a stack's pending operations after a crash, decided by what is live."""

from __future__ import annotations

import json
from typing import IO

import click

from pulumi_8x8.cli.listings import Failed, fetch
from pulumi_8x8.cli.pending import pending_ids, settled
from pulumi_8x8.errors import WebhookError


@click.command()
@click.argument("stack_export", type=click.File(encoding="utf-8"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Say on standard error what became of each operation, as JSON.")
def settle(stack_export: IO[str], as_json: bool) -> None:
    """Settle the pending operations that a killed engine left in a stack.

    Reads what `pulumi stack export` wrote, from the file STACK_EXPORT or standard input, looks at what is live, keeps
    or drops each pending operation of a webhook, and writes the state to standard output:

    \b
        pulumi stack export > crashed.json
        pulumi-8x8 settle crashed.json > settled.json
        pulumi stack import --file settled.json

    Nothing is changed at 8x8; the next `pulumi up` does that.

    Exit codes: 0 settled, 1 operations of other resources are still pending, 2 misuse or an error.
    """  # noqa: D301 - click reads \\b as "keep these lines"
    try:
        state = json.load(stack_export)
        ids = pending_ids(state)
        listings = {
            listing.subaccount_id: listing for listing in fetch([webhook_id.subaccount_id for webhook_id in ids])
        }
        state, notes, others = settled(
            state, lambda webhook_id: listings[webhook_id.subaccount_id].get(webhook_id.type)
        )
    except (WebhookError, ValueError) as error:
        raise Failed(error if isinstance(error, WebhookError) else "This is not an exported stack.") from None
    click.echo(json.dumps(state, indent=4))
    if as_json:
        click.echo(json.dumps([note._asdict() for note in notes]), err=True)
    else:
        for note in notes:
            click.echo(f"{note.urn}: {note.operation}: {'kept' if note.kept else 'dropped'}: {note.why}.", err=True)
        click.echo(f"{len(notes)} pending operations settled, {others} of other resources left.", err=True)
    raise SystemExit(1 if others else 0)
