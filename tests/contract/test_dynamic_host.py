"""The real `python -m pulumi.dynamic` process, called over gRPC as the engine calls it; each host is one operation."""

from __future__ import annotations

import base64
import os
import pickletools
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.emulator import Emulator, StoredWebhook
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT

KEY = "key-canary-c3d4"
HEADER = "header-canary-f00d"
ID = "acme_voice/VCA"
A, B = "https://a.example/", "https://b.example/"
REFERENCE = serialize_provider(WebhookProvider())
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How the engine marks a secret on the wire."""

NEWS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**NEWS, "http_auth_header_available": False}


class Host:
    """The process and what an engine asks of it; `with` starts and ends it, `said` is then all that it printed."""

    def __init__(self, config: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> None:
        ours = ("PULUMI", "EIGHTX8", "HTTP", "ALL_PROXY", "NO_PROXY", "NETRC", "REQUESTS_CA", "CURL_CA")
        plain = {name: value for name, value in os.environ.items() if not name.upper().startswith(ours)}
        self._environment = {**plain, **(environment or {})}
        self._config = {f"8x8:{key}": value for key, value in config.items()}

    def __enter__(self) -> Host:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(self._process.stdout.readline())}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=struct(self._config)), wait_for_ready=True, timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.terminate()
        self.said, self.complained = self._process.communicate(timeout=60)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> Any:
        request = provider_pb2.CheckRequest(olds=struct(olds or {}), news=resource(news))
        return self._stub.Check(request, timeout=60)

    def failures(self, news: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [(failure.property, failure.reason) for failure in self.check(news).failures]

    def checked(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = self.check(news, olds)
        assert list(answer.failures) == []
        return plain(answer.inputs)

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
        return self._stub.Diff(provider_pb2.DiffRequest(id=ID, olds=resource(olds), news=resource(news)), timeout=60)

    def create(self, news: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        answer = self._stub.Create(provider_pb2.CreateRequest(properties=resource(news)), timeout=60)
        return answer.id, plain(answer.properties)

    def read(self, outs: Mapping[str, Any], id: str = ID) -> tuple[str, dict[str, Any], dict[str, Any]]:
        answer = self._stub.Read(provider_pb2.ReadRequest(id=id, properties=resource(outs)), timeout=60)
        return answer.id, plain(answer.properties), plain(answer.inputs)

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(id=ID, olds=resource(olds), news=resource(news))
        return plain(self._stub.Update(request, timeout=60).properties)

    def delete(self, outs: Mapping[str, Any]) -> None:
        self._stub.Delete(provider_pb2.DeleteRequest(id=ID, properties=resource(outs)), timeout=60)


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(properties))
    return made


def resource(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return struct({"__provider": REFERENCE, **properties})


def plain(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The properties, which hold the reference to the provider as they came."""
    given: dict[str, Any] = json_format.MessageToDict(properties)
    if given:
        assert given.pop("__provider") == REFERENCE
    return given


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


def config(api: Emulator, **others: Any) -> dict[str, Any]:
    """What a current engine sends of the stack's config: texts, the key as a secret."""
    return {"apiKey": {**SECRET, "value": KEY}, "baseUrl": api.url, **others}


def methods(api: Emulator) -> list[str]:
    return [entry.method for entry in api.journal]


def test_the_provider_in_state_is_a_reference_to_its_class() -> None:
    """Sixty-some bytes, the same for every key and program: a module, a class, and no settings."""
    pickled = base64.b64decode(REFERENCE)

    texts = [argument for _, argument, _ in pickletools.genops(pickled) if isinstance(argument, str)]
    assert texts == ["pulumi_8x8.provider", "WebhookProvider"]
    assert len(pickled) < 70


def test_a_webhook_lives_through_four_operations(api: Emulator) -> None:
    """Created, found unchanged, drifted and put right, refreshed and removed; the key is nowhere in what goes back."""
    news = {**NEWS, "http_auth_header": HEADER, INPUT: {"index": 0, "label": "menu"}}
    with Host(config(api)) as first:
        inputs = first.checked(news)
        id, state = first.create(inputs)
    created = api.account.webhooks("acme_voice")["VCA"]

    with Host(config(api)) as second:
        unchanged = second.diff(state, second.checked(news, state))

    api.account.put("acme_voice", "VCA", B, http_auth_header=HEADER)
    with Host(config(api)) as third:
        changed = third.diff(state, third.checked(news, state))
        updated = third.update(state, inputs)
    repaired = api.account.webhooks("acme_voice")["VCA"]

    with Host(config(api)) as fourth:
        read = fourth.read(updated)
        fourth.delete(updated)
        gone = fourth.read(updated)

    assert inputs == {**NEWS, "http_auth_header": HEADER}
    assert id == ID
    assert state == updated == {**STATE, "http_auth_header": HEADER, "http_auth_header_available": True}
    assert created == repaired == StoredWebhook("VCA", A, True, HEADER)
    assert unchanged.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert (changed.changes, list(changed.replaces)) == (provider_pb2.DiffResponse.DIFF_SOME, [])
    assert read == (ID, state, inputs)
    assert gone == ("", {}, {})
    assert methods(api) == ["GET", "POST", "GET", "GET", "POST", "GET", "DELETE"]
    assert third.said == f"8x8: {ID}: url is {B} live, {A} declared\n"
    assert [host.said for host in (first, second, fourth)] == [""] * 3
    assert [host.complained for host in (first, second, third, fourth)] == [""] * 4


