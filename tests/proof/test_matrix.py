"""Every operation meets every fault, and the page that users read says what happens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.proof.cells import OUTCOMES, operation_cells
from tests.proof.fault_cases import CLASSES
from tests.proof.record import as_json, counts
from tests.proof.testbed import OPERATIONS, Operation, ProviderKind
from tests.support.direct import Direct
from tests.support.native_host import NativeDirect

HERE = Path(__file__).parent
COUNTS = json.loads((HERE / "matrix.json").read_text())


@pytest.mark.parametrize("kind", [Direct, NativeDirect], ids=["dynamic", "native"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_cell_is_as_the_page_says_and_one_more_up_converges(operation: Operation, kind: ProviderKind) -> None:
    """In all modes; the native provider's outcomes are not counted, since its check does not wait for a listing."""
    cells = operation_cells(operation, kind)

    wrong = [f"{cell}: {cell.wrong}" for cell in cells if cell.wrong]
    assert not wrong, "\n".join(wrong)
    assert kind is NativeDirect or counts(cells) == COUNTS[operation.name]


def test_the_record_and_the_page_hold_every_operation_and_every_class() -> None:
    """`make matrix` writes the record; the page marks which outcomes it holds for each class of fault."""
    page = (HERE.parents[1] / "docs" / "matrix.md").read_text()
    seen = {kind: {found.rstrip("*") for row in COUNTS.values() for found in row.get(kind, ())} for kind in CLASSES}

    rows = [f"| {CLASSES[kind]} | {' | '.join('•' * (name in seen[kind]) for name in OUTCOMES)} |" for kind in CLASSES]

    assert "\n".join(rows) in page
    assert (HERE / "matrix.json").read_text() == as_json(COUNTS)
    assert list(COUNTS) == [operation.name for operation in OPERATIONS]
