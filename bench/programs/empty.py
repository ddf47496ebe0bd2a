"""A dynamic provider that makes no request: the cost of the engine and the host alone."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class Provider(ResourceProvider):
    """Compares the program with the state and does nothing else."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [name for name in ("subaccount_id", "type") if _olds[name] != _news[name]]
        return DiffResult(bool(replaces) or _olds["url"] != _news["url"], replaces, [], False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['subaccount_id']}/{props['type']}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(self.create(_news).outs)


class Webhook(Resource, module="bench", name="Webhook"):
    """One webhook; in a separate module, so that the state references the provider by name, as the package's."""

    kind: type[ResourceProvider] = Provider

    def __init__(self, name: str, **inputs: str) -> None:
        super().__init__(self.kind(), name, inputs)
