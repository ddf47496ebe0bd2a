"""`pulumi-8x8 check`: a stack's exported state against what is live."""

from __future__ import annotations

import json
from typing import IO

import click

from pulumi_8x8.cli.stack_state import stack_webhooks
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration
from pulumi_8x8.reconcile.decide import Decision, Outcome, decide, drift_text

from .listings import Failed, fetch


@click.command()
@click.argument("stack_export", type=click.File(encoding="utf-8"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(stack_export: IO[str], as_json: bool) -> None:
    """Compare each webhook of a stack with what is live.

    STACK_EXPORT is a file that `pulumi stack export` wrote; without it, or as `-`, it is read from standard input.

    Exit codes: 0 equal, 1 drift, 2 misuse or an error.
    """
    try:
        webhooks = stack_webhooks(stack_export.read())
        listings = {listing.subaccount_id: listing for listing in fetch([w.declared.subaccount_id for w in webhooks])}
        found = []
        for webhook in webhooks:
            webhook_id = webhook.declared.id
            decision = decide(
                webhook.declared, webhook.declared, listings[webhook_id.subaccount_id].get(webhook_id.type)
            )
            found.append((webhook, decision))
    except (WebhookError, UnicodeDecodeError) as error:
        raise Failed(error) from None
    drifted = [decision for _, decision in found if decision.outcome is not Outcome.NOTHING]
    if as_json:
        click.echo(json.dumps([_row(webhook.urn, webhook.declared, d) for webhook, d in found], indent=2))
    else:
        for webhook, decision in found:
            if decision.outcome is not Outcome.NOTHING:
                click.echo(decision.refusal or f"{webhook.declared.id}: {drift_text(webhook.declared, decision.drift)}")
        click.echo(f"{len(found)} webhooks compared, {len(drifted)} drifted.")
    raise SystemExit(1 if drifted else 0)


def _row(urn: str, declared: Declaration, decision: Decision) -> dict[str, object]:
    return {
        "urn": urn,
        "id": str(declared.id),
        "equal": decision.outcome is Outcome.NOTHING,
        "drift": [{"property": d.property, "live": d.live, "declared": d.declared} for d in decision.drift]
        or ([{"property": "http_auth_header", "live": True, "declared": False}] if decision.refusal else []),
    }
