"""What a command does in the matrix: what was deployed before, what the program says now, what was live meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.proof.leaks import HEADER, NEXT_HEADER
from tests.proof.steps import Command, Program

BARE: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VCA = {**BARE, "http_auth_header": HEADER}
SAME: Program = {"vss": {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}}
"""A webhook of the same stack that no operation is about."""


@dataclass(frozen=True)
class Operation:
    """A command of the engine.

    Attributes:
        name: Its heading in the full table.
        before: What is deployed before; beside `SAME`.
        after: What the program then declares.
        command: What is run.
        drift: What others register in Sub_1's VCA in between: arguments of `Account.put`.
        unseen: Needs a response that an API which ignores POST over a webhook cannot give.
    """

    name: str
    before: Program
    after: Program
    command: Command = "up"
    drift: dict[str, Any] = field(default_factory=dict)
    unseen: bool = False


OPERATIONS = (
    Operation("create", {}, {"vca": VCA}),
    Operation("update of the URL", {"vca": VCA}, {"vca": {**VCA, "url": "https://ivr.example/v2"}}),
    Operation("update of enabled", {"vca": VCA}, {"vca": {**VCA, "enabled": False}}),
    Operation("a header is added", {"vca": BARE}, {"vca": VCA}),
    Operation("a header is rotated", {"vca": VCA}, {"vca": {**VCA, "http_auth_header": NEXT_HEADER}}, unseen=True),
    Operation("replace by type", {"vca": VCA}, {"vca": {**VCA, "type": "VCS"}}),
    Operation("replace by subaccount", {"vca": VCA}, {"vca": {**VCA, "subaccount_id": "Sub_3"}}),
    Operation("refresh", {"vca": VCA}, {"vca": VCA}, "refresh", {"url": "https://ivr.example/drift"}),
    Operation("delete", {"vca": VCA}, {}),
    Operation("adoption", {}, {"vca": BARE}, drift={"url": VCA["url"]}),
    Operation(
        "adoption with a header", {}, {"vca": VCA}, drift={"url": VCA["url"], "http_auth_header": HEADER}
    ),
    Operation("preview", {"vca": VCA}, {"vca": {**VCA, "url": "https://ivr.example/v2"}}, "preview"),
)  # fmt: skip
