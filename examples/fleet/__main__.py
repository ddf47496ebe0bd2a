"""Preview, deploy or destroy the webhooks of a fleet: one stack for each row of fleet.csv.

Usage: python __main__.py preview|up|destroy [STACK...]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi
from pulumi import automation

from pulumi_8x8 import IvrWebhooks

HERE = Path(__file__).resolve().parent
PROJECT = "fleet"
COMMANDS = ("preview", "up", "destroy")
AT_ONCE = 4
"""Stacks that are worked on side by side; each one needs a Pulumi CLI of its own."""

Row = Mapping[str, str]


def read_rows(file: Path) -> dict[str, Row]:
    """The rows of the file by their stack."""
    with file.open(newline="", encoding="utf-8") as lines:
        return {row["stack"]: row for row in csv.DictReader(lines)}


def declare(row: Row) -> None:
    """The Pulumi program of one row."""
    pair = IvrWebhooks(
        row["stack"], subaccount_id=row["subaccount_id"], vca_url=row["vca_url"], vss_url=row["vss_url"] or None
    )
    pulumi.export("ids", [pair.vca_id, pair.vss_id])


def run(command: str, name: str, row: Row | None) -> str | None:
    """Run the command on one stack, print how it ended and return the errors, if any."""
    options = automation.LocalWorkspaceOptions(work_dir=str(HERE))
    changes: Mapping[automation.OpType, int] | None
    try:
        if command == "destroy":  # needs no row: the state holds what to remove
            stack = automation.select_stack(name, PROJECT, lambda: None, opts=options)
            changes = stack.destroy().summary.resource_changes
        elif row is None:
            return f"{name}: is not in fleet.csv"
        else:
            stack = automation.create_or_select_stack(name, PROJECT, lambda: declare(row), opts=options)
            previewed = command == "preview"
            changes = stack.preview().change_summary if previewed else stack.up().summary.resource_changes
    except automation.CommandError as error:
        reasons = {line.strip() for line in str(error).splitlines() if line.strip().startswith("error:")}
        return "\n".join(f"{name}: {reason}" for reason in sorted(reasons)) or f"{name}: {error}"
    steps = sorted(f"{automation.OpType(step).value} {count}" for step, count in (changes or {}).items())
    print(f"{name}: " + ", ".join(steps))
    return None


def main(command: str, *names: str) -> str | None:
    """Run the command on these stacks, by default on all of the file; return the errors of those that failed."""
    rows = read_rows(HERE / "fleet.csv")
    for stack in automation.LocalWorkspace(work_dir=str(HERE)).list_stacks():
        if stack.name not in (*rows, *names):
            print(
                f"{stack.name}: no longer in fleet.csv; `python __main__.py destroy {stack.name}` removes its webhooks"
            )
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = pool.map(lambda name: run(command, name, rows.get(name)), names or rows)
    return "\n".join(filter(None, failures)) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if sys.argv[1:2] and sys.argv[1] in COMMANDS else __doc__)
