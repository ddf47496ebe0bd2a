"""The matrix as pages: the summary that docs/matrix.md is, and the full table that CI keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.proof.cells import OUTCOMES, Cell
from tests.proof.fault_cases import CLASSES
from tests.proof.operations import OPERATIONS

Counts = Mapping[str, Mapping[str, int]]
"""Cells by class of fault and outcome; a `*` behind an outcome says that one more `up` was refused."""

HEAD = """\
# What happens when something fails

A cell is one command of the engine against the emulated API, in which one request meets one fault, once or from then
on. Every operation (create, update of each property, replacement, refresh, delete, adoption, preview) meets every
fault, in each way in which the API may treat POST over a webhook that exists: replace it, refuse, or ignore it. It may
also replace and show that late, or store the URL in another form.

In every cell the command ended by itself. It said nothing untrue and nothing secret, touched no webhook that is not the
program's, and sent the key nowhere else. It deleted nothing where the API had replaced, and left no moment without a
webhook that the fault did not force. Once the fault was over, **one more `pulumi up`** left the account equal to the
declaration, and the preview after it was empty{but}.

{total:,} cells, by class of fault and what the command left:

{table}

{words}

`make matrix` runs every cell, writes this page, and the full table to `.proof/matrix.md`; the tests run every cell too.
"""

BUT = """, but for the {count} cells counted as `other*`: there
the API stored another URL than it was sent while a webhook was adopted; the next preview refuses it by name"""


def counts(cells: Iterable[Cell]) -> dict[str, dict[str, int]]:
    """Cells by class and outcome, for one operation or all."""
    found: dict[str, Counter[str]] = {}
    for cell in cells:
        found.setdefault(cell.kind, Counter())[cell.outcome + "*" * cell.refused] += 1
    return {kind: dict(sorted(found[kind].items())) for kind in CLASSES if kind in found}


def summary(by_operation: Mapping[str, Counts]) -> str:
    """docs/matrix.md, from the counts of each operation."""
    total: dict[str, Counter[str]] = {kind: Counter() for kind in CLASSES}
    for found in by_operation.values():
        for kind, outcomes in found.items():
            total[kind].update(outcomes)
    columns = [name for name in (*OUTCOMES, "other*") if any(outcomes[name] for outcomes in total.values())]
    rows = [
        ["what goes wrong", *columns],
        ["---", *["---:"] * len(columns)],
        *(
            [CLASSES[kind], *(f"{outcomes[name]:,}" if outcomes[name] else "" for name in columns)]
            for kind, outcomes in total.items()
        ),
    ]
    refused = sum(outcomes["other*"] for outcomes in total.values())
    words = "\n".join(f"- *{name}*: {OUTCOMES[name]}." for name in OUTCOMES)
    return HEAD.format(
        but=BUT.format(count=refused) if refused else "",
        total=sum(sum(outcomes.values()) for outcomes in total.values()),
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        words=words,
    )


def full(cells: Sequence[Cell]) -> str:
    """One line a cell, sorted as it was run."""
    order = [operation.name for operation in OPERATIONS]
    lines = [
        f"| {cell.operation} | {cell.mode} | {cell.point} | {cell.fault_case} "
        f"| {'lasting' if cell.lasting else 'once'} | {cell.outcome}{'*' * cell.refused} |"
        for cell in sorted(cells, key=lambda cell: order.index(cell.operation))
    ]
    head = "| operation | the API | request | fault | how long | outcome |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(lines) + "\n"
