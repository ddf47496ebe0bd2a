"""Every operation meets every fault_case, and the page that users read says what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator, Fault
from tests.proof.cells import OUTCOMES, operation_cells
from tests.proof.host import scrubbed
from tests.proof.operations import OPERATIONS, Operation
from tests.proof.page import section, sections

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

PAGE = (Path(__file__).parents[2] / "docs" / "matrix.md").read_text()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_cell_is_as_the_page_says_and_one_more_up_converges(operation: Operation) -> None:
    """In all three modes; `make matrix` writes the page anew."""
    cells = operation_cells(operation)

    wrong = [f"{c.mode} | {c.point} | {c.fault_case} | lasting: {c.lasting} | {c.wrong}" for c in cells if c.wrong]
    assert not wrong, "\n".join(wrong)
    told = section(operation, cells).strip().splitlines()
    assert told == sections(PAGE)[operation.heading].strip().splitlines()


def test_the_counts_at_the_top_of_the_page_are_those_of_its_tables() -> None:
    """They are quoted elsewhere."""
    total = int(re.search(r"^([\d,]+) cells:$", PAGE, re.MULTILINE)[1].replace(",", ""))  # type: ignore[index]
    by_outcome = {
        word: int(count.replace(",", "")) for word, count in re.findall(r"^\| (\w+) \| ([\d,]+) \|", PAGE, re.MULTILINE)
    }
    by_operation = [int(count) for count in re.findall(r"^(\d+) cells\.$", PAGE, re.MULTILINE)]

    assert total == sum(by_outcome.values()) == sum(by_operation)
    assert set(by_outcome) == set(OUTCOMES)
    assert len(by_operation) == len(OPERATIONS)


@pytest.mark.parametrize("bend", ["large", "bomb"])
@pytest.mark.parametrize("command", ["list", "register", "remove"])
def test_fifty_megabytes_are_not_kept(bend: str, command: str) -> None:
    """An answer is read up to a limit, and a compressed one is not unpacked."""
    with Emulator() as api:
        api.account.put("Sub_1", "VCA", "https://ivr.example/")
        api.faults.add(Fault(bend, size=50_000_000))
        done = subprocess.run(
            [sys.executable, "-c", TAKES_ALL, command],
            env={**scrubbed(), "EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip

    assert int(done.stdout) < 5_000_000
