"""The native provider over gRPC: what an engine may rely on, call by call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from eightx8_voice.emulator import Emulator, Fault
from tests.support.native_host import NativeDirect
from tests.support.steps import StepError

DEV = "urn:pulumi:dev::ivr::eightx8:index:Webhook::vca"
MANY = [f"Sub_{number}" for number in range(8)]
SUB_1 = {"subaccountId": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


def vca(subaccount_id: str = "Sub_1") -> dict[str, Any]:
    return {"subaccount_id": subaccount_id, "type": "VCA", "url": "https://ivr.example/vca"}


@contextmanager
def held_back(api: Emulator, method: Any) -> Iterator[list[Fault]]:
    """Hold back one request for each subaccount until the block ends."""
    go_on = threading.Event()
    try:
        yield [api.faults.add(Fault("pass", method, name, hold=go_on, hold_at="after")) for name in MANY]
    finally:
        go_on.set()


@pytest.fixture
def provider(api: Emulator) -> Iterator[NativeDirect]:
    # A request that a test holds back must not time out.
    patient = {"8x8:readTimeout": "300", "8x8:deadline": "300"}
    with NativeDirect({"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url, **patient}) as provider:
        yield provider


def test_checks_start_fetching_and_do_not_wait(api: Emulator, provider: NativeDirect) -> None:
    """Every check returns before a listing has arrived, and creation does not list again."""
    with held_back(api, "GET") as held:
        for name in MANY:
            provider.check({}, vca(name))

        assert all(fault.reached.wait(30) for fault in held)

    assert provider.create(vca("Sub_0"))[0] == "Sub_0/VCA"
    assert sorted(str(entry.subaccount) for entry in api.journal.requests("GET")) == MANY


def test_the_subaccounts_of_the_last_run_are_fetched_at_the_first_check(api: Emulator, tmp_path: Path) -> None:
    """The engine compares resources one after the other, and would otherwise wait for each listing in turn."""
    config = {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}
    with NativeDirect(config, tmp_path) as first:
        first.urn = DEV
        for name in MANY:
            first.check({}, vca(name))
    api.journal.clear()

    with NativeDirect(config, tmp_path) as second:
        second.urn = DEV
        fetched = [api.faults.add(Fault("pass", "GET", name)) for name in MANY]
        second.check({}, vca(MANY[0]))

        assert all(fault.reached.wait(30) for fault in fetched)


def test_calls_run_as_concurrently_as_the_engine_makes_them(api: Emulator, provider: NativeDirect) -> None:
    """All creations have sent their registration before the first response arrives."""
    with ThreadPoolExecutor(len(MANY)) as engine, held_back(api, "POST") as held:
        created = [engine.submit(provider.create, vca(name)) for name in MANY]

        assert all(fault.reached.wait(30) for fault in held)

    assert [future.result()[0] for future in created] == [f"{name}/VCA" for name in MANY]


def test_a_failed_request_is_not_retried_after_a_cancellation(api: Emulator, provider: NativeDirect) -> None:
    """The engine is interrupted during the pause that the API asked for."""
    busy = api.faults.add(Fault("status", method="POST", status=429, retry_after="25"))
    with ThreadPoolExecutor(1) as engine:
        creation = engine.submit(provider.create, vca())
        busy.reached.wait(30)

        provider.stub.Cancel(Empty())

        with pytest.raises(StepError, match="429"):
            creation.result()
    assert len(api.journal.requests("POST")) == 1


def test_a_preview_knows_all_outputs_except_those_of_unknown_inputs(api: Emulator, provider: NativeDirect) -> None:
    """Undeclared inputs are known, the header is secret, and an unknown subaccount is not listed."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    request = provider_pb2.CreateRequest(urn="urn:pulumi:dev::s::t::vca", preview=True)
    request.properties.update({**SUB_1, "httpAuthHeader": unknown})

    response = provider.stub.Create(request)
    request.properties.update({"subaccountId": unknown})

    assert provider.stub.Create(request).id == ""
    assert [entry.subaccount for entry in api.journal] == ["Sub_1"]
    assert (response.id, response.properties["rehearse"]) == ("Sub_1/VCA", None)
    assert response.properties["httpAuthHeaderAvailable"] == unknown
    assert response.properties["httpAuthHeader"]["value"] == unknown


def test_an_internal_error_is_one_line_without_values(provider: NativeDirect) -> None:
    """It names the place and the type of the error only."""
    provider.servicer._operation = object()  # type: ignore[assignment]

    with pytest.raises(grpc.RpcError) as caught:
        provider.stub.Create(provider_pb2.CreateRequest(urn="u"))

    text = str(caught.value.details())
    assert text.startswith("Create failed with an internal error of this provider: AttributeError in Create, line ")
    assert "\n" not in text


@pytest.mark.parametrize("subaccount_id", ["", "a/b", 5])
def test_a_function_refuses_a_malformed_subaccount(provider: NativeDirect, subaccount_id: Any) -> None:
    """The error names the argument, and nothing is sent."""
    request = provider_pb2.InvokeRequest(tok="eightx8:index:getWebhooks")
    request.args.update({"subaccountId": subaccount_id})

    assert [failure.property for failure in provider.stub.Invoke(request).failures] == ["subaccountId"]


@pytest.mark.parametrize("secret", [True, False])
def test_a_key_in_plain_config_causes_a_warning(
    api: Emulator, capsys: pytest.CaptureFixture[str], secret: bool
) -> None:
    """The dynamic provider warns too."""
    key: Any = rpc.wrap_rpc_secret(api.api_key) if secret else api.api_key

    request = provider_pb2.ConfigureRequest()
    request.args.update({"apiKey": key, "baseUrl": api.url})

    with NativeDirect({}) as provider:
        provider.stub.Configure(request)

    assert ("eightx8:apiKey is set without --secret" in capsys.readouterr().out) == (not secret)
