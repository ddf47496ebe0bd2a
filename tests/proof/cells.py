"""One cell of the matrix: an operation meets a trouble, and what is left is put right by one more `up`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pulumi_8x8.checks import with_defaults
from pulumi_8x8.emulator import Account, Emulator, Fault, StoredWebhook
from pulumi_8x8.stacks import WEBHOOK_TOKEN
from tests.proof.canaries import KEY, leaks
from tests.proof.certificates import bundle, contexts
from tests.proof.direct import Direct, Overheard
from tests.proof.operations import SAME, Operation, others
from tests.proof.steps import Program, Properties, Result, Stack
from tests.proof.troubles import TROUBLES, Trouble

Mode = Literal["replace", "refuse", "ignore"]
Held = dict[tuple[str, str], StoredWebhook]

MODES: tuple[Mode, ...] = ("replace", "refuse", "ignore")
AT_ONCE = 16
"""Cells at once: nearly all of their time is waiting."""
SECONDS = 120
"""Longest time for a cell, many times what its deadlines add up to."""

PATIENT = {"8x8:deadline": "30"}
FIRM = {"8x8:deadline": "2", "8x8:readTimeout": "2"}
BRISK = {"8x8:deadline": "2.5", "8x8:readTimeout": "0.8"}


class Point(NamedTuple):
    """A request that an operation makes when all is well: the nth of its method on its subaccount, `earlier` before."""

    method: str
    subaccount: str
    nth: int
    earlier: int

    def __str__(self) -> str:
        again = {0: "", 1: "second "}[self.nth]
        return f"{again}{self.method}" + (f" {self.subaccount}" if self.subaccount != "Sub_1" else "")


@dataclass(frozen=True)
class Cell:
    """What happened.

    Attributes:
        outcome: A key of `OUTCOMES`.
        refused: Whether one more `up` refused what is live, by name, instead of putting it right.
        wrong: What must not be; empty if all is well.
    """

    operation: str
    mode: Mode
    point: str
    trouble: str
    lasting: bool
    outcome: str
    refused: bool
    wrong: str


OUTCOMES = {
    "done": "the command succeeded, and the account is as declared",
    "told": "the preview went on from the state alone, and said so",
    "before": "the command failed, and the account is as it was before",
    "after": "the command failed, and the account is as declared",
    "both": "the command failed between the two halves of a replacement: the new webhook is there, the old one still",
    "other": "the command failed, and the slot holds something else than before or declared",
    "empty": "the command failed, and nothing is registered any more; the message says so",
}
"""Every outcome, and what it says."""


class Scene:
    """An account, a stack on it with the operation's `before` deployed, and the way to both."""

    def __init__(self, operation: Operation, mode: Mode, ears: Overheard) -> None:
        self.operation, self.ears = operation, ears
        self.stack = Stack(resources=_deployed(operation))
        self._exit = ExitStack()
        self.api = self.serve(Emulator(KEY))
        self.front = self.api
        others(self.api.account)
        _register({**SAME, **operation.before}, self.api.account)
        if operation.drift:
            self.api.account.put("Sub_1", "VCA", **operation.drift)
        self.api.post_over = mode
        self.api.journal.clear()
        self.ears.taken()

    def serve(self, api: Emulator) -> Emulator:
        return self._exit.enter_context(api)

    def command(self, command: str, program: Program, settings: Mapping[str, str]) -> Result:
        """Run one command of the engine."""
        provider = Direct({"8x8:apiKey": KEY, "8x8:baseUrl": self.front.url, **settings})
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


def points(operation: Operation, mode: Mode, ears: Overheard) -> list[Point]:
    """The requests that the operation makes when all is well, in order."""
    with Scene(operation, mode, ears) as scene:
        assert scene.operate(PATIENT).ok
        seen = [(entry.method, entry.subaccount or "") for entry in scene.api.journal]
    found = [Point(*request, seen[:earlier].count(request), earlier) for earlier, request in enumerate(seen)]
    # Two listings are fetched at the same time, in any order.
    return sorted(point for point in found if point.method == "GET") + [p for p in found if p.method != "GET"]


def operation_cells(operation: Operation) -> list[Cell]:
    """Every cell of one operation, in all modes."""
    ears = Overheard()
    os.environ["REQUESTS_CA_BUNDLE"] = bundle()
    try:
        with ears.instead_of_stdout(), ThreadPoolExecutor(AT_ONCE) as pool:
            return [
                future.result(SECONDS)
                for mode in MODES
                if not (operation.unseen and mode == "ignore")
                for future in _started(pool, operation, mode, ears)
            ]
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]


def _started(pool: Executor, operation: Operation, mode: Mode, ears: Overheard) -> list[Future[Cell]]:
    found = points(operation, mode, ears)
    return [
        pool.submit(cell, operation, mode, ears, point, trouble, lasting)
        for trouble in TROUBLES
        for point in (found[:1] if trouble.connection else found)
        if point.method in trouble.methods
        for lasting in ((True,) if trouble.lasts else (False, True))
    ]


