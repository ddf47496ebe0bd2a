"""The matrix's operations, and where they run: an account with a stack and unmanaged webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

from eightx8_voice.emulator import Account, Emulator, Modes, StoredWebhook
from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.validate import with_defaults
from tests.support.direct import STDOUT, Direct
from tests.support.leaks import HEADER, KEY, NEXT_HEADER
from tests.support.native_host import NativeDirect
from tests.support.steps import Command, Program, Properties, Stack, StepResult, id_of, urn

ProviderKind = type[Direct] | type[NativeDirect]
Live = dict[WebhookId, StoredWebhook]  # every webhook of an account

OTHERS: Program = {
    "vru": {"subaccount_id": "Sub_1", "type": "VRU", "url": "https://b.example/", "http_auth_header": "Basic b"},
    "of Sub_2": {"subaccount_id": "Sub_2", "type": "VCA", "url": "https://b.example/", "enabled": False},
}
"""Webhooks that no program here declares."""

BARE: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VCA = {**BARE, "http_auth_header": HEADER}
SAME: Program = {"vss": {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}}
"""A webhook of the same stack that no operation changes."""


class OperationCase(NamedTuple):
    """A command of the engine, with the programs before and after it."""

    name: str  # its key in matrix.json
    before: Program  # what is deployed before, in addition to `SAME`
    after: Program  # what the program then declares
    command: Command = "up"
    drift: Mapping[str, Any] = {}  # a change to Sub_1's VCA in between: arguments of `Account.put`
    unseen: bool = False  # cannot succeed if the API ignores POST over a webhook


OPERATIONS = (
    OperationCase("create", {}, {"vca": VCA}),
    OperationCase("update of the URL", {"vca": VCA}, {"vca": {**VCA, "url": "https://ivr.example/v2"}}),
    OperationCase("update of enabled", {"vca": VCA}, {"vca": {**VCA, "enabled": False}}),
    OperationCase("a header is added", {"vca": BARE}, {"vca": VCA}),
    OperationCase("a header is rotated", {"vca": VCA}, {"vca": {**VCA, "http_auth_header": NEXT_HEADER}}, unseen=True),
    OperationCase("replace by type", {"vca": VCA}, {"vca": {**VCA, "type": "VCS"}}),
    OperationCase("replace by subaccount", {"vca": VCA}, {"vca": {**VCA, "subaccount_id": "Sub_3"}}),
    OperationCase("refresh", {"vca": VCA}, {"vca": VCA}, "refresh", {"url": "https://ivr.example/drift"}),
    OperationCase("delete", {"vca": VCA}, {}),
    OperationCase("adoption", {}, {"vca": BARE}, drift={"url": VCA["url"]}),
    OperationCase("adoption with a header", {}, {"vca": VCA}, drift={"url": VCA["url"], "http_auth_header": HEADER}),
    OperationCase("preview", {"vca": VCA}, {"vca": {**VCA, "url": "https://ivr.example/v2"}}, "preview"),
)


class Testbed(ExitStack):
    """An account, and a stack on it with the operation's `before` deployed."""

    def __init__(self, operation: OperationCase, modes: Modes, kind: ProviderKind) -> None:
        super().__init__()
        self.operation, self._kind = operation, kind
        self.program: Program = {**SAME, **operation.after}
        self.stack = Stack(resources=_deployed({**SAME, **operation.before}, kind.token))
        self.api = self.front = self.enter_context(Emulator(KEY, modes))
        register({**OTHERS, **SAME, **operation.before}, self.api.account)
        if operation.drift:
            self.api.account.put("Sub_1", "VCA", **operation.drift)
        self.timeline: list[Live] = [live(self.api.account)]
        self.api.account.on_change = lambda accounts: self.timeline.append(
            {WebhookId(sub, type): one for sub, webhooks in accounts.items() for type, one in webhooks.items()}
        )

    def run(
        self, command: Command, program: Program, settings: Mapping[str, str] | None = None
    ) -> tuple[StepResult, str]:
        """Run one command of the engine; return its result and output."""
        STDOUT.taken()
        with self._kind({"8x8:apiKey": KEY, "8x8:baseUrl": self.front.url, **(settings or {})}) as provider:
            result = self.stack.run(command, program, {0: provider})
        return result, STDOUT.taken()


def live(account: Account) -> Live:
    """All registered webhooks."""
    return {WebhookId(sub, type): one for sub in account.subaccounts() for type, one in account.webhooks(sub).items()}


def register(program: Program, account: Account) -> Account:
    """Register what a program declares; return the account."""
    for declared in program.values():
        inputs = dict(declared)
        account.put(inputs.pop("subaccount_id"), inputs.pop("type"), **inputs)
    return account


def _deployed(program: Program, token: str) -> list[Properties]:
    """The state after `up` with a program."""
    resources = []
    for name, declared in program.items():
        inputs = with_defaults(declared)
        outs = {**inputs, "http_auth_header_available": "http_auth_header" in inputs}
        known = {"urn": urn(token, name), "type": token, "provider": 0, "id": str(id_of(inputs))}
        resources.append({**known, "inputs": inputs, "outputs": outs})
    return resources
