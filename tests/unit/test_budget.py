"""What the package may cost, in counts and bytes: a machine's speed does not matter here."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.resources.context import _Declarations, context

IDLE_HOST = """
import json, sys
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_8x8.provider import WebhookProvider
provider = WebhookProvider()
provider.configure(ConfigureRequest(Config({"8x8:liveChecks": False}, "project")))
inputs = {"subaccount_id": "acme_voice", "type": "VCA", "url": "https://ivr.example.com/vca"}
checked = provider.check({}, inputs)
provider.diff("acme_voice/VCA", checked.inputs, checked.inputs)
print(json.dumps([len(checked.failures), sorted(sys.modules)]), file=sys.stderr)
"""


def test_the_state_holds_the_provider_by_name() -> None:
    """Two names, twice in each webhook's state; a provider that is pickled by value takes kilobytes."""
    pickled = serialize_provider(WebhookProvider())

    assert len(pickled) == 76
    assert b"pulumi_8x8.provider" in base64.b64decode(pickled)
    assert b"WebhookProvider" in base64.b64decode(pickled)


def test_a_preview_that_looks_at_nothing_loads_no_http_library() -> None:
    """The HTTP library is what costs the provider's process most, after Pulumi itself."""
    done = subprocess.run([sys.executable, "-c", IDLE_HOST], capture_output=True, text=True, check=True)

    failures, modules = json.loads(done.stderr)
    assert failures == 0
    assert [name for name in ("requests", "urllib3", "aiohttp", "click", "rich", "jinja2") if name in modules] == []


@pytest.mark.parametrize("module", ["pulumi_8x8", "pulumi_8x8.native.main"])
def test_what_a_program_and_a_plugin_import_is_small(module: str) -> None:
    """Fewer than twenty modules of its own, no HTTP library, and nothing of the command line, emulator or IVR."""
    code = f"import {module} as m, sys; [getattr(m, n) for n in getattr(m, '__all__', [])]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    own = [name for name in loaded if name.startswith("pulumi_8x8")]
    assert len(own) <= 20
    assert [name for name in own if name.split(".")[1:2] in (["cli"], ["emulator"], ["ivr"])] == []
    assert [name for name in ("requests", "urllib3", "aiohttp", "click", "rich", "jinja2") if name in loaded] == []


def test_what_a_declaration_tells_does_not_grow_with_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet of a thousand subaccounts tells as much for each webhook as one of twenty."""
    declarations = _Declarations()
    monkeypatch.setattr("pulumi_8x8.resources.context._declarations", lambda: declarations)
    telling = [
        context("menu", {"subaccount_id": f"team_{number:04}_voice"}, pulumi.ResourceOptions())
        for number in range(1000)
    ]

    async def told() -> list[str]:
        return [await each for each in telling]

    texts = asyncio.run(told())

    assert json.loads(texts[0])["ahead"] == [f"team_{number:04}_voice" for number in range(1, 32)]
    assert json.loads(texts[983])["ahead"] == [
        f"team_{number:04}_voice" for number in range(976, 1000) if number != 983
    ]
    assert max(len(text) for text in texts) < 750
