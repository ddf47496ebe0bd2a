"""What a program registers, seen by Pulumi's mock engine."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType
from pulumi_8x8.reconcile.caller import INPUT

A = "https://a.example/"


class RecordingEngine(mocks.Mocks):
    """Accepts every resource, and records what was registered."""

    def __init__(self) -> None:
        self.resources: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.resources[args.name] = args
        return args.name, {name: value for name, value in args.inputs.items() if name != INPUT}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None

    def context(self, name: str) -> dict[str, Any]:
        """The hidden input of a webhook."""
        return dict(json.loads(self.resources[name].inputs[INPUT]))


Run = Callable[[Callable[[], Any]], RecordingEngine]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a program to its end, and return what was registered."""

    def running(program: Callable[[], Any]) -> RecordingEngine:
        engine = RecordingEngine()
        mocks.set_mocks(engine, project="project", stack="stack", preview=False)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
        return engine

    yield running
    pulumi.runtime.settings.reset_options()


def vca(name: str = "menu", **more: Any) -> Webhook:
    return Webhook(name, **{"subaccount_id": "acme_voice", "type": WebhookType.VCA, "url": A, **more})


def test_a_webhook_registers_its_inputs_under_the_documented_token(run: Run) -> None:
    """Every state contains the token, so it never changes."""
    engine = run(vca)

    registered = engine.resources["menu"]
    assert registered.typ == "pulumi-python:dynamic/8x8:Webhook"
    assert {name: value for name, value in registered.inputs.items() if not name.startswith("__")} == {
        "subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True,
    }  # fmt: skip
    assert engine.context("menu") == {"label": "menu", "ahead": ["acme_voice"]}


@pytest.mark.parametrize("header", ["Bearer x", pulumi.Output.from_input("Bearer x")])
def test_a_header_is_a_secret_however_it_is_given(run: Run, header: Any) -> None:
    """The names of secret inputs are passed on, so that no message repeats their values; rehearse is False."""
    seen: dict[str, Any] = {}

    async def program() -> None:
        menu = vca(http_auth_header=header, subaccount_id=pulumi.Output.secret("acme_voice"))
        seen.update(header=await menu.http_auth_header.is_secret(), url=await menu.url.is_secret())
        seen.update(rehearse=await menu.rehearse.future())

    engine = run(program)

    assert seen == {"header": True, "url": False, "rehearse": False}
    assert engine.context("menu")["secret"] == ["subaccount_id", "http_auth_header"]


@pytest.mark.parametrize(("secret", "warnings"), [(False, 1), (True, 0)])
def test_a_key_in_plain_config_causes_one_warning(
    run: Run, monkeypatch: pytest.MonkeyPatch, secret: bool, warnings: int
) -> None:
    """The engine copies the stack's config into the state; the program passes the key nowhere."""
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    pulumi.runtime.config.set_all_config({"8x8:apiKey": "key-canary"}, ["8x8:apiKey"] if secret else [])
    try:
        engine = run(lambda: IvrWebhooks("menu", subaccount_id="acme_voice", vca_url=A))
    finally:
        pulumi.runtime.config.set_all_config({})

    assert len(warned) == warnings
    assert "key-canary" not in str(warned) + str([resource.inputs for resource in engine.resources.values()])


def test_a_subclass_is_the_same_resource_to_the_engine(run: Run) -> None:
    """A type token of its own would replace the webhook."""

    class TeamWebhook(Webhook):
        """A team's own webhook."""

    engine = run(lambda: TeamWebhook("menu", subaccount_id="acme_voice", type="VCA", url=A))

    assert engine.resources["menu"].typ == "pulumi-python:dynamic/8x8:Webhook"


def test_a_transformation_may_drop_the_hidden_input(run: Run) -> None:
    """The program ends without a warning about an unawaited output."""

    def known(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        props = {name: value for name, value in args.props.items() if name != INPUT}
        return pulumi.ResourceTransformationResult(props, args.opts)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        engine = run(lambda: vca(opts=pulumi.ResourceOptions(transformations=[known])))
        gc.collect()

    assert [warning for warning in warned if "never awaited" in str(warning.message)] == []
    assert INPUT not in engine.resources["menu"].inputs
