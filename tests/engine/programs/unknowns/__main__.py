"""A webhook whose subaccount and URL are another resource's outputs, and one at the first webhook's URL."""

import importlib
import os
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

Webhook = importlib.import_module(os.environ["PACKAGE"]).Webhook


def _made(props: dict[str, Any]) -> dict[str, Any]:
    return {**props, "url": f"https://{props['host']}/vca", "subaccount_id": f"{props['account']}_voice"}


class _EndpointProvider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("endpoint", _made(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_made(_news))


class Endpoint(Resource):
    url: pulumi.Output[str]
    subaccount_id: pulumi.Output[str]

    def __init__(self, name: str, host: str, account: str) -> None:
        super().__init__(
            _EndpointProvider(), name, {"host": host, "account": account, "url": None, "subaccount_id": None}
        )


endpoint = Endpoint("endpoint", os.environ["HOST"], os.environ["ACCOUNT"])
vca = Webhook("vca", subaccount_id=endpoint.subaccount_id, type="VCA", url=endpoint.url)
vss = Webhook("vss", subaccount_id="Sub_1", type="VSS", url=vca.url)
pulumi.export("vss", vss.id)
