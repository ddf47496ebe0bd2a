"""Where a cell takes place: an account, a stack on it, and what others have there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Literal

from pulumi_8x8.cli.stack_state import WEBHOOK_TOKEN
from pulumi_8x8.emulator import Account, Emulator, StoredWebhook
from pulumi_8x8.reconcile.validate import with_defaults
from tests.proof.canaries import KEY
from tests.proof.direct import CapturedStdout, Direct
from tests.proof.native_host import NativeDirect
from tests.proof.operations import SAME, Operation, others
from tests.proof.steps import Program, Properties, Result, Stack

Mode = Literal["replace", "refuse", "ignore", "stale", "normalise"]
Door = type[Direct] | type[NativeDirect]
"""Which of the two providers is called, in this process."""

Held = dict[tuple[str, str], StoredWebhook]


class Scene:
    """An account, a stack on it with the operation's `before` deployed, and the way to both."""

    def __init__(self, operation: Operation, mode: Mode, ears: CapturedStdout, door: Door = Direct) -> None:
        self.operation, self.ears, self._door = operation, ears, door
        self.stack = Stack(resources=_deployed(operation))
        self._exit = ExitStack()
        self.api = self.serve(Emulator(KEY))
        self.front = self.api
        others(self.api.account)
        _register({**SAME, **operation.before}, self.api.account)
        if operation.drift:
            self.api.account.put("Sub_1", "VCA", **operation.drift)
        self.timeline: list[Held] = [held(self.api.account)]
        self.api.account._on_change = lambda accounts: self.timeline.append(
            {(sub, type): webhook for sub, webhooks in accounts.items() for type, webhook in webhooks.items()}
        )
        _behave(self.api, mode)
        self.api.journal.clear()
        self.ears.taken()

    def serve(self, api: Emulator) -> Emulator:
        return self._exit.enter_context(api)

    def command(self, command: str, program: Program, settings: Mapping[str, str]) -> Result:
        """Run one command of the engine."""
        with self._door({"8x8:apiKey": KEY, "8x8:baseUrl": self.front.url, **settings}) as provider:
            if command == "refresh":
                return self.stack.refresh(provider)
            return getattr(self.stack, command)(program, provider)  # type: ignore[no-any-return]

    def operate(self, settings: Mapping[str, str]) -> Result:
        """Run the operation's command."""
        return self.command(self.operation.command, self.program, settings)

    @property
    def program(self) -> Program:
        return {**SAME, **self.operation.after}

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()


def _behave(api: Emulator, mode: Mode) -> None:
    """Make the API treat POST over an existing webhook in one of the ways that the vendor leaves open."""
    if mode == "stale":
        api.stale_reads = 2
    elif mode == "normalise":
        api.normalise = ("add-slash",)
    else:
        api.post_over = mode


def held(account: Account) -> Held:
    """Everything that is registered."""
    return {(sub, type): webhook for sub in account.subaccounts() for type, webhook in account.webhooks(sub).items()}


def expected(scene: Scene, operation: Operation) -> Held:
    """What the account holds when the program is deployed: the others', and what it declares."""
    account = Account()
    others(account)
    _register(scene.program, account)
    return held(account)


def _register(program: Program, account: Account) -> None:
    for declared in program.values():
        inputs = dict(declared)
        account.put(inputs.pop("subaccount_id"), inputs.pop("type"), **inputs)


def _deployed(operation: Operation) -> list[Properties]:
    """The state that `up` leaves of the program before."""
    resources = []
    for name, inputs in {**SAME, **operation.before}.items():
        inputs = with_defaults(inputs)
        outs = {**inputs, "http_auth_header_available": "http_auth_header" in inputs}
        id = f"{inputs['subaccount_id']}/{inputs['type']}"
        urn = f"urn:pulumi:dev::scratch::{WEBHOOK_TOKEN}::{name}"
        resources.append({"urn": urn, "type": WEBHOOK_TOKEN, "id": id, "inputs": inputs, "outputs": outs})
    return resources
