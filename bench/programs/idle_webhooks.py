"""A dynamic provider that talks to nobody: what the engine and the host cost by themselves."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class IdleProvider(ResourceProvider):
    """Does at once what it is asked."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the program with the state."""
        return DiffResult(olds["url"] != news["url"], [], [], False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing."""
        return CreateResult(f"{props['subaccount_id']}/{props['type']}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Nothing."""
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Nothing."""
        return UpdateResult(news)


class IdleWebhook(Resource, module="idle", name="Webhook"):
    """Nothing, with a webhook's properties."""

    def __init__(self, name: str, inputs: dict[str, Any]) -> None:
        super().__init__(IdleProvider(), name, inputs)
