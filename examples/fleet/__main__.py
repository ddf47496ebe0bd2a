"""Preview, deploy or destroy the webhooks of a fleet: one stack for all rows of fleet.csv with the same name.

Usage: python __main__.py preview|up|destroy [STACK...]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi
from pulumi import automation

from pulumi_8x8 import IvrWebhooks

HERE = Path(__file__).resolve().parent
PROJECT = "fleet"
COMMANDS = ("preview", "up", "destroy")
COLUMNS = ("stack", "subaccount_id", "vca_url", "vss_url")
AT_ONCE = 4
"""Stacks to process in parallel; each one runs its own Pulumi CLI."""

Row = Mapping[str, str]


class FleetError(Exception):
    """The fleet file is invalid; the message names the file and, for a row, its line."""


def read_rows(file: Path) -> dict[str, list[Row]]:
    """Return the rows of the file by their stack.

    Raises:
        FleetError: The file is not CSV in UTF-8, or its header or a row is invalid.
    """
    stacks: dict[str, list[Row]] = {}
    lines: dict[str, int] = {}
    try:
        # Spreadsheets write a byte order mark, which is not part of the first column's name.
        reader = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), strict=True)
        cells = [(reader.line_num, [cell.strip() for cell in line]) for line in reader if any(line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FleetError(f"{file.name} must be CSV in UTF-8: {error}") from None
    header = cells[0][1] if cells else []
    if sorted(header) != sorted(COLUMNS):
        raise FleetError(f"{file.name} must begin with {','.join(COLUMNS)} (got {','.join(header)!r})")
    for number, line in cells[1:]:
        row = dict(zip(header, line, strict=False))
        if len(line) != len(header) or not all(row[column] for column in COLUMNS[:3]):
            raise FleetError(f"{file.name}, line {number}: must have {', '.join(COLUMNS[:3])} and may have a vss_url")
        first = lines.setdefault(row["subaccount_id"], number)
        if first != number:
            raise FleetError(f"{file.name}, line {number}: {row['subaccount_id']} is already declared in line {first}")
        stacks.setdefault(row["stack"], []).append(row)
    return stacks


def declare(rows: Sequence[Row]) -> None:
    """Declare the webhooks of one stack: its Pulumi program."""
    pairs = {
        row["subaccount_id"]: IvrWebhooks(
            row["subaccount_id"],
            subaccount_id=row["subaccount_id"],
            vca_url=row["vca_url"],
            vss_url=row["vss_url"] or None,
        )
        for row in rows
    }
    pulumi.export("ids", {name: [pair.vca_id, pair.vss_id] for name, pair in pairs.items()})


def run(command: str, name: str, rows: Sequence[Row]) -> str | None:
    """Run the command on one stack, print the result and return the errors, if any."""
    options = automation.LocalWorkspaceOptions(work_dir=str(HERE))
    changes: Mapping[automation.OpType, int] | None
    try:
        if command == "destroy":  # needs no rows: the state holds what to remove
            stack = automation.select_stack(name, PROJECT, lambda: None, opts=options)
            changes = stack.destroy().summary.resource_changes
        elif not rows:
            return f"{name}: not in fleet.csv"
        else:
            stack = automation.create_or_select_stack(name, PROJECT, lambda: declare(rows), opts=options)
            previewed = command == "preview"
            changes = stack.preview().change_summary if previewed else stack.up().summary.resource_changes
    except automation.CommandError as error:
        reasons = {line.strip() for line in str(error).splitlines() if line.strip().startswith("error:")}
        return "\n".join(f"{name}: {reason}" for reason in sorted(reasons)) or f"{name}: {error}"
    steps = sorted(f"{automation.OpType(step).value} {count}" for step, count in (changes or {}).items())
    print(f"{name}: " + ", ".join(steps))
    return None


def main(command: str, *names: str) -> str | None:
    """Run the command on these stacks (default: all stacks in the file) and return the errors of those that failed."""
    try:
        rows = read_rows(HERE / "fleet.csv")
    except (FleetError, OSError) as error:
        return f"{error}. Nothing was changed."
    for stack in automation.LocalWorkspace(work_dir=str(HERE)).list_stacks():
        if stack.name not in (*rows, *names):
            print(
                f"{stack.name}: no longer in fleet.csv; `python __main__.py destroy {stack.name}` removes its webhooks"
            )
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = pool.map(lambda name: run(command, name, rows.get(name, [])), names or rows)
    return "\n".join(filter(None, failures)) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if sys.argv[1:2] and sys.argv[1] in COMMANDS else __doc__)
