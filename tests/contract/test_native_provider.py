"""The native provider over gRPC: what an engine may rely on, call by call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from pulumi_8x8.emulator import Emulator, Fault
from tests.engine.account import listings, urls, writes
from tests.proof.native_host import NativeDirect
from tests.proof.steps import StepError

MANY = 8


def vca(number: int = 1) -> dict[str, Any]:
    return {"subaccount_id": f"Sub_{number}", "type": "VCA", "url": "https://ivr.example/vca"}


@contextmanager
def held_back(api: Emulator, method: Any) -> Iterator[list[Fault]]:
    """Hold one request for each subaccount back, until the block ends."""
    go_on = threading.Event()
    faults = [
        Fault("pass", method=method, subaccount=f"Sub_{number}", hold=go_on, hold_at="after") for number in range(MANY)
    ]
    for fault in faults:
        api.faults.add(fault)
    try:
        yield faults
    finally:
        go_on.set()


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as api:
        yield api


@pytest.fixture
def provider(api: Emulator) -> Iterator[NativeDirect]:
    # No request that a test holds back ends by itself.
    patient = {"8x8:readTimeout": "300", "8x8:deadline": "300"}
    with NativeDirect({"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url, **patient}) as provider:
        yield provider


def test_checks_start_fetching_and_do_not_wait(api: Emulator, provider: NativeDirect) -> None:
    """Every check is done while no listing has been received, and all of them are asked for at once."""
    with held_back(api, "GET") as held:
        for number in range(MANY):
            provider.check({}, vca(number))

        assert all(fault.reached.wait(30) for fault in held)

    assert provider.create(vca(0))[0] == "Sub_0/VCA"
    assert listings(api) == sorted(f"Sub_{number}" for number in range(MANY)), "the creation lists nothing again"


def test_calls_run_as_many_at_a_time_as_the_engine_makes(api: Emulator, provider: NativeDirect) -> None:
    """All creations have sent their registration before the first one is answered."""
    with ThreadPoolExecutor(MANY) as engine, held_back(api, "POST") as held:
        created = [engine.submit(provider.create, vca(number)) for number in range(MANY)]

        assert all(fault.reached.wait(30) for fault in held)

    assert sorted(future.result()[0] for future in created) == [f"Sub_{number}/VCA" for number in range(MANY)]


def test_what_has_failed_is_not_sent_again_after_a_cancellation(api: Emulator, provider: NativeDirect) -> None:
    """The API asks to wait; the engine is interrupted meanwhile."""
    busy = Fault("status", method="POST", status=429, retry_after="25")
    api.faults.add(busy)
    with ThreadPoolExecutor(1) as engine:
        creation = engine.submit(provider.create, vca())
        busy.reached.wait(30)

        provider.stub.Cancel(Empty())

        with pytest.raises(StepError, match="429"):
            creation.result()
    assert writes(api) == ["POST Sub_1/VCA 429"]


def test_a_webhook_that_is_gone_reads_as_nothing(api: Emulator, provider: NativeDirect) -> None:
    """No id and no properties at all: with empty ones an engine would keep an empty resource."""
    request = provider_pb2.ReadRequest(id="Sub_1/VCA")
    request.properties.update({"subaccountId": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"})

    answer = provider.stub.Read(request)

    assert answer.id == ""
    assert not answer.HasField("properties")


def test_an_unknown_header_is_an_unknown_output_and_a_known_one_a_secret(api: Emulator, provider: NativeDirect) -> None:
    """What is not declared is known to be nothing."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    request = provider_pb2.CreateRequest(urn="urn:pulumi:dev::s::t::vca", preview=True)
    request.properties.update({**vca(), "subaccountId": "Sub_1", "httpAuthHeader": unknown})

    answer = provider.stub.Create(request)

    assert answer.properties["httpAuthHeaderAvailable"] == unknown
    assert answer.properties["httpAuthHeader"]["value"] == unknown
    assert answer.properties["rehearse"] is None
    assert answer.id == "Sub_1/VCA"


def test_a_preview_refuses_what_a_creation_would_refuse(api: Emulator, provider: NativeDirect) -> None:
    """Nothing is sent but the listing."""
    api.account.put("Sub_1", "VCA", "https://theirs.example/")

    with pytest.raises(StepError, match="already holds a webhook that this resource did not register"):
        provider.preview(vca())

    assert urls(api) == {"Sub_1/VCA": "https://theirs.example/"}


@pytest.mark.parametrize("method", ["Check", "Create", "Delete"])
def test_a_defect_is_one_line_and_shows_no_value(provider: NativeDirect, method: str) -> None:
    """Where it was, and of what kind; never what it was about."""
    provider.servicer._operation = object()  # type: ignore[assignment]
    request = getattr(provider_pb2, f"{method}Request")(urn="u")
    if method == "Delete":
        request.id = "Sub_1/VCA"

    with pytest.raises(grpc.RpcError) as caught:
        getattr(provider.stub, method)(request)

    text = str(caught.value.details())
    assert text.startswith(f"{method} failed by a defect of this provider: AttributeError in {method}, line ")
    assert "\n" not in text


@pytest.mark.parametrize("subaccount_id", ["", "a/b", 5])
def test_a_function_refuses_what_is_no_subaccount(provider: NativeDirect, subaccount_id: Any) -> None:
    """By the argument's name, before anything is sent."""
    request = provider_pb2.InvokeRequest(tok="eightx8:index:getWebhooks")
    request.args.update({"subaccountId": subaccount_id})

    [failure] = provider.stub.Invoke(request).failures

    assert failure.property == "subaccountId"
