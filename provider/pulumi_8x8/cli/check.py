"""`pulumi-8x8 check`: a stack's exported state against what is live."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO

import click

from pulumi_8x8.cli.stack_state import StackWebhook, stack_webhooks
from pulumi_8x8.reconcile.decide import Decision, Outcome, decide, drift_text

from .listings import fetch


@click.command()
@click.argument("stack_export", type=click.File(encoding="utf-8"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(stack_export: IO[str], as_json: bool) -> None:
    """Compare each webhook of a stack with what is live.

    STACK_EXPORT is a file that `pulumi stack export` wrote; without it, or as `-`, it is read from standard input.
    What is encrypted in it is not compared, and named as such; `pulumi stack export --show-secrets` shows it, and then
    it is compared, and never printed.

    Exit codes: 0 nothing that was compared differs, 1 drift, 2 misuse or an error.
    """
    webhooks = stack_webhooks(stack_export)
    known = [webhook for webhook in webhooks if webhook.identified]
    listings = {listing.subaccount_id: listing for listing in fetch([w.declared.subaccount_id for w in known])}
    found: list[tuple[StackWebhook, Decision | None]] = [(w, None) for w in webhooks if not w.identified]
    for webhook in known:
        declared = webhook.declared
        live = listings[declared.subaccount_id].get(declared.type, masked=declared.masked)
        found.append((webhook, decide(declared, declared, live, ignored=webhook.encrypted | webhook.ignored)))
    drifted = [(w.declared, d) for w, d in found if d and d.outcome is not Outcome.NOTHING]
    if as_json:
        click.echo(json.dumps([_row(webhook, decision) for webhook, decision in found], indent=2))
    else:
        for declared, decision in drifted:
            click.echo(decision.refusal or f"{declared.id}: {drift_text(declared, decision.drift)}")
        if names := [
            f"{w.declared.id if w.identified else w.urn} ({', '.join(sorted(w.encrypted))})"
            for w in webhooks
            if w.encrypted
        ]:
            click.echo(
                f"Not compared, because encrypted: {'; '.join(names)}. "
                "Compare it with `pulumi stack export --show-secrets | pulumi-8x8 check`."
            )
        click.echo(f"{len(known)} webhooks compared, {len(drifted)} drifted.")
    raise SystemExit(1 if drifted else 0)


def _row(webhook: StackWebhook, decision: Decision | None) -> dict[str, object]:
    drift = [
        {"property": d.property, "live": "[secret]", "declared": "[secret]"}
        if d.property == "url" and webhook.declared.masked
        else asdict(d)
        for d in (decision.drift if decision else ())
    ]
    if decision and decision.refusal:
        drift = [{"property": "http_auth_header", "live": True, "declared": False}]
    return {
        "urn": webhook.urn,
        "id": str(webhook.declared.id) if decision else None,
        "equal": decision.outcome is Outcome.NOTHING if decision else None,
        "drift": drift,
        "not_compared": sorted(webhook.encrypted),
    }
