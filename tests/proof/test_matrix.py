"""Every operation meets every fault, and ends as the record says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.proof.cells import operation_cells
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


def test_the_record_holds_every_operation() -> None:
    """In the form in which `make matrix` writes it."""
    assert (HERE / "matrix.json").read_text() == as_json(COUNTS)
    assert list(COUNTS) == [operation.name for operation in OPERATIONS]
