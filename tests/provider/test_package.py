"""What the package exports, and limits on its cost: counts, bytes and processor time."""

from __future__ import annotations

import base64
import inspect
import json
import os
import subprocess
import sys
from importlib.resources import files

import pytest
from pulumi.dynamic.dynamic import serialize_provider

import pulumi_8x8
from pulumi_8x8 import errors
from pulumi_8x8.provider import WebhookProvider

HEAVY = {"requests", "urllib3", "aiohttp", "flask", "waitress", "sqlalchemy", "click", "rich", "jinja2"}

IDLE_PREVIEW = """
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_8x8.provider import WebhookProvider
provider = WebhookProvider()
provider.configure(ConfigureRequest(Config({"8x8:liveChecks": False}, "project")))
checked = provider.check({}, {"subaccount_id": "acme_voice", "type": "VCA", "url": "https://ivr.example.com/vca"})
assert not checked.failures
provider.diff("acme_voice/VCA", checked.inputs, checked.inputs)
"""


def loaded_by(code: str, result: str = "sorted(sys.modules)") -> list[str]:
    """The modules that a new process has loaded; bytecode is cached, as on a user's machine."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps({result}), file=sys.stderr)"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: list[str] = json.loads(done.stderr)
    return found


def test_the_exported_names_are_sorted_complete_and_documented() -> None:
    """They are every error and everything that a program declares or reads."""
    space: dict[str, object] = {}
    exec("from pulumi_8x8 import *", space)
    every_error = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    exported = {name: thing for name, thing in space.items() if name != "__builtins__"}

    assert pulumi_8x8.__all__ == sorted(exported) == sorted(
        every_error | {"IvrWebhooks", "LiveWebhook", "Webhook", "WebhookType", "get_webhooks", "get_webhooks_output"}
    )  # fmt: skip
    assert [name for name, thing in exported.items() if not (thing.__name__ == name and inspect.getdoc(thing))] == []  # type: ignore[attr-defined]
    assert files("pulumi_8x8").joinpath("py.typed").is_file()


def test_changing_an_errors_text_keeps_its_attributes() -> None:
    """They survive when the text is extended with what is live now."""
    error = errors.KeyRefusedError("first", status=401, status_code="1401", error_id="e-1", uncertain=True)

    changed = error.with_message("second")

    assert (type(changed), str(changed), vars(changed)) == (errors.KeyRefusedError, "second", vars(error))


def test_the_state_references_the_provider_by_name() -> None:
    """The reference is two names; a provider pickled by value would add kilobytes to each webhook."""
    pickled = serialize_provider(WebhookProvider())

    assert len(pickled) == 76
    assert all(name in base64.b64decode(pickled) for name in (b"pulumi_8x8.provider", b"WebhookProvider"))


@pytest.mark.parametrize("module", ["pulumi_8x8", "pulumi_8x8.native.main"])
def test_a_program_and_a_plugin_import_few_modules(module: str) -> None:
    """At most thirty modules are loaded, with no HTTP library, command line or emulator."""
    loaded = loaded_by(f"import {module} as m; [getattr(m, name) for name in getattr(m, '__all__', [])]")

    own = [name for name in loaded if name.startswith("pulumi_8x8")]
    assert len(own) <= 30
    assert {name.split(".")[1] for name in own if "." in name}.isdisjoint({"cli", "emulator", "ivr"})
    assert HEAVY.isdisjoint(loaded)


def test_a_preview_without_live_checks_loads_no_http_library() -> None:
    """The HTTP library is the most expensive import."""
    assert HEAVY.isdisjoint(loaded_by(IDLE_PREVIEW))


def test_the_voice_package_loads_only_the_standard_library() -> None:
    """A serverless function can bundle it without Pulumi."""
    names = ("callflow", "deliveries", "events", "menu", "outcomes", "rehearsal", "rules", "urls", "webhooks")
    loaded = loaded_by("import " + ", ".join(f"eightx8_voice.{name}" for name in names))

    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert {name for name in packages if not name.startswith("_")} == {"eightx8_voice"}
