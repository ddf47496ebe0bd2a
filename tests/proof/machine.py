"""Random sequences of edits, commands, drift, faults and crashes on a stack; the model is the account's content.

The commands are those of a simulated engine (`tests/support/steps.py`), with real provider processes over gRPC:
a dynamic and a native one, and a second instance of the dynamic one, between which webhooks move.

These properties are checked after each command:

- A webhook outside the state is never modified, unless the program declares it as it is or asks to overwrite it.
- A successful command has done its work: what is declared is live, whichever process managed it before, and what was
  removed from the program is gone.
- A command that fails without a fault of the API fails for a documented reason that applies; its preview failed for the
  same reason, and the account is unchanged.
- A deployable program can be deployed after any fault by one more `up`; the preview after it is empty.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from eightx8_voice.emulator import Emulator, Fault, Modes, StoredWebhook
from eightx8_voice.emulator.modes import PostOver
from pulumi_8x8.model import WebhookId
from tests.proof.faults import FAULT_CASES
from tests.proof.testbed import Live, live
from tests.support.host import Host
from tests.support.leaks import HEADER, KEY, NEXT_HEADER, leaks
from tests.support.native_host import NativeHost
from tests.support.steps import Command, Program, Properties, Stack, StepResult, id_of, urn

PROVIDERS: dict[int, type[Host]] = {0: Host, 1: NativeHost, 2: Host}
ENGINE = "127.0.0.1:1"
"""The engine's address, by which the processes of one run recognise each other; nothing listens there."""

SUBACCOUNTS = st.sampled_from(("Sub_1", "Sub_2"))
TYPES = st.sampled_from(("VCA", "VSS", "VCS", "VRU", "VNU"))
URLS = st.sampled_from(("https://ivr.example/a", "https://ivr.example/b", "https://ivr.example/c"))
HEADERS = st.sampled_from((HEADER, NEXT_HEADER))
NAMES = st.sampled_from(("one", "two", "three"))
MOVES = st.sampled_from(tuple(PROVIDERS))
IDS = st.builds(WebhookId, SUBACCOUNTS, TYPES)

WEBHOOKS = st.fixed_dictionaries(
    {"subaccount_id": SUBACCOUNTS, "type": TYPES, "url": URLS},
    optional={
        "http_auth_header": HEADERS,
        "enabled": st.just(False),
        "overwrite_on_create": st.just(True),
        "provider": MOVES,
    },
)
CHANGES = st.one_of(
    st.tuples(st.just("type"), TYPES),
    st.tuples(st.just("subaccount_id"), SUBACCOUNTS),
    st.tuples(st.just("url"), URLS),
    st.tuples(st.just("enabled"), st.booleans()),
    st.tuples(st.just("http_auth_header"), st.none() | HEADERS),
    st.tuples(st.just("provider"), MOVES),
)
"""One property and its new value; None removes it."""

COMMANDS = st.sampled_from(("up", "up", "up", "destroy", "refresh", "preview"))
WRITING_COMMANDS = st.sampled_from(("up", "up", "destroy", "refresh"))
SENT = st.sampled_from(("GET", "POST", "DELETE"))
METHODS = st.sampled_from((None, "GET", "POST", "DELETE"))
REQUESTS = st.fixed_dictionaries({"method": METHODS, "skip": st.integers(0, 3), "times": st.sampled_from((1, 2, None))})
KINDS = {case.kind for case in FAULT_CASES if case.fault} - {"redirect", "stale", "stored otherwise", "oversized"}
BROKEN = st.sampled_from([case.fault for case in FAULT_CASES if case.kind in KINDS and not case.slow])
FAULTS = st.one_of(
    st.builds(lambda fault, requests: {**fault, **requests}, BROKEN, REQUESTS),
    st.fixed_dictionaries({"name": st.just("stale"), "method": st.just("POST"), "times": st.sampled_from((1, None))}),
)

NOT_OURS = "is already registered with another URL"
UNKNOWN_HEADER = "has an auth header that this stack does not know"
TWICE = "is declared twice in this program"


