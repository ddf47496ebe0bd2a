"""What is measured: ways, operations, and the cells of sizes and latencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

WORKERS = 4
"""Threads of the dynamic-provider host."""

URL = "https://ivr.example.com/vca"
UP = ("up", "--yes", "--skip-preview")


class Way(str, Enum):
    """A way of registering webhooks, by the name that the results give it."""

    OURS = "pulumi-8x8"
    HOSTS = "experiment: 4 hosts"
    PAIRS = "experiment: pairs"
    NAIVE = "naive provider"
    IDLE = "empty stack"
    SCRIPT = "script"
    ANSIBLE = "Ansible"


PROGRAMS = {
    Way.OURS: "ours",
    Way.HOSTS: "hosts",
    Way.PAIRS: "pairs",
    Way.NAIVE: "naive",
    Way.IDLE: "idle",
}
"""The Pulumi program of each way that has one."""


@dataclass(frozen=True)
class Operation:
    """What a person does.

    Attributes:
        command: Arguments of `pulumi`.
        environment: What is different from the time before.
        script: What the script is told to do; empty where it has nothing like it.
        ansible: Whether running the playbook is the same.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    script: str = ""
    ansible: bool = False


BOUNDED = "preview --refresh, 64 at a time"
"""For a thousand and more: the floor engine asks for all at once, which is more than gRPC lets wait, and drops some."""

OPERATIONS = {
    "up from nothing": Operation(UP, script="apply", ansible=True),
    "up, nothing to do": Operation(UP, script="list", ansible=True),
    "preview": Operation(("preview",)),
    "preview, live checks off": Operation(("preview",), {"EIGHTX8_LIVE_CHECKS": "0"}),
    "preview --refresh": Operation(("preview", "--refresh")),
    BOUNDED: Operation(("preview", "--refresh", "--parallel", "64")),
    "up, one URL changed": Operation(UP, {"BENCH_FIRST_URL": f"{URL}/one"}),
    "up, all URLs changed": Operation(UP, {"BENCH_URL": f"{URL}/all", "BENCH_FIRST_URL": f"{URL}/all"}),
    "destroy": Operation(("destroy", "--yes", "--skip-preview"), script="remove"),
}
"""In the order in which they are carried out: each finds what the one before has left."""

EVERY = tuple(name for name in OPERATIONS if name != BOUNDED)
AT_SCALE = ("up from nothing", "preview", BOUNDED, "destroy")
DEPLOYED = ("up from nothing", "preview")

ONCE = (Way.SCRIPT, Way.ANSIBLE)
"""Carried out in the first of the paired runs alone: a playbook takes minutes."""


@dataclass(frozen=True)
class Cell:
    """One size at one latency.

    Attributes:
        subaccounts: Each with a VCA and a VSS webhook.
        latency: Milliseconds that the mock holds each answer back.
        ways: Which are compared.
        runs: Paired runs: in each, every way carries out an operation before any carries out the next.
        operations: Names in OPERATIONS.
    """

    subaccounts: int
    latency: int
    ways: tuple[Way, ...]
    runs: int = 1
    operations: tuple[str, ...] = EVERY

    @property
    def name(self) -> str:
        """As the results call it."""
        return f"{self.subaccounts} × {self.latency} ms"


PULUMI = (Way.OURS, Way.NAIVE, Way.IDLE)
MAIN = Cell(50, 50, (*PULUMI, Way.SCRIPT, Way.ANSIBLE), 5)
"""The cell of the targets."""

GRID = (
    MAIN,
    Cell(1, 50, PULUMI, operations=DEPLOYED),
    Cell(10, 50, PULUMI, operations=DEPLOYED),
    Cell(50, 0, PULUMI, operations=DEPLOYED),
    Cell(50, 200, (Way.OURS, Way.HOSTS, Way.NAIVE, Way.IDLE), operations=DEPLOYED),
)
"""What `make bench` measures; the whole takes less than fifteen minutes."""

SCALE = (
    Cell(200, 50, (Way.OURS, Way.PAIRS, Way.NAIVE, Way.IDLE), operations=AT_SCALE),
    Cell(1000, 50, (Way.OURS, Way.PAIRS, Way.NAIVE, Way.IDLE), operations=AT_SCALE),
)
"""Up to 2,000 webhooks, where the engine's checkpoints alone take minutes."""