def cell(operation: Operation, mode: Mode, ears: Overheard, point: Point, trouble: Trouble, lasting: bool) -> Cell:
    """Let the operation meet the trouble, look, take the trouble away, and run `up` once more."""
    with Scene(operation, mode, ears) as scene:
        before = held(scene.api.account)
        declared = expected(scene, operation)
        trap = scene.serve(Emulator(KEY)) if trouble.to == "elsewhere" else None
        _arm(scene, point, trouble, lasting, trap.url if trap else "")
        result = scene.operate(BRISK if trouble.slow else FIRM)
        _disarm(scene, trouble)
        after = held(scene.api.account)
        told = f"{result.error or ''}\n{ears.taken()}"
        outcome = _outcome(operation, result, told, before, declared, after)
        wrong = _untrue(result, told, before, declared, after, operation)
        if trap and trap.journal.requests():
            wrong.append("the key followed a redirect")
        refused = trouble.name == "another URL stored" and outcome == "other" and _refuses(scene)
        wrong += [] if refused else _unhealed(scene, declared, ears)
        return Cell(operation.name, mode, str(point), trouble.name, lasting, outcome, refused, "; ".join(wrong))


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


def _arm(scene: Scene, point: Point, trouble: Trouble, lasting: bool, elsewhere: str) -> None:
    if trouble.connection == "refused":
        scene.api.refuse_connections()
        return
    if trouble.connection or trouble.to == "plain":
        front = scene.serve(Emulator(KEY, scene.api.post_over, tls=contexts()[trouble.connection]))
        front.account, scene.front = scene.api.account, front
        if trouble.connection:
            return
    path = f"/api/v1/subaccounts/{point.subaccount}/webhooks"
    more = {"same": {}, "elsewhere": {"location": elsewhere + path}, "plain": {"location": scene.api.url + path}}
    fault: dict[str, Any] = {"method": point.method, **trouble.fault, **more.get(trouble.to, {})}
    if not lasting or point.method == "GET" or len(trouble.methods) == 1:
        fault.update(subaccount=point.subaccount, skip=point.nth, times=None if lasting else 1)
    else:
        fault.update(method=None, skip=point.earlier, times=None)
    scene.front.faults.add(Fault(**fault))


def _disarm(scene: Scene, trouble: Trouble) -> None:
    if trouble.connection == "refused":
        scene.api.accept_connections()
    scene.front.faults.clear()
    scene.front = scene.api


def _outcome(operation: Operation, result: Result, told: str, before: Held, declared: Held, after: Held) -> str:
    if result.ok:
        return "told" if operation.command == "preview" and "compared with state only" in told else "done"
    if after == before:
        return "before"
    if after == declared:
        return "after"
    if after == {**before, **declared}:
        return "both"
    return "other" if len(after) >= len(before) else "empty"


def _untrue(result: Result, told: str, before: Held, declared: Held, after: Held, operation: Operation) -> list[str]:
    """What was said and is not so."""
    wrong = []
    wanted = declared if operation.command == "up" else before
    if result.ok and after != wanted:
        wrong.append(f"it succeeded, and the account holds {after}")
    if " nothing was changed" in told and after != before and "was not removed" not in told:
        wrong.append(f"`nothing was changed`, but the account holds {after}")
    if "put back" in told and after != before:
        wrong.append(f"`put back`, but the account holds {after}")
    if len(after) < min(len(before), len(declared)) and not ("NOTHING" in told or "could not be seen" in told):
        wrong.append(f"the slot is empty and nobody says so: {told.strip().splitlines()[-1:]}")
    if "live now is NOTHING" in told and len(after) >= len(before):
        wrong.append("`live now is NOTHING`, but it is not")
    if leaked := leaks(told):
        wrong.append(f"it printed {leaked}")
    if result.error is not None and ("pulumi_8x8.errors." not in result.error and "Traceback" in result.error):
        wrong.append(f"an unexpected error: {result.error}")
    if any(after.get(slot) != before[slot] for slot in (("Sub_1", "VRU"), ("Sub_2", "VCA"), ("Sub_1", "VSS"))):
        wrong.append("somebody else's webhook was touched")
    return wrong


def _refuses(scene: Scene) -> bool:
    """Whether a preview refuses what is live as somebody else's, and names it."""
    before = held(scene.api.account)
    preview = scene.command("preview", scene.program, PATIENT)
    live = before["Sub_1", "VCA"]
    refused = f"already holds a webhook that this resource did not register: {live.url}" in (preview.error or "")
    return refused and held(scene.api.account) == before


def _unhealed(scene: Scene, declared: Held, ears: Overheard) -> list[str]:
    """What one more `up` does not put right."""
    healed = scene.command("up", scene.program, PATIENT)
    if not healed.ok:
        return [f"one more up fails: {(healed.error or '').strip().splitlines()[-1:]}"]
    if (after := held(scene.api.account)) != declared:
        return [f"one more up leaves the account with {after}"]
    ears.taken()
    again = scene.command("preview", scene.program, PATIENT)
    if not again.ok or again.steps or (said := ears.taken()):
        return [f"the second preview is not empty: {again} {said}"]
    return []
