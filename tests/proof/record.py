"""The record of the matrix, `matrix.json`: how many cells of each class of fault had which outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.proof.cells import Cell
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
