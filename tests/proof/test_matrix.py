"""Every operation meets every fault, and the page that users read says what happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator, Fault
from tests.proof.cells import operation_cells
from tests.proof.host import scrubbed
from tests.proof.native_host import NativeDirect
from tests.proof.operations import OPERATIONS, Operation
from tests.proof.page import counts, summary

TAKES_ALL = """
import sys, tracemalloc
from pulumi_8x8.api.client import Client
from pulumi_8x8.errors import ProtocolError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings
from pulumi_8x8.model import WebhookId

client = Client(Settings.load())
vca = WebhookId("Sub_1", "VCA")
of = {"list": "Sub_1", "register": Declaration(*vca, "https://b.example/"), "remove": vca}
tracemalloc.start()
try:
    getattr(client, sys.argv[1])(of[sys.argv[1]], client.deadline())
except ProtocolError:
    print(tracemalloc.get_traced_memory()[1])
"""
"""Prints the bytes that a request took at most."""

HERE = Path(__file__).parent
COUNTS = json.loads((HERE / "matrix.json").read_text())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_cell_is_as_the_page_says_and_one_more_up_converges(operation: Operation) -> None:
    """In all modes; `make matrix` counts anew."""
    cells = operation_cells(operation)

    wrong = [f"{c.mode} | {c.point} | {c.fault_case} | lasting: {c.lasting} | {c.wrong}" for c in cells if c.wrong]
    assert not wrong, "\n".join(wrong)
    assert counts(cells) == COUNTS[operation.name]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_cell_ends_as_well_over_the_native_provider(operation: Operation) -> None:
    """Over gRPC. What it ends with may differ, as its check does not wait for a listing; what must not be, is not."""
    wrong = [cell for cell in operation_cells(operation, NativeDirect) if cell.wrong]

    assert not wrong, "\n".join(
        f"{c.mode} | {c.point} | {c.fault_case} | lasting: {c.lasting} | {c.wrong}" for c in wrong
    )


def test_the_page_is_written_from_the_counts() -> None:
    """Nobody edits it by hand."""
    assert (HERE.parents[1] / "docs" / "matrix.md").read_text() == summary(COUNTS)
    assert list(COUNTS) == [operation.name for operation in OPERATIONS]


@pytest.mark.parametrize("malformed", ["large", "bomb"])
@pytest.mark.parametrize("command", ["list", "register", "remove"])
def test_fifty_megabytes_are_not_kept(malformed: str, command: str) -> None:
    """A response is read up to a limit, and a compressed one is not unpacked."""
    with Emulator() as api:
        api.account.put("Sub_1", "VCA", "https://ivr.example/")
        api.faults.add(Fault(malformed, size=50_000_000))
        done = subprocess.run(
            [sys.executable, "-c", TAKES_ALL, command],
            env={**scrubbed(), "EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip

    assert int(done.stdout) < 5_000_000
