"""Every operation is run with every fault in each of its requests, and one more `up` repairs what is left.

The engine's steps are simulated (`tests/support/steps.py`), in this process and without pauses, since thousands of
runs of the Pulumi CLI would take a day. `tests/engine` runs the CLI, with fewer faults.

An API may replace, refuse or ignore a POST over an existing webhook. Each operation is run with each fault in one of
these modes, in turn, and in all of them with HYPOTHESIS_PROFILE=soak. Faults that leave it open whether a request took
effect are also run with an API whose listings are late, or that stores another form of the URL.

`python -m tests.proof.matrix` writes `matrix.json`: the number of outcomes for each kind of fault, with the dynamic
provider. The native provider's numbers differ from run to run, since its check does not wait for a listing.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from eightx8_voice.emulator import Account, Emulator, Fault, Modes
from pulumi_8x8.api.client import Client
from pulumi_8x8.model import WebhookId
from tests.proof.faults import FAULT_CASES, NOTHING, FaultCase
from tests.proof.testbed import OPERATIONS, OTHERS, SAME, Live, OperationCase, ProviderKind, Testbed, live, register
from tests.support.certificates import bundle, contexts
from tests.support.direct import STDOUT, Direct
from tests.support.host import pause
from tests.support.leaks import KEY, leaks
from tests.support.native_host import NativeDirect
from tests.support.steps import StepResult, id_of

RECORD = Path(__file__).parent / "matrix.json"
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
POST_MODES = {"replace": Modes(), "refuse": Modes("refuse"), "ignore": Modes("ignore")}
LATE_MODES = {"stale": Modes(stale_reads=2, stale_response=True), "normalise": Modes(normalise=("add-slash",))}
MODES = {**POST_MODES, **LATE_MODES}
IN_LATE_MODES = frozenset({"nothing", "error, though done", "lost after", "server error"})
SLOW_AT_ONCE = 24  # they spend nearly all of their time waiting
SECONDS = 120  # limit for one of those, many times the sum of its deadlines
BRISK = {"8x8:deadline": "2.5", "8x8:readTimeout": "0.8"}


class Target(NamedTuple):
    """A request of an operation without faults: the nth of its method on its subaccount, after `earlier` others."""

    method: str
    subaccount: str
    nth: int
    earlier: int


class Meeting(NamedTuple):
    """An operation and the fault in it."""

    operation: OperationCase
    kind: ProviderKind
    mode: str
    target: Target
    fault: FaultCase
    lasting: bool  # whether the fault affects all later requests too

    def __str__(self) -> str:
        request = f"{self.target.method} {self.target.nth + 1} of {self.target.subaccount}"
        return f"{self.operation.name}, {self.mode}: {request}, {self.fault.name}, {'lasting' * self.lasting or 'once'}"


class Ending(NamedTuple):
    """The result of one combination.

    Attributes:
        outcome: `done`; `state only`, a preview that compares with the state only; `before`, failed with the account
            as it was; `after`, failed with the account as declared; `both`, failed between the halves of a replacement;
            `refused`, stored otherwise and refused by name in the next preview; `other`; `empty`, with fewer webhooks.
        wrong: Violations; empty if there are none.
    """

    meeting: Meeting
    outcome: str
    wrong: list[str]


def endings(operation: OperationCase, kind: ProviderKind) -> list[Ending]:
    """Run an operation with every fault."""
    environment, stdout = patch.dict(os.environ, REQUESTS_CA_BUNDLE=bundle()), patch("sys.stdout", STDOUT)
    with environment, stdout, patch.object(Client, "pause", pause), ThreadPoolExecutor(SLOW_AT_ONCE) as pool:
        every = list(_meetings(operation, kind))
        slow = [pool.submit(_ending, meeting) for meeting in every if meeting.fault.slow]
        return [_ending(each) for each in every if not each.fault.slow] + [each.result(SECONDS) for each in slow]


def counts(found: Iterable[Ending]) -> dict[str, str]:
    """The number of outcomes for each kind of fault, as text."""
    by_kind: dict[str, Counter[str]] = {}
    for ending in found:
        by_kind.setdefault(ending.meeting.fault.kind, Counter())[ending.outcome] += 1
    return {kind: ", ".join(f"{n} {name}" for name, n in sorted(by_kind[kind].items())) for kind in sorted(by_kind)}


def _meetings(operation: OperationCase, kind: ProviderKind) -> Iterator[Meeting]:
    targets = cache(partial(_targets, operation, kind))
    for number, fault in enumerate((*FAULT_CASES, NOTHING)):
        for mode in _modes(operation, fault, number + OPERATIONS.index(operation) + (kind is NativeDirect)):
            for target in targets(mode)[:1] if fault.connection else targets(mode):
                if target.method in fault.methods:
                    for lasting in (True,) if fault.lasts else (False, True):
                        yield Meeting(operation, kind, mode, target, fault, lasting)


def _modes(operation: OperationCase, fault: FaultCase, turn: int) -> list[str]:
    """The modes in which an operation is run with a fault."""
    posts = [] if fault is NOTHING else [mode for mode in POST_MODES if not (operation.unseen and mode == "ignore")]
    lates = list(LATE_MODES) if operation.command == "up" and fault.kind in IN_LATE_MODES else []
    if THOROUGH or fault is NOTHING:
        return posts + lates
    return [modes[turn % len(modes)] for modes in (posts, lates) if modes]


def _targets(operation: OperationCase, kind: ProviderKind, mode: str) -> list[Target]:
    """The requests of the operation without faults, in order."""
    with Testbed(operation, MODES[mode], kind) as bed:
        assert bed.run(operation.command, bed.program)[0].ok or mode == "normalise"
        seen = [(entry.method, entry.subaccount or "") for entry in bed.api.journal]
    found = [Target(*request, seen[:earlier].count(request), earlier) for earlier, request in enumerate(seen)]
    # Two listings are fetched concurrently, in any order.
    return sorted(each for each in found if each.method == "GET") + [each for each in found if each.method != "GET"]


def _ending(meeting: Meeting) -> Ending:
    """Run the operation with the fault, compare, remove the fault, and run `up` once more."""
    operation, fault = meeting.operation, meeting.fault
    with Testbed(operation, MODES[meeting.mode], meeting.kind) as bed:
        before = live(bed.api.account)
        declared = live(register({**OTHERS, **bed.program}, Account()))
        trap = bed.enter_context(Emulator(KEY)) if fault.to == "elsewhere" else None
        _arm(bed, meeting, trap.url if trap else "")
        result, printed = bed.run(operation.command, bed.program, BRISK if fault.slow else {})
        _disarm(bed, fault)
        after = live(bed.api.account)
        printed = f"{result.error or ''}\n{printed}"
        outcome = _outcome(operation, result, printed, before, declared, after)
        wrong = _untrue(result, printed, before, declared if operation.command == "up" else before, after)
        if trap and trap.journal.requests():
            wrong.append("the key followed a redirect")
        wrong += _needless(bed, meeting)
        if fault.name == "another URL stored" and outcome == "other" and _refuses(bed):
            return Ending(meeting, "refused", wrong)
        return Ending(meeting, outcome, wrong + _uncorrected(bed, declared))


def _arm(bed: Testbed, meeting: Meeting, elsewhere: str) -> None:
    fault, target = meeting.fault, meeting.target
    if fault.connection == "refused":
        bed.api.refuse_connections()
    elif fault.connection or fault.to == "plain":
        bed.front = bed.enter_context(Emulator(KEY, bed.api.modes, tls=contexts()[fault.connection]))
        bed.front.account = bed.api.account
    if fault.connection:
        return
    path = f"/api/v1/subaccounts/{target.subaccount}/webhooks"
    location = {"elsewhere": {"location": elsewhere + path}, "plain": {"location": bed.api.url + path}}
    arguments: dict[str, Any] = {"method": target.method, **fault.fault, **location.get(fault.to, {})}
    if not meeting.lasting or target.method == "GET" or len(fault.methods) == 1:
        arguments |= {"subaccount": target.subaccount, "skip": target.nth, "times": None if meeting.lasting else 1}
    else:
        arguments |= {"method": None, "skip": target.earlier, "times": None}
    bed.front.faults.add(Fault(**arguments))


def _disarm(bed: Testbed, fault: FaultCase) -> None:
    if fault.connection == "refused":
        bed.api.accept_connections()
    bed.front.faults.clear()
    bed.front = bed.api
    for subaccount in ("Sub_1", "Sub_3") * bed.api.modes.stale_reads:
        bed.api.account.listed(subaccount)  # late changes are listed in the end
    bed.api.modes = replace(bed.api.modes, stale_reads=0, stale_response=False)


def _outcome(
    operation: OperationCase, result: StepResult, printed: str, before: Live, declared: Live, after: Live
) -> str:
    if result.ok:
        return "state only" if operation.command == "preview" and "compared with the state only" in printed else "done"
    for outcome, account in {"before": before, "after": declared, "both": {**before, **declared}}.items():
        if after == account:
            return outcome
    return "other" if len(after) >= len(before) else "empty"


def _untrue(result: StepResult, printed: str, before: Live, wanted: Live, after: Live) -> list[str]:
    """The statements in the output that are false."""
    error = result.error or ""
    internal = "internal error" in error or ("Traceback" in error and "pulumi_8x8.errors." not in error)
    emptied = len(after) < min(len(before), len(wanted))
    others = map(id_of, (*OTHERS.values(), *SAME.values()))
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
        f"an unexpected error: {result.error}": internal,
        "a webhook that is not the program's was touched": any(after.get(id) != before[id] for id in others),
    }
    return [text for text, is_so in wrong.items() if is_so]


def _needless(bed: Testbed, meeting: Meeting) -> list[str]:
    """Unnecessary DELETEs, and moments without a webhook that the fault did not force."""
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
        # If the POST stored exactly the old webhook, the API cannot be distinguished from one that ignored it.
        alike = any(moment.get(old) == timeline[0].get(old) for moment in timeline[1 : index + 1])
        forced = meeting.mode in {"refuse", "ignore"} or meeting.fault.kind == "refused" or alike
        if old not in after and new not in after and not forced:
            wrong.append("a needless moment without a webhook")
    return wrong


def _refuses(bed: Testbed) -> bool:
    """Whether a preview refuses the live webhook as unmanaged, and names it."""
    before = live(bed.api.account)
    preview, _ = bed.run("preview", bed.program)
    url = before[WebhookId("Sub_1", "VCA")].url
    refused = f"is already registered with another URL: {url}" in (preview.error or "")
    return refused and live(bed.api.account) == before


def _uncorrected(bed: Testbed, declared: Live) -> list[str]:
    """Problems left after one more `up`; if the API normalises URLs, after declaring what it stored."""
    program = bed.program
    if bed.api.modes.normalise:
        bed.run("up", program)  # if this fails, it prints how to declare what the API stored
        stored = live(bed.api.account)
        for name, inputs in bed.program.items():
            id = id_of(inputs)
            url = stored[id].url if id in stored else f"{inputs['url']}/"
            program = {**program, name: {**inputs, "url": url}}
            declared = {**declared, id: replace(declared[id], url=url)}
    corrected, _ = bed.run("up", program)
    if not corrected.ok:
        return [f"one more up fails: {(corrected.error or '').strip().splitlines()[-1:]}"]
    if (after := live(bed.api.account)) != declared:
        return [f"one more up leaves the account with {after}"]
    again, printed = bed.run("preview", program)
    return [f"the second preview is not empty: {again} {printed}"] if again != StepResult() or printed else []


def _recorded(operation: OperationCase) -> tuple[dict[str, str], list[str]]:
    found = endings(operation, Direct)
    return counts(found), [f"{ending.meeting}: {ending.wrong}" for ending in found if ending.wrong]


def main() -> int:
    """Write the record; return 1 and print the failures if any combination ended wrongly."""
    with ProcessPoolExecutor() as pool:
        recorded = list(pool.map(_recorded, OPERATIONS))
    record = {operation.name: counted for operation, (counted, _) in zip(OPERATIONS, recorded, strict=True)}
    RECORD.write_text(f"{json.dumps(record, indent=1)}\n", encoding="utf-8")
    wrong = [text for _, texts in recorded for text in texts]
    print(*wrong, sep="\n", end="")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
