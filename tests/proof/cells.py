"""One cell of the matrix: an operation meets a fault, and one more `up` corrects what is left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from pulumi_8x8.emulator import Emulator, Fault
from tests.proof.canaries import KEY, leaks
from tests.proof.certificates import bundle, contexts
from tests.proof.direct import CapturedStdout, Direct
from tests.proof.fault_cases import FAULT_CASES, NOTHING, FaultCase
from tests.proof.operations import Operation
from tests.proof.scene import Door, Held, Mode, Scene, expected, held
from tests.proof.steps import Program, Result

MODES: tuple[Mode, ...] = ("replace", "refuse", "ignore")
API_MODES: tuple[Mode, ...] = ("stale", "normalise")
"""An API that replaces, and shows that late, or stores the URL in another form."""
IN_API_MODES = frozenset({"nothing", "error, though done", "lost after", "server error"})
REFUSALS = frozenset({"refused"})
"""Classes in which the API refuses a POST, so that the webhook has to be deleted first."""
AT_ONCE = 24
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
        again = ("", "second ", "third ", "fourth ", "fifth ")[self.nth]
        return f"{again}{self.method}" + (f" {self.subaccount}" if self.subaccount != "Sub_1" else "")


@dataclass(frozen=True)
class Cell:
    """What happened.

    Attributes:
        outcome: A key of `OUTCOMES`.
        refused: Whether one more `up` refused what is live, by name, instead of correcting it.
        kind: The class of the fault.
        wrong: What must not be; empty if all is well.
    """

    operation: str
    mode: Mode
    point: str
    fault_case: str
    lasting: bool
    outcome: str
    refused: bool
    kind: str
    wrong: str


OUTCOMES = {
    "done": "the command succeeded, and the account is as declared",
    "state only": "the preview compared with the state only, and said so",
    "before": "the command failed, and the account is as it was before",
    "after": "the command failed, and the account is as declared",
    "both": "the command failed between the two halves of a replacement: the new webhook is there, the old one still",
    "other": "the command failed, and the webhook holds something else than before or declared",
    "empty": "the command failed, and no webhook is registered any more; the message says so",
}
"""Every outcome, and what it says."""


def points(operation: Operation, mode: Mode, ears: CapturedStdout, door: Door = Direct) -> list[Point]:
    """The requests that the operation makes when all is well, in order."""
    with Scene(operation, mode, ears, door) as scene:
        assert scene.operate(PATIENT).ok or mode == "normalise"
        seen = [(entry.method, entry.subaccount or "") for entry in scene.api.journal]
    found = [Point(*request, seen[:earlier].count(request), earlier) for earlier, request in enumerate(seen)]
    # Two listings are fetched at the same time, in any order.
    return sorted(point for point in found if point.method == "GET") + [p for p in found if p.method != "GET"]


def operation_cells(operation: Operation, door: Door = Direct) -> list[Cell]:
    """Every cell of one operation, in all modes."""
    ears = CapturedStdout()
    os.environ["REQUESTS_CA_BUNDLE"] = bundle()
    try:
        with ears.instead_of_stdout(), ThreadPoolExecutor(AT_ONCE) as pool:
            started = [
                pool.submit(cell, operation, mode, ears, *meeting, door)
                for mode in (*MODES, *(API_MODES if operation.command == "up" else ()))
                if not (operation.unseen and mode == "ignore")
                for meeting in _meetings(mode, points(operation, mode, ears, door))
            ]
            return [future.result(SECONDS) for future in started]
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]


def _meetings(mode: Mode, found: list[Point]) -> Iterator[tuple[Point, FaultCase, bool]]:
    """What meets what, and whether it stays."""
    cases = FAULT_CASES if mode in MODES else [c for c in (NOTHING, *FAULT_CASES) if c.kind in IN_API_MODES]
    for fault_case in cases:
        for point in found[:1] if fault_case.connection else found:
            if point.method in fault_case.methods:
                yield from (
                    (point, fault_case, lasting) for lasting in ((True,) if fault_case.lasts else (False, True))
                )


def cell(
    operation: Operation,
    mode: Mode,
    ears: CapturedStdout,
    point: Point,
    fault_case: FaultCase,
    lasting: bool,
    door: Door = Direct,
) -> Cell:
    """Let the operation meet the fault, look, take the fault away, and run `up` once more."""
    with Scene(operation, mode, ears, door) as scene:
        before = held(scene.api.account)
        declared = expected(scene, operation)
        trap = scene.serve(Emulator(KEY)) if fault_case.to == "elsewhere" else None
        _arm(scene, point, fault_case, lasting, trap.url if trap else "")
        result = scene.operate(BRISK if fault_case.slow else FIRM)
        _disarm(scene, fault_case)
        after = held(scene.api.account)
        told = f"{result.error or ''}\n{ears.taken()}"
        outcome = _outcome(operation, result, told, before, declared, after)
        wrong = _untrue(result, told, before, declared, after, operation)
        if trap and trap.journal.requests():
            wrong.append("the key followed a redirect")
        refused = fault_case.name == "another URL stored" and outcome == "other" and _refuses(scene)
        wrong += _needless(scene, mode, fault_case)
        wrong += [] if refused else _unhealed(scene, declared, ears)
        return Cell(
            operation.name,
            mode,
            str(point),
            fault_case.name,
            lasting,
            outcome,
            refused,
            fault_case.kind,
            "; ".join(wrong),
        )


def _arm(scene: Scene, point: Point, fault_case: FaultCase, lasting: bool, elsewhere: str) -> None:
    if fault_case.connection == "refused":
        scene.api.refuse_connections()
        return
    if fault_case.connection or fault_case.to == "plain":
        front = scene.serve(Emulator(KEY, scene.api.post_over, tls=contexts()[fault_case.connection]))
        front.account, scene.front = scene.api.account, front
        if fault_case.connection:
            return
    path = f"/api/v1/subaccounts/{point.subaccount}/webhooks"
    more = {"same": {}, "elsewhere": {"location": elsewhere + path}, "plain": {"location": scene.api.url + path}}
    fault: dict[str, Any] = {"method": point.method, **fault_case.fault, **more.get(fault_case.to, {})}
    if not lasting or point.method == "GET" or len(fault_case.methods) == 1:
        fault.update(subaccount=point.subaccount, skip=point.nth, times=None if lasting else 1)
    else:
        fault.update(method=None, skip=point.earlier, times=None)
    scene.front.faults.add(Fault(**fault))


def _disarm(scene: Scene, fault_case: FaultCase) -> None:
    if fault_case.connection == "refused":
        scene.api.accept_connections()
    scene.front.faults.clear()
    scene.front = scene.api
    scene.api.stale_reads = None


def _outcome(operation: Operation, result: Result, told: str, before: Held, declared: Held, after: Held) -> str:
    if result.ok:
        return "state only" if operation.command == "preview" and "compared with the state only" in told else "done"
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
    if "registered again and is live" in told and after != before:
        wrong.append(f"`registered again`, but the account holds {after}")
    if len(after) < min(len(before), len(declared)) and not (
        "no webhook is registered now" in told or "what is live now is unknown" in told
    ):
        wrong.append(f"the webhook is empty and nobody says so: {told.strip().splitlines()[-1:]}")
    if "replaced: no webhook is registered now" in told and len(after) >= len(before):
        wrong.append("`no webhook is registered now`, but one is")
    if leaked := leaks(told):
        wrong.append(f"it printed {leaked}")
    if result.error is not None and (
        ("pulumi_8x8.errors." not in result.error and "Traceback" in result.error) or "by a defect of" in result.error
    ):
        wrong.append(f"an unexpected error: {result.error}")
    if any(
        after.get(webhook_id) != before[webhook_id]
        for webhook_id in (("Sub_1", "VRU"), ("Sub_2", "VCA"), ("Sub_1", "VSS"))
    ):
        wrong.append("somebody else's webhook was touched")
    return wrong


def _needless(scene: Scene, mode: Mode, fault_case: FaultCase) -> list[str]:
    """A DELETE where the API had replaced, and a moment without a webhook that the fault did not force."""
    operation, timeline = scene.operation, scene.timeline
    old, new = _identity(operation.before), _identity(operation.after)
    if operation.drift:
        old = ("Sub_1", "VCA")
    if old is None or new is None:
        return []
    wrong = []
    for index, (before, after) in enumerate(pairwise(timeline)):
        removed = before.get(old) if old not in after else None
        if old == new and removed and removed != timeline[0][old]:
            wrong.append(f"a DELETE although the API had replaced: it held {removed}")
        # What the API stored of the POST is exactly what was there before: it cannot be told from one that ignored it.
        alike = any(held.get(old) == timeline[0].get(old) for held in timeline[1 : index + 1])
        forced = mode in {"refuse", "ignore"} or fault_case.kind in REFUSALS or alike
        if old not in after and new not in after and not forced:
            wrong.append("a needless moment without a webhook")
    return wrong


def _identity(program: Program) -> tuple[str, str] | None:
    return next(((inputs["subaccount_id"], inputs["type"]) for inputs in program.values()), None)


def _refuses(scene: Scene) -> bool:
    """Whether a preview refuses what is live as somebody else's, and names it."""
    before = held(scene.api.account)
    preview = scene.command("preview", scene.program, PATIENT)
    live = before["Sub_1", "VCA"]
    refused = f"already holds a webhook that this resource did not register: {live.url}" in (preview.error or "")
    return refused and held(scene.api.account) == before


