"""A provider of nothing that does in each call what its resource asks for, by way of `pulumi_8x8.dynamic_host`."""

from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from pulumi_8x8.dynamic_host import current_call, log, plain

REFUSAL = "refused: nothing is live; run it again"


class Parts(ResourceProvider):
    serialize_as_secret_always = False

    def _serve(self, rpc: str, props: dict[str, Any]) -> None:
        call = current_call()
        if "warn" in props:
            warning = f"{rpc} of {call.urn}, ignoring {list(call.ignore_changes)}"
            if not log("warning", warning, call.urn):
                print(warning)
        if props.get("fail") == rpc:
            try:
                raise ConnectionError("what led to it")
            except ConnectionError as error:
                raise plain(RuntimeError(f"{rpc} {REFUSAL}")) from error

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        self._serve("check", news)
        return CheckResult(news, [])

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        self._serve("diff", news)
        return DiffResult(changes=olds != news, replaces=[], delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        self._serve("create", props)
        return CreateResult("made", dict(props))

    def read(self, id: str, props: dict[str, Any]) -> ReadResult:
        self._serve("read", props)
        return ReadResult(id, props, props)

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        self._serve("update", news)
        return UpdateResult(dict(news))

    def delete(self, id: str, props: dict[str, Any]) -> None:
        self._serve("delete", props)


class Part(Resource, name="Part"):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(Parts(), name, props, opts)
