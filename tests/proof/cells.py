"""One cell of the matrix: an operation meets a fault, and one more `up` corrects what is left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple
from unittest.mock import patch

from eightx8_voice.emulator import Account, Emulator, Fault, Modes
from pulumi_8x8.model import WebhookId
from tests.proof.fault_cases import FAULT_CASES, NOTHING, FaultCase
from tests.proof.testbed import OTHERS, SAME, Live, Mode, Operation, ProviderKind, Testbed, live, register
from tests.support.certificates import bundle, contexts
from tests.support.direct import STDOUT, Direct
from tests.support.leaks import KEY, leaks
from tests.support.steps import Result, id_of

MODES: tuple[Mode, ...] = ("replace", "refuse", "ignore")
API_MODES: tuple[Mode, ...] = ("stale", "normalise")  # it replaces, and shows that late, or stores another URL
IN_API_MODES = frozenset({"nothing", "error, though done", "lost after", "server error"})
AT_ONCE = 24  # cells: nearly all of their time is waiting
SECONDS = 120  # the longest time for a cell, many times what its deadlines add up to

PATIENT = {"8x8:deadline": "30"}
FIRM = {"8x8:deadline": "2", "8x8:readTimeout": "2"}
BRISK = {"8x8:deadline": "2.5", "8x8:readTimeout": "0.8"}

OUTCOMES = ("done", "state only", "before", "after", "both", "other", "empty")
"""How a command ends: done as declared, or compared with the state only; or failed with the account as it was before,
as declared after all, with both halves of a replacement, with something else, or with no webhook registered."""


class Point(NamedTuple):
    """A request that an operation makes when all is well: the nth of its method on its subaccount, `earlier` before."""

    method: str
    subaccount: str
    nth: int
    earlier: int

    def __str__(self) -> str:
        return f"{self.method} {self.nth + 1} of {self.subaccount}"


class Cell(NamedTuple):
    """What happened."""

    operation: str
    mode: Mode
    point: str
    fault_case: FaultCase
    lasting: bool
    outcome: str  # one of OUTCOMES
    refused: bool  # whether one more `up` refused what is live, by name, instead of correcting it
    wrong: str  # what must not be; empty if all is well

    def __str__(self) -> str:
        how_long, outcome = "lasting" if self.lasting else "once", self.outcome + "*" * self.refused
        return f"{self.operation} | {self.mode} | {self.point} | {self.fault_case.name} | {how_long} | {outcome}"


def operation_cells(operation: Operation, kind: ProviderKind = Direct) -> list[Cell]:
    """Every cell of one operation, in all modes."""
    environment, stdout = patch.dict(os.environ, REQUESTS_CA_BUNDLE=bundle()), patch("sys.stdout", STDOUT)
    with environment, stdout, ThreadPoolExecutor(AT_ONCE) as pool:
        started = [
            pool.submit(_cell, operation, kind, mode, *meeting)
            for mode in (*MODES, *(API_MODES if operation.command == "up" else ()))
            if not (operation.unseen and mode == "ignore")
            for meeting in _meetings(mode, _points(operation, kind, mode))
        ]
        return [future.result(SECONDS) for future in started]


def _points(operation: Operation, kind: ProviderKind, mode: Mode) -> list[Point]:
    """The requests that the operation makes when all is well, in order."""
    with Testbed(operation, mode, kind) as bed:
        assert bed.run(operation.command, bed.program, PATIENT)[0].ok or mode == "normalise"
        seen = [(entry.method, entry.subaccount or "") for entry in bed.api.journal]
    found = [Point(*request, seen[:earlier].count(request), earlier) for earlier, request in enumerate(seen)]
    # Two listings are fetched at the same time, in any order.
    return sorted(point for point in found if point.method == "GET") + [p for p in found if p.method != "GET"]


def _meetings(mode: Mode, found: list[Point]) -> Iterator[tuple[Point, FaultCase, bool]]:
    """What meets what, and whether it stays."""
    cases = FAULT_CASES if mode in MODES else [c for c in (NOTHING, *FAULT_CASES) if c.kind in IN_API_MODES]
    for case in cases:
        for point in found[:1] if case.connection else found:
            if point.method in case.methods:
                yield from ((point, case, lasting) for lasting in ((True,) if case.lasts else (False, True)))


def _cell(operation: Operation, kind: ProviderKind, mode: Mode, point: Point, case: FaultCase, lasting: bool) -> Cell:
    """Let the operation meet the fault, look, take the fault away, and run `up` once more."""
    with Testbed(operation, mode, kind) as bed:
        before = live(bed.api.account)
        declared = live(register({**OTHERS, **bed.program}, Account()))
        trap = bed.enter_context(Emulator(KEY)) if case.to == "elsewhere" else None
        _arm(bed, point, case, lasting, trap.url if trap else "")
        result, printed = bed.run(operation.command, bed.program, BRISK if case.slow else FIRM)
        _disarm(bed, case)
        after = live(bed.api.account)
        printed = f"{result.error or ''}\n{printed}"
        outcome = _outcome(operation, result, printed, before, declared, after)
        wrong = _untrue(result, printed, before, declared if operation.command == "up" else before, after)
        if trap and trap.journal.requests():
            wrong.append("the key followed a redirect")
        wrong += _needless(bed, mode, case)
        refused = case.name == "another URL stored" and outcome == "other" and _refuses(bed)
        wrong += [] if refused else _uncorrected(bed, declared)
        return Cell(operation.name, mode, str(point), case, lasting, outcome, refused, "; ".join(wrong))


def _arm(bed: Testbed, point: Point, case: FaultCase, lasting: bool, elsewhere: str) -> None:
    if case.connection == "refused":
        bed.api.refuse_connections()
    elif case.connection or case.to == "plain":
        bed.front = bed.enter_context(Emulator(KEY, Modes(bed.api.modes.post_over), tls=contexts()[case.connection]))
        bed.front.account = bed.api.account
    if case.connection:
        return
    path = f"/api/v1/subaccounts/{point.subaccount}/webhooks"
    location = {"elsewhere": {"location": elsewhere + path}, "plain": {"location": bed.api.url + path}}
    fault: dict[str, Any] = {"method": point.method, **case.fault, **location.get(case.to, {})}
    if not lasting or point.method == "GET" or len(case.methods) == 1:
        fault.update(subaccount=point.subaccount, skip=point.nth, times=None if lasting else 1)
    else:
        fault.update(method=None, skip=point.earlier, times=None)
    bed.front.faults.add(Fault(**fault))


def _disarm(bed: Testbed, case: FaultCase) -> None:
    if case.connection == "refused":
        bed.api.accept_connections()
    bed.front.faults.clear()
    bed.front = bed.api
    bed.api.modes = replace(bed.api.modes, stale_reads=0, stale_response=False)


def _outcome(operation: Operation, result: Result, printed: str, before: Live, declared: Live, after: Live) -> str:
    if result.ok:
        return "state only" if operation.command == "preview" and "compared with the state only" in printed else "done"
    for outcome, account in {"before": before, "after": declared, "both": {**before, **declared}}.items():
        if after == account:
            return outcome
    return "other" if len(after) >= len(before) else "empty"


def _untrue(result: Result, printed: str, before: Live, wanted: Live, after: Live) -> list[str]:
    """What was printed and is not so."""
    defect = result.error and (
        ("pulumi_8x8.errors." not in result.error and "Traceback" in result.error) or "by a defect of" in result.error
    )
    emptied = len(after) < min(len(before), len(wanted))
    wrong = {
        f"it succeeded, and the account holds {after}": result.ok and after != wanted,
        f"`nothing was changed`, but the account holds {after}": " nothing was changed" in printed
        and after != before
        and "was not removed" not in printed,
        f"`registered again`, but the account holds {after}": "registered again and is live" in printed
        and after != before,
        f"no webhook is registered, which is not reported: {printed.strip().splitlines()[-1:]}": emptied
        and "no webhook is registered now" not in printed
        and "what is live now is unknown" not in printed,
        "`no webhook is registered now`, but one is": "replaced: no webhook is registered now" in printed
        and len(after) >= len(before),
        f"it printed {leaks(printed)}": leaks(printed),
        f"an unexpected error: {result.error}": defect,
        "a webhook that is not the program's was touched": any(
            after.get(id) != before[id] for id in (id_of(webhook) for webhook in (*OTHERS.values(), *SAME.values()))
        ),
    }
    return [text for text, is_so in wrong.items() if is_so]


def _needless(bed: Testbed, mode: Mode, case: FaultCase) -> list[str]:
    """A DELETE where the API had replaced, and a moment without a webhook that the fault did not force."""
    timeline = bed.timeline
    old, new = (next(map(id_of, program.values()), None) for program in (bed.operation.before, bed.operation.after))
    if bed.operation.drift:
        old = WebhookId("Sub_1", "VCA")
    if old is None or new is None:
        return []
    wrong = []
    for index, (before, after) in enumerate(pairwise(timeline)):
        removed = before.get(old) if old not in after else None
        if old == new and removed and removed != timeline[0][old]:
            wrong.append(f"a DELETE although the API had replaced: it held {removed}")
        # What the API stored of the POST is exactly what was there before: it cannot be told from one that ignored it.
        alike = any(moment.get(old) == timeline[0].get(old) for moment in timeline[1 : index + 1])
        forced = mode in {"refuse", "ignore"} or case.kind == "refused" or alike
        if old not in after and new not in after and not forced:
            wrong.append("a needless moment without a webhook")
    return wrong


def _refuses(bed: Testbed) -> bool:
    """Whether a preview refuses what is live as not this stack's, and names it."""
    before = live(bed.api.account)
    preview, _ = bed.run("preview", bed.program, PATIENT)
    url = before[WebhookId("Sub_1", "VCA")].url
    refused = f"already holds a webhook that this resource did not register: {url}" in (preview.error or "")
    return refused and live(bed.api.account) == before


def _uncorrected(bed: Testbed, declared: Live) -> list[str]:
    """What one more `up` does not correct; where the API normalises URLs, one that declares what it stores."""
    program = bed.program
    if bed.api.modes.normalise:
        bed.run("up", program, PATIENT)  # where this fails, it prints how to declare what the API stored
        stored = live(bed.api.account)
        for name, inputs in bed.program.items():
            id = id_of(inputs)
            url = stored[id].url if id in stored else f"{inputs['url']}/"
            program = {**program, name: {**inputs, "url": url}}
            declared = {**declared, id: replace(declared[id], url=url)}
    corrected, _ = bed.run("up", program, PATIENT)
    if not corrected.ok:
        return [f"one more up fails: {(corrected.error or '').strip().splitlines()[-1:]}"]
    if (after := live(bed.api.account)) != declared:
        return [f"one more up leaves the account with {after}"]
    again, printed = bed.run("preview", program, PATIENT)
    return [f"the second preview is not empty: {again} {printed}"] if again != Result() or printed else []
