"""The matrix as pages: the summary that docs/matrix.md is, and the full table that CI keeps."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.proof.cells import OUTCOMES, Cell
from tests.proof.fault_cases import CLASSES

Counts = Mapping[str, Mapping[str, int]]
"""Cells by class of fault and outcome; a `*` behind an outcome marks that one more `up` was refused."""


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


def summary(by_operation: Mapping[str, Counts], page: str) -> str:
    """docs/matrix.md with its table, and both numbers in its text, from the counts of each operation."""
    total: dict[str, Counter[str]] = {kind: Counter() for kind in CLASSES}
    for found in by_operation.values():
        for kind, row in found.items():
            total[kind].update(row)
    columns = [name for name in (*OUTCOMES, "other*") if any(row[name] for row in total.values())]
    rows = [["what goes wrong", *columns], ["---", *["---:"] * len(columns)]]
    rows += [
        [CLASSES[kind], *(f"{row[name]:,}" if row[name] else "" for name in columns)] for kind, row in total.items()
    ]
    cells, refused = sum(sum(row.values()) for row in total.values()), sum(row["other*"] for row in total.values())
    page = re.sub(r"but for the [\d,]+ cells", f"but for the {refused:,} cells", page)
    page = re.sub(r"^[\d,]+ cells, by class", f"{cells:,} cells, by class", page, flags=re.MULTILINE)
    return re.sub(r"(^\|.*\n)+", "".join(f"| {' | '.join(row)} |\n" for row in rows), page, flags=re.MULTILINE)


def full(cells: Iterable[Cell]) -> str:
    """One line a cell, as it was run."""
    head = "| operation | the API | request | fault | how long | outcome |\n|---|---|---|---|---|---|\n"
    return head + "".join(f"| {cell} |\n" for cell in cells)