class Machine(RuleBasedStateMachine):
    """Drives one stack on its own account."""

    def __init__(self, post_over: PostOver) -> None:
        super().__init__()
        self.api = Emulator(KEY, Modes(post_over)).__enter__()
        self.stack = Stack()
        self.program: dict[str, Properties] = {}
        # Whether the program was deployable, and only faults and crashes have happened since.
        self.deployable = False
        self.unknown_headers: set[WebhookId] = set()  # on webhooks that others registered

    def teardown(self) -> None:
        self.api.__exit__(None, None, None)

    # Actions of users.

    @initialize(program=st.dictionaries(NAMES, WEBHOOKS, min_size=1, max_size=3))
    def starts(self, program: dict[str, Properties]) -> None:
        self.edited(program)

    @rule(name=NAMES, webhook=WEBHOOKS)
    def declares(self, name: str, webhook: Properties) -> None:
        self.edited({**self.program, name: webhook})

    @precondition(lambda self: self.live())
    @rule(data=st.data(), name=NAMES, webhook=WEBHOOKS)
    def declares_what_is_live(self, data: st.DataObject, name: str, webhook: Properties) -> None:
        webhook_id = data.draw(st.sampled_from(sorted(self.live())))
        self.edited({**self.program, name: {**webhook, **webhook_id._asdict()}})

    @precondition(lambda self: self.program)
    @rule(data=st.data(), change=CHANGES)
    def changes(self, data: st.DataObject, change: tuple[str, Any]) -> None:
        name = data.draw(st.sampled_from(sorted(self.program)))
        changed = {**self.program[name], change[0]: change[1]}
        self.edited({**self.program, name: {option: value for option, value in changed.items() if value is not None}})

    @precondition(lambda self: self.program)
    @rule(data=st.data(), provider=MOVES, new=NAMES)
    def moves(self, data: st.DataObject, provider: int, new: str) -> None:
        """Move a webhook to another provider process, often with another name."""
        old = data.draw(st.sampled_from(sorted(self.program)))
        others = {name: webhook for name, webhook in self.program.items() if name not in (old, new)}
        self.edited({**others, new: {**self.program[old], "provider": provider}})

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def removes(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.program)))
        self.edited({name: webhook for name, webhook in self.program.items() if name != gone})

    @rule(data=st.data(), url=URLS, enabled=st.booleans(), header=st.sampled_from((None, "Basic theirs")))
    def others_register(self, data: st.DataObject, url: str, enabled: bool, header: str | None) -> None:
        declared = [st.sampled_from(sorted(map(id_of, self.program.values())))] if self.program else []
        webhook_id = data.draw(st.one_of(*declared, IDS))
        self.api.account.put(webhook_id.subaccount_id, webhook_id.type, url, enabled=enabled, http_auth_header=header)
        self.deployable = False
        if header:
            self.unknown_headers.add(webhook_id)

    @precondition(lambda self: self.live())
    @rule(data=st.data())
    def others_remove(self, data: st.DataObject) -> None:
        self.api.account.remove(*data.draw(st.sampled_from(sorted(self.live()))))
        self.deployable = False

    # Commands of the engine.

    @rule()
    def refreshes(self) -> None:
        before = self.live()
        result, _ = self.run("refresh")
        assert result.ok, result
        assert self.live() == before
        for resource in self.stack.resources:
            live, outs = before[WebhookId.parse(resource["id"])], resource["outputs"]
            assert (outs["url"], outs["enabled"]) == (live.url, live.enabled)
            assert outs["http_auth_header_available"] == (live.http_auth_header is not None)
        self.deployable = False

    @rule()
    def destroys(self) -> None:
        before, ours = self.live(), self.stack.ids()
        result, _ = self.run("destroy")
        assert result.ok, result
        assert self.live() == {id: webhook for id, webhook in before.items() if id not in ours}
        assert not self.stack.resources

    @rule(command=COMMANDS, faults=st.lists(FAULTS, min_size=1, max_size=2))
    def meets_faults(self, command: Command, faults: list[dict[str, Any]]) -> None:
        could = self.run("preview")[0].ok
        for fault in faults:
            self.api.faults.add(Fault(**fault))
        result, _ = self.run(command)
        self.api.faults.clear()
        if result.ok and command == "up":
            self.is_deployed()
        self.deployable = could and command != "refresh"
        self.deploys()

    @rule(command=WRITING_COMMANDS, method=SENT, skip=st.integers(0, 2), applied=st.booleans())
    def crashes(self, command: Command, method: Any, skip: int, applied: bool) -> None:
        could = self.run("preview")[0].ok
        go_on = threading.Event()
        held_back = Fault("pass", method=method, skip=skip, apply=applied, hold=go_on, hold_at="after")
        self.api.faults.add(held_back)
        self.run(command, kill_at=held_back)
        go_on.set()
        self.api.faults.clear()
        self.repairs()
        self.deployable = could and command != "refresh"
        self.deploys()

    # Properties that must hold.

    @rule()
    def deploys(self) -> None:
        """Run `pulumi up`: a preview and, unless it is refused, the update, after which nothing is left to do."""
        before = self.live()
        preview, _ = self.run("preview")
        assert self.live() == before
        if not preview.ok:
            assert self.is_refused(preview)
            # A webhook that this stack's last run had not yet removed may conflict.
            late = [resource["id"] for resource in self.stack.resources if resource.get("delete")]
            assert not self.deployable or any(id in (preview.error or "") for id in late), f"refused: {preview.error}"
            return
        result, _ = self.run("up")
        assert result.ok, result.error
        self.is_deployed()
        again, printed = self.run("preview")
        assert again == StepResult()
        assert "drift" not in printed
        self.deployable = True

    def is_deployed(self) -> None:
        """Everything declared is live, and the state contains exactly that."""
        live = self.live()
        for webhook in self.program.values():
            webhook_id = id_of(webhook)
            assert webhook_id in live, f"{webhook_id} is not registered"
            assert self.matches(live[webhook_id], webhook), f"{webhook_id} is {live[webhook_id]} instead of {webhook}"
        ids = {name: id_of(webhook) for name, webhook in self.program.items()}
        assert {name: WebhookId.parse(one["id"]) for name, one in self.stack.managed().items()} == ids
        assert self.stack.ids() == set(ids.values())

    def matches(self, live: StoredWebhook, declared: Properties) -> bool:
        wanted, header = declared.get("http_auth_header"), live.http_auth_header
        if id_of(declared) in self.unknown_headers or self.api.modes.post_over == "ignore":
            # The API never shows a header's value; if it ignores a POST over a webhook, it ignores the new value too.
            same_header = (wanted is None) == (header is None)
        else:
            same_header = wanted == header
        return live.url == declared["url"] and live.enabled == declared.get("enabled", True) and same_header

    def is_refused(self, result: StepResult) -> bool:
        """Whether it failed for a documented reason that applies."""
        error, state = result.error or "", {one["urn"]: one for one in self.stack.resources if not one.get("delete")}
        for name, webhook in self.program.items():
            webhook_id = id_of(webhook)
            live = self.live().get(webhook_id)
            known_as = urn(PROVIDERS[webhook.get("provider", 0)].token, name)
            ours = known_as in state and state[known_as]["id"] == str(webhook_id)
            if f"{webhook_id} {NOT_OURS}" in error:
                return not ours and live is not None and live.url != webhook["url"]
            if f"{webhook_id} {UNKNOWN_HEADER}" in error:
                known = "http_auth_header" in webhook or (ours and "http_auth_header" in state[known_as]["outputs"])
                return live is not None and live.http_auth_header is not None and not known
            if f"{webhook_id} {TWICE}" in error:
                return [id_of(other) for other in self.program.values()].count(webhook_id) > 1
        return False

    # Helpers.

    def edited(self, program: Program) -> None:
        self.program = {name: dict(webhook) for name, webhook in program.items()}
        self.deployable = False

    def live(self) -> Live:
        return live(self.api.account)

    def run(self, command: Command, kill_at: Fault | None = None) -> tuple[StepResult, str]:
        """Run one command; return its result and output."""
        before, ours = self.live(), self.stack.ids() | self.may_be_taken()
        result, printed = self.execute(command, kill_at)
        after = self.live()
        self.unknown_headers -= {id for id in before if after.get(id) != before[id]}
        touched = {id for id in {*before, *after} - ours if before.get(id) != after.get(id)}
        assert not touched, f"{command} touched {touched}"
        assert not leaks(f"{printed}\n{result.error}"), f"{printed}\n{result.error}"
        return result, printed

    def may_be_taken(self) -> set[WebhookId]:
        """The declared ids that are free, live as declared, or overwritten by the program."""
        found = set()
        for webhook in self.program.values():
            live = self.live().get(id_of(webhook))
            as_declared = live and live.url == webhook["url"]
            known = live and (live.http_auth_header is None or "http_auth_header" in webhook)
            if live is None or webhook.get("overwrite_on_create") or (as_declared and known):
                found.add(id_of(webhook))
        return found

    def execute(self, command: Command, kill_at: Fault | None) -> tuple[StepResult, str]:
        """Run one command in its own processes, which are killed when a request meets a fault."""
        needed = {webhook.get("provider", 0) for webhook in self.program.values()}
        needed |= {resource["provider"] for resource in self.stack.resources}
        with ExitStack() as run, ThreadPoolExecutor(1) as pool:
            folder = run.enter_context(TemporaryDirectory())
            environment = {"EIGHTX8_API_KEY": self.api.api_key, "EIGHTX8_BASE_URL": self.api.url, "TMPDIR": folder}
            hosts = {number: run.enter_context(PROVIDERS[number](environment, None, ENGINE)) for number in needed}
            if kill_at:
                pool.submit(_kill_at, kill_at, hosts.values())
            result = self.stack.run(command, self.program, hosts)
            if kill_at:
                kill_at.reached.set()
        return result, "".join(host.printed for host in hosts.values())

    def repairs(self) -> None:
        """Continue after a crash, with every pending operation dropped."""


def _kill_at(fault: Fault, hosts: Iterable[Host]) -> None:
    fault.reached.wait()
    for host in hosts:
        host.kill()
