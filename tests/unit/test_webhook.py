"""What a program registers, seen by Pulumi's own mock engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType
from pulumi_8x8.reconcile.caller import INPUT

A, B = "https://a.example/", "https://b.example/"


class Engine(mocks.Mocks):
    """Accepts every resource, and records what was registered."""

    def __init__(self) -> None:
        self.resources: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.resources[args.name] = args
        outputs = {name: value for name, value in args.inputs.items() if name != INPUT}
        webhook_id = f"{args.inputs.get('subaccount_id')}/{args.inputs.get('type')}"
        return args.resource_id or webhook_id, {**outputs, "http_auth_header_available": False}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None

    def context(self, name: str) -> dict[str, Any]:
        """The hidden input of a webhook."""
        known: dict[str, Any] = json.loads(self.resources[name].inputs[INPUT])
        return known


Run = Callable[[Callable[[], Any]], Engine]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs a program to its end, and returns what was registered."""

    def running(program: Callable[[], Any]) -> Engine:
        engine = Engine()
        mocks.set_mocks(engine, project="project", stack="stack", preview=False)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
        return engine

    yield running
    pulumi.runtime.settings.reset_options()


def vca(name: str = "menu", **more: Any) -> Webhook:
    return Webhook(name, **{"subaccount_id": "acme_voice", "type": WebhookType.VCA, "url": A, **more})


def test_a_webhook_registers_its_inputs_under_the_documented_token(run: Run) -> None:
    """The token is in every state, and never moves."""
    engine = run(vca)

    registered = engine.resources["menu"]
    assert registered.typ == "pulumi-python:dynamic/8x8:Webhook"
    assert {name: value for name, value in registered.inputs.items() if not name.startswith("__")} == {
        "subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True,
    }  # fmt: skip
    assert engine.context("menu") == {"label": "menu"}


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


def test_each_declaration_names_the_other_subaccounts(run: Run) -> None:
    """The program has run to its end before the first registration is sent."""

    def program() -> None:
        for number in range(3):
            vca(f"hook-{number}", subaccount_id=f"team_{number}")
        vca("later", subaccount_id=pulumi.Output.from_input("team_9"))

    engine = run(program)

    assert [engine.context(name)["ahead"] for name in ("hook-0", "hook-1", "hook-2", "later")] == [
        ["team_1", "team_2"], ["team_0", "team_2"], ["team_0", "team_1"], ["team_0", "team_1", "team_2"],
    ]  # fmt: skip


def test_options_that_the_provider_must_know_are_passed_on(run: Run) -> None:
    """What is ignored, and what has no effect in a dynamic provider."""
    opts = pulumi.ResourceOptions(
        ignore_changes=["url"], replace_on_changes=["url"], custom_timeouts=pulumi.CustomTimeouts(create="1m")
    )

    assert run(lambda: vca(opts=opts)).context("menu") == {
        "label": "menu", "ignored": ["url"], "unsupported": ["replace_on_changes", "custom_timeouts"]
    }  # fmt: skip


@pytest.mark.parametrize(("secret", "warnings"), [(False, 1), (True, 0)])
def test_a_key_in_plain_config_is_warned_about_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, secret: bool, warnings: int
) -> None:
    """The engine writes the stack's config into the state as it is; the key itself goes nowhere."""
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    pulumi.runtime.config.set_all_config({"8x8:apiKey": "key-canary"}, ["8x8:apiKey"] if secret else [])
    try:
        engine = run(lambda: IvrWebhooks("menu", subaccount_id="acme_voice", vca_url=A))
    finally:
        pulumi.runtime.config.set_all_config({})

    assert len(warned) == warnings
    assert "key-canary" not in str(warned) + str([resource.inputs for resource in engine.resources.values()])


def test_import_is_refused_by_the_program_with_what_to_do_instead(run: Run) -> None:
    """A RunError ends a program without a traceback."""
    with pytest.raises(pulumi.RunError, match="Leave it out: a webhook that is live as declared is adopted"):
        run(lambda: vca(opts=pulumi.ResourceOptions(import_="acme_voice/VCA")))


@pytest.mark.parametrize(("given", "vss_url"), [({}, A), ({"vss_url": B}, B)])
def test_an_ivr_is_a_pair_with_a_parent(run: Run, given: dict[str, Any], vss_url: str) -> None:
    """The VSS webhook has the VCA's URL unless it is given its own; each message names the component."""
    seen: dict[str, Any] = {}

    def program() -> pulumi.Output[Any]:
        ivr = IvrWebhooks("ivr", subaccount_id="acme_voice", vca_url=A, http_auth_header="x", enabled=False, **given)
        outputs = (ivr.vca_id, ivr.vss_id, ivr.vca_url, ivr.vss_url, ivr.vss.enabled)
        return pulumi.Output.all(*outputs).apply(lambda values: seen.update(all=values))

    engine = run(program)

    assert engine.resources["ivr"].typ == "8x8:index:IvrWebhooks"
    assert seen["all"] == ["acme_voice/VCA", "acme_voice/VSS", A, vss_url, False]
    assert [engine.context(name)["label"] for name in ("ivr-vca", "ivr-vss")] == ["ivr-vca in ivr", "ivr-vss in ivr"]
