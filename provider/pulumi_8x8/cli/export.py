"""`pulumi-8x8 export`: a Pulumi program for the webhooks that are live now."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pulumi_8x8.cli.program import PULUMI_YAML, REQUIREMENTS, import_file, program
from pulumi_8x8.errors import WebhookError

from .listings import Failed, SubaccountId, fetch


@click.command()
@click.argument("subaccounts", nargs=-1, required=True, type=SubaccountId(), metavar="SUBACCOUNT...")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a whole project into this folder, which must not hold one yet.",
)
@click.option("--import-file", "as_import", is_flag=True, help="Write an import file, for `pulumi import --file`.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written, or the program, as JSON.")
def export(subaccounts: tuple[str, ...], output: Path | None, as_import: bool, as_json: bool) -> None:
    """Write a Pulumi program that declares the webhooks that are live in each SUBACCOUNT.

    Running it takes them over: nothing changes at 8x8. The API does not tell auth headers; where there is one, the
    program requires it as a secret config value.

    `--import-file` writes inputs and outputs, which engines from 3.254 take; it was not run on one.

    Exit codes: 0 written, 2 misuse or an error.
    """
    try:
        listings = fetch(subaccounts)
        for listing in listings:
            listing.all()  # refuses what cannot be declared
    except WebhookError as error:
        raise Failed(error) from None
    if as_import:
        files = {"import.json": json.dumps(import_file(listings), indent=2) + "\n"}
    else:
        name = output.resolve().name if output else "webhooks"
        files = {
            "__main__.py": program(listings),
            "Pulumi.yaml": PULUMI_YAML.format(name=json.dumps(name)),
            "requirements.txt": REQUIREMENTS,
        }
    if output is None:
        first = next(iter(files.values()))
        click.echo(json.dumps(files, indent=2) if as_json else first, nl=as_json)
        return
    if taken := [name for name in files if (output / name).exists()]:
        raise Failed(f"{output} already holds {', '.join(taken)}. Nothing was written. Name another folder.")
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (output / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}.") from None
    written = [str(output / name) for name in files]
    click.echo(json.dumps(written) if as_json else "\n".join(f"Wrote {name}" for name in written))