def test_another_identity_is_replaced_the_new_one_first(api: Emulator) -> None:
    """And values that are unknown in preview pass."""
    api.account.put("acme_voice", "VCA", A)
    with Host(config(api)) as host:
        other = host.diff(STATE, host.checked({**NEWS, "type": "VSS"}, STATE))
        unknown = host.diff(STATE, host.checked({**NEWS, "url": UNKNOWN}, STATE))
        nowhere = host.diff(STATE, host.checked({**NEWS, "subaccount_id": UNKNOWN}, STATE))

    assert (list(other.replaces), other.deleteBeforeReplace) == (["type"], False)
    assert (list(unknown.replaces), unknown.changes) == ([], provider_pb2.DiffResponse.DIFF_SOME)
    assert list(nowhere.replaces) == ["subaccount_id"]
    assert set(methods(api)) == {"GET"}


def test_many_resources_at_once_cost_one_get_for_each_subaccount(api: Emulator) -> None:
    """The host serves the engine with four threads."""
    for number in range(40):
        api.account.put(f"team_{number % 10}", ("VCA", "VSS", "VCS", "VRU")[number // 10], A)

    def same(number: int) -> bool:
        own = {"subaccount_id": f"team_{number % 10}", "type": ("VCA", "VSS", "VCS", "VRU")[number // 10]}
        ahead = [f"team_{following % 10}" for following in range(number + 1, number + 5)]
        told = {INPUT: {"index": number, "label": f"hook-{number}", "ahead": ahead}}
        inputs = host.checked({**NEWS, **own, **told}, {**STATE, **own})
        return bool(host.diff({**STATE, **own}, inputs).changes == provider_pb2.DiffResponse.DIFF_NONE)

    with Host(config(api)) as host, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(same, range(40)))

    assert answers == [True] * 40
    assert sorted(str(entry.subaccount) for entry in api.journal) == [f"team_{number}" for number in range(10)]
    assert api.journal.connections <= CONNECTIONS


def test_a_missing_key_fails_the_check_with_the_two_ways_to_set_it(api: Emulator) -> None:
    """No property, no traceback; and bad inputs are told by property all the same."""
    with Host({"baseUrl": api.url}) as host:
        [(name, reason)] = host.failures(NEWS)
        bad = host.failures({**NEWS, "url": "http://x.example/", "http_auth_header": f"{HEADER}\n"})

    assert name == ""
    assert "pulumi config set --secret 8x8:apiKey" in reason
    assert "EIGHTX8_API_KEY" in reason
    assert "Traceback" not in reason
    assert [failure[0] for failure in bad] == ["url", ""]
    assert HEADER not in str(bad)
    assert list(api.journal) == []


def test_the_environment_is_enough(api: Emulator) -> None:
    """An engine that passes no config leaves it as the only way."""
    with Host({}, {"EIGHTX8_API_KEY": KEY, "EIGHTX8_BASE_URL": api.url}) as host:
        host.create(host.checked(NEWS))

    assert api.account.webhooks("acme_voice")["VCA"] == StoredWebhook("VCA", A)


@pytest.mark.parametrize("off", ["false", False])
def test_without_live_checks_neither_key_nor_network_is_needed(off: Any) -> None:
    """And it says once that it looked at the state only."""
    with Host({"baseUrl": "http://127.0.0.1:9", "liveChecks": off}) as host:
        same = host.diff(STATE, host.checked(NEWS, STATE))
        other = host.diff(STATE, host.checked({**NEWS, "url": B}, STATE))

    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert other.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert host.said == "8x8: drift was not checked (8x8:liveChecks is false); compared with the state only\n"


def test_an_api_that_is_not_there_costs_a_preview_one_line(api: Emulator) -> None:
    """It goes on from the state; an update fails, and its last line says what is live."""
    api.refuse_connections()
    with Host(config(api, deadline="0.1")) as host:
        same = [host.diff({**STATE, "type": kind}, host.checked({**NEWS, "type": kind}, {**STATE, "type": kind}))
                for kind in ("VCA", "VSS", "VCS")]  # fmt: skip
        with pytest.raises(grpc.RpcError) as caught:
            host.update(STATE, {**NEWS, "url": B})

    assert [answer.changes for answer in same] == [provider_pb2.DiffResponse.DIFF_NONE] * 3
    [line] = host.said.splitlines()
    assert line.startswith("8x8: drift was not checked (API unreachable); compared with the state only. ")
    assert "no connection could be made" in shown(caught.value)


def test_a_refused_key_fails_the_check_and_whatever_is_tried_all_the_same(api: Emulator) -> None:
    """One line says what happened and what to do."""
    api.api_key = "rotated"
    with Host(config(api)) as host:
        [(name, reason)] = host.failures(NEWS)
        with pytest.raises(grpc.RpcError) as caught:
            host.create({**NEWS, "http_auth_header": HEADER})

    assert name == ""
    for text in (reason, shown(caught.value)):
        assert "The API responded 401" in text
        assert "Check 8x8:apiKey or EIGHTX8_API_KEY" in text
    assert "\n" not in shown(caught.value)
    assert not any(secret in shown(caught.value) for secret in (KEY, HEADER))


def test_a_malformed_setting_fails_the_check_and_is_not_repeated(api: Emulator) -> None:
    """Its name is."""
    with Host(config(api, baseUrl="http://canary.example")) as host:
        [(name, reason)] = host.failures(NEWS)

    assert name == ""
    assert reason.startswith("The setting 8x8:baseUrl is neither https nor on loopback")
    assert "canary" not in reason


def shown(error: grpc.RpcError) -> str:
    """What the engine shows to the user."""
    return str(error.details())