def _unhealed(scene: Scene, declared: Held, ears: CapturedStdout) -> list[str]:
    """What one more `up` does not correct; where the API normalises URLs, one that declares what it stores."""
    program = scene.program
    if scene.api.normalise:
        scene.command("up", program, PATIENT)  # where this fails, it says how to declare what the API stored
        live = held(scene.api.account)
        program = {name: {**inputs, "url": _stored(inputs, live)} for name, inputs in program.items()}
        declared = {id: replace(webhook, url=program_url(program, id, webhook.url)) for id, webhook in declared.items()}
    healed = scene.command("up", program, PATIENT)
    if not healed.ok:
        return [f"one more up fails: {(healed.error or '').strip().splitlines()[-1:]}"]
    if (after := held(scene.api.account)) != declared:
        return [f"one more up leaves the account with {after}"]
    ears.taken()
    again = scene.command("preview", program, PATIENT)
    if not again.ok or again.steps or (said := ears.taken()):
        return [f"the second preview is not empty: {again} {said}"]
    return []


def _stored(inputs: Mapping[str, Any], live: Held) -> str:
    """The URL that the API has for what a webhook declares, or will have."""
    webhook = live.get((inputs["subaccount_id"], inputs["type"]))
    return webhook.url if webhook else f"{inputs['url']}/"


def program_url(program: Program, id: tuple[str, str], url: str) -> str:
    """What the program declares for a webhook; somebody else's keeps its URL."""
    mine = {(inputs["subaccount_id"], inputs["type"]): str(inputs["url"]) for inputs in program.values()}
    return mine.get(id, url)
