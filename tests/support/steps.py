"""A simulated engine: its steps, in its order and with its arguments, on a state kept as a dict.

    up        check each declared webhook; then create, or diff and update, or, to replace, check again, create and
              mark the old one for deletion; deletes come last, with those that an earlier run left
    preview   the same without create, update and delete
    refresh   read everything in the state
    destroy   delete everything in the state, last one first

The state has the form that `pulumi stack export` writes, with secrets in plain text and without pending operations,
which the documented repair drops. Only a successful step changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.caller import INPUT, Caller

if TYPE_CHECKING:
    from tests.support.host import Host

Command = Literal["up", "preview", "refresh", "destroy"]
Properties = dict[str, Any]
Program = Mapping[str, Mapping[str, Any]]
"""The declared webhooks: their inputs by resource name, and as `provider` the number of a provider process if not 0."""


class StepError(Exception):
    """A step failed; the text is everything that the engine shows."""


class LostError(Exception):
    """The provider's process ended during a step."""


@dataclass
class StepResult:
    """The result of a command."""

    steps: list[str] = field(default_factory=list)  # what was done, or in a preview would be: `["update vca"]`
    error: str | None = None  # what the engine shows of the step that failed
    lost: bool = False  # whether the provider's process ended in the middle of a step

    @property
    def ok(self) -> bool:
        return self.error is None and not self.lost


@dataclass
class Stack:
    """One stack's state."""

    resources: list[Properties] = field(default_factory=list)

    def managed(self) -> dict[str, Properties]:
        """The resources that are not marked for deletion, by name."""
        return {name_of(resource): resource for resource in self.resources if not resource.get("delete")}

    def ids(self) -> set[WebhookId]:
        """Every webhook in the state."""
        return {id_of(resource["inputs"]) for resource in self.resources}

    def run(self, command: Command, program: Program, providers: Mapping[int, Host]) -> StepResult:
        """Run a command without a preview; the provider processes serve only this one."""
        result = StepResult()
        try:
            if command == "refresh":
                self._refresh(providers)
            elif command == "destroy":
                self._delete_all(self.resources[:], providers, result, acts=True)
            else:
                self._update(program, providers, result, acts=command == "up")
        except StepError as error:
            result.error = str(error)
        except LostError:
            result.lost = True
        return result

    def _refresh(self, providers: Mapping[int, Host]) -> None:
        for resource in list(self.resources):
            provider = providers[resource["provider"]]
            provider.urn = resource["urn"]
            id, outs, inputs = provider.read(resource["id"], resource["outputs"])
            if id:
                resource.update(id=id, outputs=outs, inputs=inputs)
            else:
                self.resources.remove(resource)

    def _update(self, program: Program, providers: Mapping[int, Host], result: StepResult, *, acts: bool) -> None:
        declared = set()
        for name, inputs in with_hints(program).items():
            number = inputs.pop("provider", 0)
            provider = providers[number]
            provider.urn = urn(provider.token, name)
            declared.add(provider.urn)
            old = next((one for one in self.resources if one["urn"] == provider.urn and not one.get("delete")), None)
            news = provider.check(old["inputs"] if old else {}, inputs)
            if old is None or old["provider"] != number:
                replaces, changes = old is not None, True
            else:
                replaces, changes = provider.diff(old["id"], old["outputs"], news)
            if replaces:
                news = provider.check({}, inputs)
            step = "create" if old is None else "replace" if replaces else "update" if changes else "same"
            if step != "same":
                result.steps.append(f"{step} {name}")
            if not acts:
                if step in ("create", "replace"):
                    provider.preview(news)
            elif old is None or replaces:
                id, outs = provider.create(news)
                if old is not None:
                    old["delete"] = True
                known = {"urn": provider.urn, "type": provider.token, "provider": number}
                self.resources.append({**known, "id": id, "inputs": news, "outputs": outs})
            else:
                outs = provider.update(old["id"], old["outputs"], news) if changes else old["outputs"]
                old.update(inputs=news, outputs=outs)
        gone = [old for old in self.resources if old.get("delete") or old["urn"] not in declared]
        self._delete_all(gone, providers, result, acts=acts)

    def _delete_all(
        self, olds: list[Properties], providers: Mapping[int, Host], result: StepResult, *, acts: bool
    ) -> None:
        for old in reversed(olds):
            result.steps.append(f"delete {name_of(old)}")
            if acts:
                provider = providers[old["provider"]]
                provider.urn = old["urn"]
                provider.delete(old["id"], old["outputs"])
                self.resources[:] = [other for other in self.resources if other is not old]


def with_hints(program: Program) -> dict[str, Properties]:
    """The inputs as the program's process sends them, with its hidden input for each declaration."""
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


def id_of(webhook: Mapping[str, Any]) -> WebhookId:
    return WebhookId(webhook["subaccount_id"], webhook["type"])


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::scratch::{token}::{name}"


def name_of(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]
