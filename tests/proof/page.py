"""The matrix as pages: the summary that docs/matrix.md is, and the full table that CI keeps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.proof.cells import OUTCOMES, Cell
from tests.proof.fault_cases import CLASSES

Counts = Mapping[str, Mapping[str, int]]
"""Cells by class of fault and outcome; a `*` behind an outcome marks that one more `up` was refused."""

PAGE = """\
# What happens when something fails

A cell is one command of the engine against the emulated API, in which one request meets one fault, once or from then
on. Every operation (create, update of each property, replacement, refresh, delete, adoption, preview) meets every
fault, in each way in which the API may treat POST over a webhook that exists: replace it, refuse, or ignore it. It may
also replace and show that late, or store the URL in another form.

In every cell the command ended by itself. It printed nothing untrue and no secret, touched no webhook that is not the
program's, and sent the key nowhere else. It deleted nothing where the API had replaced, and left no moment without a
webhook that the fault did not force. Once the fault was over, **one more `pulumi up`** left the account equal to the
declaration, and the preview after it was empty, but for the {refused} cells counted as `other*`: there the API stored
another URL than it was sent while a webhook was adopted; the next preview refuses it by name. The counts are of the
dynamic provider; the native one is held to the same, and its outcomes may differ.

{total:,} cells, by class of fault and what the command left:

{table}

{outcomes}

`make matrix` runs every cell, writes this page, and the full table to `.proof/matrix.md`; the tests run every cell too.
"""


def counts(cells: Iterable[Cell]) -> dict[str, dict[str, int]]:
    """Cells by class and outcome, for one operation or all."""
    found: dict[str, Counter[str]] = {}
    for cell in cells:
        found.setdefault(cell.fault_case.kind, Counter())[cell.outcome + "*" * cell.refused] += 1
    return {kind: dict(sorted(found[kind].items())) for kind in CLASSES if kind in found}


def as_json(by_operation: Mapping[str, Counts]) -> str:
    """The counts of each operation, a line for each class."""
    operations = (
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f'  "{kind}": {json.dumps(row)}' for kind, row in found.items())
        + "\n }"
        for name, found in by_operation.items()
    )
    return "{\n " + ",\n ".join(operations) + "\n}\n"


def summary(by_operation: Mapping[str, Counts]) -> str:
    """docs/matrix.md, from the counts of each operation."""
    total: dict[str, Counter[str]] = {kind: Counter() for kind in CLASSES}
    for found in by_operation.values():
        for kind, row in found.items():
            total[kind].update(row)
    columns = [name for name in (*OUTCOMES, "other*") if any(row[name] for row in total.values())]
    rows = [["what goes wrong", *columns], ["---", *["---:"] * len(columns)]]
    rows += [
        [CLASSES[kind], *(f"{row[name]:,}" if row[name] else "" for name in columns)] for kind, row in total.items()
    ]
    return PAGE.format(
        refused=sum(row["other*"] for row in total.values()),
        total=sum(sum(row.values()) for row in total.values()),
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        outcomes="\n".join(f"- *{name}*: {OUTCOMES[name]}." for name in OUTCOMES),
    )


def full(cells: Iterable[Cell]) -> str:
    """One line a cell, as it was run."""
    head = "| operation | the API | request | fault | how long | outcome |\n|---|---|---|---|---|---|\n"
    return head + "".join(f"| {cell} |\n" for cell in cells)
