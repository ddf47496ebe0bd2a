"""`pulumi-8x8 export`: a Pulumi program, and an import file, for the webhooks that are live now."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from eightx8_voice.urls import url_problem
from pulumi_8x8.cli.program import HEADER_KEY, import_file, program, resource_name
from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.validate import header_problem

from .listings import Failed, SubaccountId, fetch
from .rehearse import HEADER_VARIABLE

IMPORT_FILE = "import.json"


@click.command()
@click.argument("subaccounts", nargs=-1, required=True, type=SubaccountId(), metavar="SUBACCOUNT...")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a whole project into this folder, which must not hold one yet.",
)
@click.option("--import-file", "as_import", is_flag=True, help=f"Write {IMPORT_FILE} too, for `pulumi import --file`.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written, or the files, as JSON.")
def export(subaccounts: tuple[str, ...], output: Path | None, as_import: bool, as_json: bool) -> None:
    """Write a Pulumi program that declares the webhooks that are live in each SUBACCOUNT.

    Running it adopts them: nothing changes at 8x8. So does `pulumi import` with the import file, which needs no API.

    8x8 returns no auth headers. The program requires them as secret config; the import file holds them, from
    EIGHTX8_HTTP_AUTH_HEADER (one for all) or from a prompt, in plain until the engine has encrypted them: delete it.

    Exit codes: 0 written, 2 misuse or an error.
    """
    if as_import and not output:
        raise click.UsageError("--import-file needs --output: the file may hold auth headers, and is not printed.")
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
    if taken := [name for name in (*files, IMPORT_FILE) if (output / name).exists()]:
        raise Failed(f"{output} already holds {', '.join(taken)}. Nothing was written. Name another folder.")
    for id, webhook in live.items():
        if problem := url_problem(webhook.url):
            click.echo(f"{id}: the program's preview will refuse its url, which {problem}. Change it.", err=True)
    with_header = [id for id, webhook in live.items() if webhook.http_auth_header_available]
    headers, keys = _headers(with_header) if as_import else ({}, [HEADER_KEY] if with_header else [])
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (output / name).write_text(text, encoding="utf-8")
        if as_import:
            with os.fdopen(os.open(output / IMPORT_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(import_file(live, headers), file, indent=2)
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}.") from None
    written = [str(output / name) for name in (*files, *([IMPORT_FILE] if as_import else []))]
    if as_json:
        click.echo(json.dumps(written))
        return
    click.echo("\n".join(f"Wrote {name}" for name in written))
    if headers:
        click.echo(f"{IMPORT_FILE} holds auth headers in plain (mode 0600): delete it after the import.")
    click.echo(f"\nThen, in {output}, with a stack (`pulumi stack init NAME`):")
    for key in keys:
        click.echo(f"  pulumi config set --secret {shlex.quote(key)}")
    first = f"import --file {IMPORT_FILE} --generate-code=false --yes" if as_import else "up"
    click.echo(f"  pulumi {first}\n  pulumi preview --expect-no-changes")


def _headers(ids: Sequence[WebhookId]) -> tuple[dict[WebhookId, str], list[str]]:
    """The auth headers of webhooks that have one, and the config keys that the program reads them from.

    Raises:
        Failed: A value is missing or cannot be an auth header; the text does not repeat it.
    """
    if not ids:
        return {}, []
    which = str(ids[0]) if len(ids) == 1 else f"all {len(ids)} webhooks that have one (Enter: ask for each)"
    try:
        value = os.environ.get(HEADER_VARIABLE) or _prompt(which, "" if len(ids) > 1 else None)
        headers = {id: value or _prompt(str(id)) for id in ids}
    except click.Abort:
        raise Failed(
            f"8x8 returns no auth headers, and none was given for {', '.join(map(str, ids))}. Nothing was written. "
            f"Type it at the prompt, or set {HEADER_VARIABLE}."
        ) from None
    for id, header in headers.items():
        if problem := header_problem(header):
            raise Failed(f"The auth header given for {id} cannot be used: {problem} Nothing was written.")
    return headers, [HEADER_KEY] if value else [f"{resource_name(id)}-{HEADER_KEY}" for id in ids]


def _prompt(which: str, default: str | None = None) -> str:
    header: str = click.prompt(f"Auth header of {which}", default, hide_input=True, show_default=False, err=True)
    return header
