"""Every operation with every fault, through both providers, with the recorded outcomes."""

from __future__ import annotations

import json

import pytest

from tests.proof.matrix import RECORD, THOROUGH, counts, endings
from tests.proof.testbed import OPERATIONS, OperationCase, ProviderKind
from tests.support.direct import Direct
from tests.support.native_host import NativeDirect

EXPECTED = json.loads(RECORD.read_text())


@pytest.mark.parametrize("kind", [Direct, NativeDirect], ids=["dynamic", "native"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_fault_is_reported_correctly_and_repaired_by_one_more_up(
    operation: OperationCase, kind: ProviderKind
) -> None:
    """No unmanaged webhook is modified, no secret printed, and nothing deleted that the API had replaced."""
    found = endings(operation, kind)

    wrong = [f"{ending.meeting}: {ending.wrong}" for ending in found if ending.wrong]
    assert not wrong, "\n".join(wrong)
    assert THOROUGH or kind is NativeDirect or counts(found) == EXPECTED[operation.name]


def test_the_record_contains_every_operation() -> None:
    """`make matrix` writes it."""
    assert list(EXPECTED) == [operation.name for operation in OPERATIONS]
