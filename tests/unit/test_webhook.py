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

URL = "https://a.example/"


class Engine(mocks.Mocks):
    """Takes every resource, and remembers what was registered."""

    def __init__(self) -> None:
        self.resources: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.resources[args.name] = args
        webhook_id = f"{args.inputs.get('subaccount_id')}/{args.inputs.get('type')}"
        outputs = {name: value for name, value in args.inputs.items() if name != INPUT}
        return args.resource_id or webhook_id, {**outputs, "http_auth_header_available": False}

    def told(self, name: str) -> dict[str, Any]:
        """What a webhook's hidden input says."""
        said: dict[str, Any] = json.loads(self.resources[name].inputs[INPUT])
        return said

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Any]], Engine]]:
    """Runs a program to its end, and gives what was registered."""

    def running(program: Callable[[], Any]) -> Engine:
        engine = Engine()
        mocks.set_mocks(engine, project="project", stack="stack", preview=False)

        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
        return engine

    yield running
    pulumi.runtime.settings.reset_options()


Run = Callable[[Callable[[], Any]], Engine]


def test_a_webhook_registers_its_inputs_under_the_documented_token(run: Run) -> None:
    """The token and the class are in every state: they never move."""
    engine = run(lambda: Webhook("menu", subaccount_id="acme_voice", type=WebhookType.VCA, url=URL))

    registered = engine.resources["menu"]
    told = engine.told("menu")
    del registered.inputs[INPUT]
    provider = registered.inputs.pop("__provider")
    assert registered.typ == "pulumi-python:dynamic/8x8:Webhook"
    assert registered.inputs == {
        "subaccount_id": "acme_voice", "type": "VCA", "url": URL, "enabled": True,
    }  # fmt: skip
    assert told["label"] == "menu"
    assert isinstance(provider, str)


def test_outputs_have_the_names_of_the_inputs(run: Run) -> None:
    """And `http_auth_header_available`."""
    seen: dict[str, Any] = {}

    def program() -> pulumi.Output[Any]:
        menu = Webhook("menu", subaccount_id="acme_voice", type="VSS", url=URL, enabled=False)
        outputs = {"id": menu.id, "type": menu.type, "url": menu.url, "enabled": menu.enabled,
                   "header": menu.http_auth_header, "available": menu.http_auth_header_available}  # fmt: skip
        return pulumi.Output.all(**outputs).apply(seen.update)

    run(program)

    assert seen == {
        "id": "acme_voice/VSS", "type": "VSS", "url": URL, "enabled": False, "header": None, "available": False,
    }  # fmt: skip


@pytest.mark.parametrize("header", ["Bearer x", pulumi.Output.from_input("Bearer x")])
def test_a_header_is_a_secret_however_it_is_given(run: Run, header: Any) -> None:
    """Also as a plain string."""
    secret: list[bool] = []

    async def program() -> None:
        menu = Webhook("menu", subaccount_id="acme_voice", type="VCA", url=URL, http_auth_header=header)
        secret.append(await menu.http_auth_header.is_secret())
        secret.append(await menu.url.is_secret())

    engine = run(program)

    assert secret == [True, False]
    assert engine.told("menu")["secret"] == ["http_auth_header"]


def test_an_input_that_was_given_as_a_secret_is_named_as_one(run: Run) -> None:
    """By its name; so that no message repeats its value."""
    engine = run(
        lambda: Webhook("menu", subaccount_id="acme_voice", type="VCA", url=pulumi.Output.secret("https://x.example/"))
    )

    assert engine.told("menu")["secret"] == ["url"]


def test_each_declaration_tells_where_it_stands_and_what_comes_soon(run: Run) -> None:
    """The program has run to its end before the first registration is sent."""

    def program() -> None:
        for number in range(3):
            Webhook(f"hook-{number}", subaccount_id=f"team_{number}", type="VCA", url=URL)
        Webhook("later", subaccount_id=pulumi.Output.from_input("team_9"), type="VCA", url=URL)

    engine = run(program)

    told = [engine.told(name) for name in ("hook-0", "hook-1", "hook-2", "later")]
    assert [each["ahead"] for each in told] == [
        ["team_1", "team_2"], ["team_0", "team_2"], ["team_0", "team_1"], ["team_0", "team_1", "team_2"],
    ]  # fmt: skip


def test_options_that_the_provider_must_know_are_passed_on(run: Run) -> None:
    """What is ignored, and what has no effect in a dynamic provider."""
    opts = pulumi.ResourceOptions(
        ignore_changes=["url"], replace_on_changes=["url"], custom_timeouts=pulumi.CustomTimeouts(create="1m")
    )

    engine = run(lambda: Webhook("menu", subaccount_id="acme_voice", type="VCA", url=URL, opts=opts))

    assert engine.told("menu") == {
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
        engine = run(lambda: IvrWebhooks("menu", subaccount_id="acme_voice", vca_url=URL))
    finally:
        pulumi.runtime.config.set_all_config({})

    assert len(warned) == warnings
    assert "key-canary" not in str(warned) + str([resource.inputs for resource in engine.resources.values()])


def test_import_is_refused_by_the_program_with_what_to_do_instead(run: Run) -> None:
    """The engine's dynamic host would end in a KeyError; a RunError ends a program without a traceback."""
    opts = pulumi.ResourceOptions(import_="acme_voice/VCA")

    with pytest.raises(pulumi.RunError, match="Leave it out: a webhook that is live as declared is adopted"):
        run(lambda: Webhook("vca", subaccount_id="acme_voice", type="VCA", url=URL, opts=opts))


def test_get_reads_by_id(run: Run) -> None:
    """Without declaring anything: no hidden input, and nothing to compare with."""
    engine = run(lambda: Webhook.get("menu", "acme_voice/VCA"))

    read = engine.resources["menu"]
    assert read.resource_id == "acme_voice/VCA"
    assert set(read.inputs) == {"__provider"}


def test_an_ivr_is_a_pair_with_a_parent(run: Run) -> None:
    """The VSS webhook has the VCA's URL unless it is given its own; each message names the component."""
    engine = run(lambda: IvrWebhooks("ivr", subaccount_id="acme_voice", vca_url=URL, http_auth_header="x"))

    vca, vss = (engine.resources[name].inputs for name in ("ivr-vca", "ivr-vss"))
    assert engine.resources["ivr"].typ == "8x8:index:IvrWebhooks"
    assert (vca["type"], vca["url"], vss["type"], vss["url"]) == ("VCA", URL, "VSS", URL)
    assert [engine.told(name)["label"] for name in ("ivr-vca", "ivr-vss")] == ["ivr-vca in ivr", "ivr-vss in ivr"]


def test_an_ivr_gives_ids_and_urls(run: Run) -> None:
    """Of both."""
    seen: dict[str, Any] = {}

    def program() -> pulumi.Output[Any]:
        ivr = IvrWebhooks("ivr", subaccount_id="acme_voice", vca_url=URL, vss_url="https://b.example/", enabled=False)
        outputs = {"vca_id": ivr.vca_id, "vss_id": ivr.vss_id, "vca_url": ivr.vca_url, "vss_url": ivr.vss_url,
                   "enabled": ivr.vss.enabled}  # fmt: skip
        return pulumi.Output.all(**outputs).apply(seen.update)

    run(program)

    assert seen == {
        "vca_id": "acme_voice/VCA", "vss_id": "acme_voice/VSS", "vca_url": URL, "vss_url": "https://b.example/",
        "enabled": False,
    }  # fmt: skip
