"""Any sequence of what people, programs, the API and crashes do to a stack; the model is what the account holds.

Held after each command, whatever came before:

- No webhook is touched that the state does not hold, unless the program declares it as it is or says to overwrite it.
- A command that says it succeeded has done it: what is declared is live, what was removed from the program is gone.
- A command that fails while the API is well fails for a reason that the documents name, and that is so; its preview
  said it before, and the account is as it was.
- A program that could be deployed can be deployed after any fault_case by one more `up`; the preview after it is empty.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.model import WebhookId
from tests.proof.canaries import HEADER, KEY, NEXT_HEADER, leaks
from tests.proof.host import Host
from tests.proof.steps import Program, Properties, Provider, Result, Stack

SUBACCOUNTS = ("Sub_1", "Sub_2")
TYPES = ("VCA", "VSS", "VCS", "VRU", "VNU")
URLS = ("https://ivr.example/a", "https://ivr.example/b", "https://ivr.example/c")
HEADERS = (HEADER, NEXT_HEADER)
THEIRS = "Basic theirs"
NAMES = ("one", "two", "three")

SLOTS = st.builds(WebhookId, st.sampled_from(SUBACCOUNTS), st.sampled_from(TYPES))
WEBHOOKS = st.builds(
    lambda webhook_id, url, more: {
        "subaccount_id": webhook_id.subaccount_id,
        "type": webhook_id.type,
        "url": url,
        **more,
    },
    SLOTS,
    st.sampled_from(URLS),
    st.fixed_dictionaries(
        {},
        optional={
            "http_auth_header": st.sampled_from(HEADERS),
            "enabled": st.just(False),
            "overwrite_on_create": st.just(True),
        },
    ),
)
PROGRAMS = st.dictionaries(st.sampled_from(NAMES), WEBHOOKS, min_size=1, max_size=3)
CHANGES = st.one_of(
    *(
        st.tuples(st.just(name), values)
        for name, values in {
            "type": st.sampled_from(TYPES),
            "subaccount_id": st.sampled_from(SUBACCOUNTS),
            "url": st.sampled_from(URLS),
            "enabled": st.booleans(),
            "http_auth_header": st.sampled_from((None, *HEADERS)),
        }.items()
    )
)
"""One property and its new value; None takes it out."""

BROKEN = ("reset_before_reading", "reset_after_applying", "reset_in_body", "truncated", "empty", "html", "cut_json",
          "wrong_types", "wrong_shape", "nan", "duplicate_type", "many")  # fmt: skip
MEETING = {
    "method": st.sampled_from((None, "GET", "POST", "DELETE")),
    "skip": st.integers(0, 3),
    "times": st.sampled_from((1, 2, None)),
}
FAULTS = st.one_of(
    st.fixed_dictionaries({"name": st.sampled_from(BROKEN), **MEETING}),
    st.fixed_dictionaries(
        {"name": st.just("status"), "status": st.sampled_from((400, 401, 403, 404, 409, 422, 429)), **MEETING}
    ),
    st.fixed_dictionaries(
        {"name": st.just("status"), "status": st.sampled_from((500, 503)), "apply": st.booleans(), **MEETING}
    ),
    st.fixed_dictionaries({"name": st.just("stale"), "method": st.just("POST"), "times": st.sampled_from((1, None))}),
)
COMMANDS = st.sampled_from(("up", "up", "up", "destroy", "refresh", "preview"))

FOREIGN = "already holds a webhook that this resource did not register"
UNKNOWN_HEADER = "is live with an auth header that this stack does not know"
TWICE = "is declared twice in this program"


class Machine(RuleBasedStateMachine):
    """Drives one stack on one account of its own; a subclass gives it processes."""

    host: Callable[[dict[str, str]], Host]
    mode: Any = "replace"

    def __init__(self) -> None:
        super().__init__()
        self.api = Emulator(KEY, self.mode).__enter__()
        self.program: dict[str, Properties] = {}
        self.promised = False
        self.theirs: set[WebhookId] = set()

    def teardown(self) -> None:
        self.api.__exit__(None, None, None)

    @initialize(program=PROGRAMS)
    def starts(self, program: dict[str, Properties]) -> None:
        self.stack = Stack()
        self.program = program

    # What people do.

    @rule(name=st.sampled_from(NAMES), webhook=WEBHOOKS)
    def declares(self, name: str, webhook: Properties) -> None:
        self.edited({**self.program, name: webhook})

    @precondition(lambda self: self.held())
    @rule(data=st.data(), name=st.sampled_from(NAMES), webhook=WEBHOOKS)
    def declares_what_is_held(self, data: st.DataObject, name: str, webhook: Properties) -> None:
        webhook_id = data.draw(st.sampled_from(sorted(self.held())))
        self.edited({**self.program, name: {**webhook, **webhook_id._asdict()}})

    @precondition(lambda self: self.program)
    @rule(data=st.data(), change=CHANGES)
    def changes(self, data: st.DataObject, change: tuple[str, Any]) -> None:
        name = data.draw(st.sampled_from(sorted(self.program)))
        changed = {**self.program[name], change[0]: change[1]}
        declared = {option: value for option, value in changed.items() if value is not None}
        self.edited({**self.program, name: declared})

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def removes(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.program)))
        self.edited({name: webhook for name, webhook in self.program.items() if name != gone})

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def renames(self, data: st.DataObject) -> None:
        old, new = data.draw(st.sampled_from(sorted(self.program))), data.draw(st.sampled_from(NAMES))
        others = {name: webhook for name, webhook in self.program.items() if name not in (old, new)}
        self.edited({**others, new: self.program[old]})

    @rule(data=st.data(), url=st.sampled_from(URLS), enabled=st.booleans(), header=st.sampled_from((None, THEIRS)))
    def somebody_registers(self, data: st.DataObject, url: str, enabled: bool, header: str | None) -> None:
        declared = [st.sampled_from(sorted(map(id_of, self.program.values())))] if self.program else []
        webhook_id = data.draw(st.one_of(*declared, SLOTS))
        self.api.account.put(webhook_id.subaccount_id, webhook_id.type, url, enabled=enabled, http_auth_header=header)
        self.promised = False
        if header:
            self.theirs.add(webhook_id)

    @precondition(lambda self: self.api.account.subaccounts())
    @rule(data=st.data())
    def somebody_removes(self, data: st.DataObject) -> None:
        webhook_id = data.draw(st.sampled_from(sorted(self.held())))
        self.api.account.remove(*webhook_id)
        self.promised = False

    # What the engine is told.

    @rule()
    def up(self) -> None:
        self.deploys()

    @rule()
    def previews(self) -> None:
        before = self.held()

        result, _ = self.run("preview")

        assert self.held() == before
        if not result.ok:
            self.is_refused(result)

    @rule()
    def refreshes(self) -> None:
        before = self.held()

        result, _ = self.run("refresh")

        assert result.ok, result
        assert self.held() == before
        for resource in self.stack.resources:
            live = before[WebhookId.parse(resource["id"])]
            assert resource["outputs"]["url"] == live.url
            assert resource["outputs"]["enabled"] == live.enabled
            assert resource["outputs"]["http_auth_header_available"] == (live.http_auth_header is not None)
        self.promised = False

    @rule()
    def destroys(self) -> None:
        before, ours = self.held(), self.stack.ids()

        result, _ = self.run("destroy")

        assert result.ok, result
        assert self.held() == {webhook_id: webhook for webhook_id, webhook in before.items() if webhook_id not in ours}
        assert not self.stack.resources

    @rule(command=COMMANDS, faults=st.lists(FAULTS, min_size=1, max_size=2))
    def meets_trouble(self, command: str, faults: list[dict[str, Any]]) -> None:
        could = self.can_be_deployed()
        for fault in faults:
            self.api.faults.add(Fault(**fault))

        result, _ = self.run(command)

        self.api.faults.clear()
        if result.ok and command == "up":
            self.is_deployed()
        self.promised = could and command != "refresh"
        self.deploys()

    @rule(
        command=st.sampled_from(("up", "up", "destroy", "refresh")),
        method=st.sampled_from(("GET", "POST", "DELETE")),
        skip=st.integers(0, 2),
        applied=st.booleans(),
    )
    def crashes(self, command: str, method: Any, skip: int, applied: bool) -> None:
        could = self.can_be_deployed()
        go_on = threading.Event()
        held = Fault("pass", method=method, skip=skip, apply=applied, hold=go_on, hold_at="after")
        self.api.faults.add(held)

        self.run(command, kill_at=held)

        go_on.set()
        self.api.faults.clear()
        self.repairs()
        self.promised = could and command != "refresh"
        self.deploys()

    # What must hold.

    def deploys(self) -> None:
        """`pulumi up`: a preview, and if that is not refused the update; then nothing is left to do."""
        before = self.held()
        preview, _ = self.run("preview")
        assert self.held() == before
        if not preview.ok:
            self.is_refused(preview)
            assert not self.promised or self.awaits_removal(preview), f"refused after a fault_case: {preview.error}"
            return

        result, _ = self.run("up")

        assert result.ok, result.error
        self.is_deployed()
        again, printed = self.run("preview")
        assert again.ok, again.error
        assert again.steps == []
        assert "drift" not in printed
        self.promised = True

    def is_deployed(self) -> None:
        """What is declared is live, and the state holds it and nothing else."""
        held = self.held()
        declared = {id_of(webhook): webhook for webhook in self.program.values()}
        for webhook_id, webhook in declared.items():
            assert webhook_id in held, f"{webhook_id} is not registered"
            assert self.matches(webhook_id, held[webhook_id], webhook), (
                f"{webhook_id} is {held[webhook_id]} instead of {webhook}"
            )
        assert {name: resource["id"] for name, resource in self.stack.managed().items()} == {
            name: str(id_of(webhook)) for name, webhook in self.program.items()
        }
        assert self.stack.ids() == set(declared)

    def matches(self, webhook_id: WebhookId, live: StoredWebhook, declared: Properties) -> bool:
        wanted, has = declared.get("http_auth_header"), live.http_auth_header
        # The API never tells a header's value, and one that ignores a POST over a webhook ignores a new value.
        seen = (
            (wanted is None) == (has is None) if webhook_id in self.theirs or self.mode == "ignore" else wanted == has
        )
        return live.url == declared["url"] and live.enabled == declared.get("enabled", True) and seen

    def is_refused(self, result: Result) -> None:
        """It failed for a reason that the documents name, and that is so."""
        told, held, state = result.error or "", self.held(), self.stack.managed()
        for name, webhook in self.program.items():
            webhook_id = id_of(webhook)
            ours = name in state and state[name]["id"] == str(webhook_id)
            if f"{webhook_id} {FOREIGN}" in told:
                assert not ours, told
                assert held[webhook_id].url != webhook["url"], told
                return
            if f"{webhook_id} {UNKNOWN_HEADER}" in told:
                assert held[webhook_id].http_auth_header is not None, told
                assert "http_auth_header" not in webhook, told
                assert not ours or "http_auth_header" not in state[name]["outputs"], told
                return
            if f"{webhook_id} {TWICE}" in told:
                assert [id_of(other) for other in self.program.values()].count(webhook_id) > 1, told
                return
        raise AssertionError(f"failed without a documented reason: {result}")

    def awaits_removal(self, result: Result) -> bool:
        """Whether what is refused is a webhook of this stack that its last run had yet to remove."""
        late = [resource["id"] for resource in self.stack.resources if resource.get("delete")]
        return any(id in (result.error or "") for id in late)

    def can_be_deployed(self) -> bool:
        return self.run("preview")[0].ok

    # How.

    def edited(self, program: Program) -> None:
        self.program = {name: dict(webhook) for name, webhook in program.items()}
        self.promised = False

    def held(self) -> dict[WebhookId, StoredWebhook]:
        return {
            WebhookId(subaccount_id, type): webhook
            for subaccount_id in self.api.account.subaccounts()
            for type, webhook in self.api.account.webhooks(subaccount_id).items()
        }

    def run(self, command: str, kill_at: Fault | None = None) -> tuple[Result, str]:
        """Run one command; returns how it ended and what it printed."""
        before, ours = self.held(), self.stack.ids() | self.may_be_taken()
        result, printed = self.execute(command, kill_at)
        after = self.held()
        self.theirs -= {webhook_id for webhook_id in before if after.get(webhook_id) != before[webhook_id]}
        touched = {
            webhook_id for webhook_id in {*before, *after} - ours if before.get(webhook_id) != after.get(webhook_id)
        }
        assert not touched, f"{command} touched {touched}"
        said = f"{printed}\n{result.error}"
        assert not leaks(said), said
        return result, printed

    def may_be_taken(self) -> set[WebhookId]:
        """The declared ids that hold nothing, or what is declared, or whose webhook the program overwrites."""
        held = self.held()
        return {
            webhook_id
            for webhook in self.program.values()
            for webhook_id in [id_of(webhook)]
            for live in [held.get(webhook_id)]
            if live is None
            or webhook.get("overwrite_on_create")
            or (live.url == webhook["url"] and (live.http_auth_header is None or "http_auth_header" in webhook))
        }

    def execute(self, command: str, kill_at: Fault | None) -> tuple[Result, str]:
        """Run one command in a process of its own, which is killed where a request meets a fault."""
        environment = {
            "EIGHTX8_API_KEY": self.api.api_key,
            "EIGHTX8_BASE_URL": self.api.url,
            "EIGHTX8_DEADLINE": "0.3" if self.api.faults.pending() else "60",
        }
        with self.host(environment) as host:
            if kill_at is None:
                result = self.told(command, host)
            else:
                killer = threading.Thread(target=_kill, args=(host, kill_at))
                killer.start()
                result = self.told(command, host)
                kill_at.reached.set()
                killer.join()
        return result, host.printed

    def repairs(self) -> None:
        """Go on after a crash, with every pending operation dropped."""
        self.stack.forget_pending()

    def told(self, command: str, provider: Provider) -> Result:
        if command == "up":
            return self.stack.up(self.program, provider)
        if command == "preview":
            return self.stack.preview(self.program, provider)
        return self.stack.refresh(provider) if command == "refresh" else self.stack.destroy(provider)


def _kill(host: Host, reached: Fault) -> None:
    reached.reached.wait()
    with suppress(ProcessLookupError):
        host.kill()


def id_of(webhook: Properties) -> WebhookId:
    """Where a declaration belongs."""
    return WebhookId(webhook["subaccount_id"], webhook["type"])
