"""The steps that an engine takes, in its order and with its arguments, over a state kept as a dict.

    up        for each declared webhook check, and create, or diff and update, or check once more as a new one, create
              and mark the old one for deletion; deletes last, with those that an earlier run left
    preview   the same questions without create, update and delete
    refresh   read of everything in the state
    destroy   delete of everything in the state, the last one first

The state is what `pulumi stack export` writes, with secrets in plain. A step reaches it only when it has succeeded;
one that was cut off stays in it as a pending operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pulumi_8x8.cli.stack_state import WEBHOOK_TOKEN
from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.caller import INPUT, Caller

Properties = dict[str, Any]
Program = Mapping[str, Mapping[str, Any]]
"""The declared webhooks: their inputs by resource name."""


class StepError(Exception):
    """A step failed; the text is all that the engine shows."""


class LostError(Exception):
    """The provider's process ended in the middle of a step."""


class Provider(Protocol):
    """One process of the provider, or what stands for it: it serves one command.

    Attributes:
        urn: The resource that the next call is about.
    """

    urn: str

    def check(self, olds: Properties, news: Properties) -> Properties:
        """The checked inputs; raises StepError with every failure."""

    def diff(self, id: str, olds: Properties, news: Properties) -> tuple[list[str], bool]:
        """The properties that ask for a replacement, and whether anything is to be done."""

    def create(self, news: Properties) -> tuple[str, Properties]:
        """The id and the outputs."""

    def preview(self, news: Properties) -> None:
        """Say whether a creation would be refused, where the provider is asked that in a preview."""

    def read(self, id: str, outs: Properties) -> tuple[str, Properties, Properties]:
        """The id, empty for gone, the outputs and the inputs."""

    def update(self, id: str, olds: Properties, news: Properties) -> Properties:
        """The outputs."""

    def delete(self, id: str, outs: Properties) -> None:
        """Remove it."""


@dataclass
class Result:
    """How a command ended.

    Attributes:
        steps: What was done, or in a preview would be, to which resource: `["update vca"]`.
        error: What the engine shows of the step that failed; None where none did.
        lost: Whether the provider's process ended in the middle of a step.
    """

    steps: list[str] = field(default_factory=list)
    error: str | None = None
    lost: bool = False

    @property
    def ok(self) -> bool:
        return self.error is None and not self.lost


@dataclass
class Stack:
    """One stack's state."""

    resources: list[Properties] = field(default_factory=list)
    pending: list[Properties] = field(default_factory=list)

    def managed(self) -> dict[str, Properties]:
        """The resources that are not about to be deleted, by name."""
        return {_name(resource): resource for resource in self.resources if not resource.get("delete")}

    def ids(self) -> set[WebhookId]:
        """Every webhook_id that the state holds, or that a pending operation is about."""
        about = [*self.resources, *(operation["resource"] for operation in self.pending)]
        return {WebhookId(resource["inputs"]["subaccount_id"], resource["inputs"]["type"]) for resource in about}

    def up(self, program: Program, provider: Provider) -> Result:
        """`pulumi up --skip-preview`."""
        return self._told(lambda result: self._update(program, provider, result, acts=True))

    def preview(self, program: Program, provider: Provider) -> Result:
        """`pulumi preview`."""
        return self._told(lambda result: self._update(program, provider, result, acts=False))

    def refresh(self, provider: Provider) -> Result:
        """`pulumi refresh --skip-preview`."""

        def work(result: Result) -> None:
            for resource in list(self.resources):
                provider.urn = resource["urn"]
                id, outs, inputs = provider.read(resource["id"], resource["outputs"])
                if not id:
                    self.resources.remove(resource)
                    result.steps.append(f"gone {_name(resource)}")
                    continue
                resource.update(id=id, outputs=outs, inputs=inputs)

        return self._told(work)

    def destroy(self, provider: Provider) -> Result:
        """`pulumi destroy --skip-preview`."""
        return self._told(lambda result: self._delete_all(self.resources[:], provider, result, acts=True))

    def forget_pending(self) -> None:
        """What an import of an export does; the engine's `up` goes on with an operation pending, and does the same."""
        self.pending = []

    def _told(self, work: Callable[[Result], object]) -> Result:
        assert not self.pending, "what is pending was not forgotten"
        result = Result()
        try:
            work(result)
        except StepError as error:
            result.error = str(error)
        except LostError:
            result.lost = True
        return result

    def _update(self, program: Program, provider: Provider, result: Result, *, acts: bool) -> None:
        kept = []
        for name, inputs in hinted(program).items():
            old = self.managed().get(name)
            provider.urn = _urn(name)
            news = provider.check(old["inputs"] if old else {}, inputs)
            replaces, changes = provider.diff(old["id"], old["outputs"], news) if old else ([], True)
            if replaces:
                news = provider.check({}, inputs)
            step = "create" if old is None else "replace" if replaces else "update" if changes else "same"
            if step != "same":
                result.steps.append(f"{step} {name}")
            kept.append(name)
            if acts:
                self._act(step, name, old, news, provider)
            elif step in ("create", "replace"):
                provider.preview(news)
        gone = [old for old in self.resources if old.get("delete") or _name(old) not in kept]
        self._delete_all(gone, provider, result, acts=acts)

    def _act(self, step: str, name: str, old: Properties | None, news: Properties, provider: Provider) -> None:
        if step == "same":
            assert old is not None
            old["inputs"] = news
        elif step == "update":
            assert old is not None
            with_news = {**old, "inputs": news}
            outs = self._noted("updating", with_news, lambda: provider.update(old["id"], old["outputs"], news))
            old.update(with_news, outputs=outs)
        else:
            new = {"urn": _urn(name), "type": WEBHOOK_TOKEN, "inputs": news}
            id, outs = self._noted("creating", new, lambda: provider.create(news))
            if old is not None:
                old["delete"] = True
            self.resources.append({**new, "id": id, "outputs": outs})

    def _delete_all(self, olds: list[Properties], provider: Provider, result: Result, *, acts: bool) -> None:
        for old in reversed(olds):
            if acts:
                self._delete(old, provider, result)
            else:
                result.steps.append(f"delete {_name(old)}")

    def _delete(self, old: Properties, provider: Provider, result: Result) -> None:
        result.steps.append(f"delete {_name(old)}")
        provider.urn = old["urn"]
        self._noted("deleting", old, lambda: provider.delete(old["id"], old["outputs"]))
        self.resources[:] = [other for other in self.resources if other is not old]

    def _noted(self, kind: str, resource: Properties, step: Callable[[], Any]) -> Any:
        """Do a step; where it is cut off, nobody has taken its note out of the state."""
        note = {"type": kind, "resource": resource}
        self.pending.append(note)
        try:
            done = step()
        except StepError:
            self.pending.remove(note)
            raise
        self.pending.remove(note)
        return done


def hinted(program: Program) -> dict[str, Properties]:
    """The inputs as the program's process sends them: with what it knows of each declaration."""
    names = list(program)
    return {
        name: {
            **inputs,
            INPUT: Caller(
                label=name,
                ahead=list(dict.fromkeys(program[later]["subaccount_id"] for later in names[index + 1 :])),
                secret=["http_auth_header"] if "http_auth_header" in inputs else [],
            ).to_text(),
        }
        for index, (name, inputs) in enumerate(program.items())
    }


def _urn(name: str) -> str:
    return f"urn:pulumi:dev::scratch::{WEBHOOK_TOKEN}::{name}"


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]
