"""The matrix as a page: from cells to Markdown, one section an operation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.proof.cells import MODES, OUTCOMES, Cell
from tests.proof.fault_cases import TROUBLES
from tests.proof.operations import OPERATIONS, Operation

HEAD = """\
# What happens when something fails

Written by `make matrix`. The tests run every cell again and compare it with this page.

A cell is one command of the engine against the emulated API, and one of its requests meets one fault. Of two words in
a cell, the first is for a fault_case that is over after that request, and the second for one that stays: with a listing
for every later listing of the subaccount, with a write for every later request.

In every cell the command ended by itself. It said nothing that is not so and nothing secret, touched no webhook that is
not the program's, and sent the key nowhere else. And once the fault_case was over, **one more `pulumi up`** left the
account equal to the declaration, and the preview after it was empty{but}.

{total:,} cells:

| word | cells | meaning |
|---|---|---|
{words}

The vendor does not say what POST does over a webhook that exists: the API may replace it, refuse, or ignore it. The
columns are the requests that the command makes in each of these three modes when all is well.
"""

REFUSED = """, but for the {count} cells with a `*`.
In those the API stores another URL than it is sent, each time, while a webhook is taken over; the next preview then
refuses what is there by name and tells the ways out"""

UNSEEN = "Not for an API that ignores POST: its answers look the same with either header, so nobody can tell."


def page(cells: Sequence[Cell]) -> str:
    """The whole page."""
    outcomes = Counter(cell.outcome for cell in cells)
    words = "\n".join(f"| {word} | {outcomes[word]:,} | {meaning} |" for word, meaning in OUTCOMES.items())
    refused = sum(cell.refused for cell in cells)
    but = REFUSED.format(count=refused) if refused else ""
    tables = [section(operation, cells) for operation in OPERATIONS]
    return "\n".join([HEAD.format(total=len(cells), words=words, but=but), *tables])


def section(operation: Operation, cells: Iterable[Cell]) -> str:
    """One operation's table."""
    cells = [cell for cell in cells if cell.operation == operation.name]
    columns = list(dict.fromkeys((cell.mode, cell.point) for mode in MODES for cell in cells if cell.mode == mode))
    rows = [
        [fault_case.name, *(_told(cells, fault_case.name, *column) for column in columns)] for fault_case in TROUBLES
    ]
    lines = [["fault_case", *(f"{mode}: {point}" for mode, point in columns)], ["---"] * (len(columns) + 1), *rows]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines if any(line[1:]))
    unseen = f"\n\n{UNSEEN}" if operation.unseen else ""
    return f"## {operation.heading}\n\n{len(cells)} cells.{unseen}\n\n{table}\n"


def sections(text: str) -> dict[str, str]:
    """A page's sections by heading."""
    return {part.partition("\n")[0]: f"## {part}" for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}


def _told(cells: Iterable[Cell], fault_case: str, mode: str, point: str) -> str:
    met = [cell for cell in cells if (cell.fault_case, cell.mode, cell.point) == (fault_case, mode, point)]
    words = [cell.outcome + "*" * cell.refused for cell in sorted(met, key=lambda cell: cell.lasting)]
    return ", ".join(dict.fromkeys(words))
