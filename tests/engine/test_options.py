"""The effect of Pulumi's resource options, as described in docs/options.md, each in its own subaccount."""

from __future__ import annotations

import json

import pytest

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import urls, writes
from tests.support.engine import native_in_proof
from tests.support.scratch import Project

pytestmark = pytest.mark.engine

A, B, ELSEWHERE = "https://ivr.example/a", "https://ivr.example/b", "https://elsewhere.example/"
OLD, NEW, THEIRS = "Basic b2xk", "Basic bmV3", "Basic dGhlaXJz"
PRELUDE = """
import pulumi
from pulumi import ResourceOptions as Options
from {package} import *

def webhook(name, opts=None, type="VCA", url="https://ivr.example/a", **more):
    return Webhook(name, subaccount_id=f"Sub_{name}", type=type, url=url, opts=opts, **more)
"""


def declare(project: Project, program: str, **values: object) -> Project:
    """Make this the program, with these variables."""
    prelude = PRELUDE.replace("{package}", "pulumi_8x8" if project.provider == "dynamic" else "pulumi_eightx8")
    return project.write(prelude + "".join(f"{name} = {value!r}\n" for name, value in values.items()) + program)


IGNORING = """
ignoring = Options(ignore_changes=["url"])

def by_transformation(args):
    if args.name == "transformation":
        return pulumi.ResourceTransformationResult(args.props, Options.merge(args.opts, ignoring))

def by_transform(args):
    if args.name == "transform":
        return pulumi.ResourceTransformResult(args.props, Options.merge(args.opts, ignoring))

pulumi.runtime.register_stack_transformation(by_transformation)
pulumi.runtime.register_resource_transform(by_transform)
for name in ("transformation", "transform"):
    webhook(name, url=url, enabled=not also)
webhook("url", ignoring, url=url, enabled=not also)
webhook("enabled", Options(ignore_changes=["enabled"]), enabled=enabled, http_auth_header="Basic b" if also else None)
webhook("header", Options(ignore_changes=["http_auth_header"]), http_auth_header=header, enabled=not also)
webhook("bare", Options(ignore_changes=["http_auth_header"]), enabled=not also)
type = "VCA" if enabled else "VSS"
webhook("all", Options(ignore_changes=["*"]), type, url, enabled=enabled, http_auth_header=header)
"""


@pytest.mark.options(
    'ignore_changes=["url"]',
    'ignore_changes=["enabled"]',
    'ignore_changes=["http_auth_header"]',
    'ignore_changes=["*"]',
    "ignore_changes by a stack transformation",
    "ignore_changes by a transform",
)
@native_in_proof
def test_an_ignored_property_keeps_its_live_value(api: Emulator, project: Project) -> None:
    """Changes in the program or by hand are not applied, even when another property is registered."""
    declare(project, IGNORING, url=A, enabled=True, header=OLD, also=False).deploy().ok()
    api.journal.clear()

    declare(project, IGNORING, url=B, enabled=False, header=NEW, also=False).deploy("--expect-no-changes").ok()
    for name in ("url", "transformation", "transform"):
        api.account.put(f"Sub_{name}", "VCA", ELSEWHERE)
    api.account.put("Sub_enabled", "VCA", A, enabled=False)
    api.account.put("Sub_header", "VCA", A)
    api.account.put("Sub_bare", "VCA", A, http_auth_header=THEIRS)
    api.account.put("Sub_all", "VCA", ELSEWHERE, enabled=False)
    outside = project.preview("--expect-no-changes").ok()

    assert outside.out.strip() == ""
    assert writes(api) == []

    declare(project, IGNORING, url=B, enabled=False, header=NEW, also=True)
    refused = project.preview().refused()

    assert "Sub_bare/VCA has an auth header that this stack does not know" in refused.out

    api.account.put("Sub_bare", "VCA", A)
    api.account.remove("Sub_transform", "VCA")
    project.deploy().ok()

    live = {name: api.account.webhooks(f"Sub_{name}")["VCA"] for name in ("url", "enabled", "header", "all")}
    assert live == {
        "url": StoredWebhook("VCA", ELSEWHERE, False),
        "enabled": StoredWebhook("VCA", A, False, "Basic b"),
        "header": StoredWebhook("VCA", A, False, OLD),
        "all": StoredWebhook("VCA", ELSEWHERE, False),
    }
    assert api.account.webhooks("Sub_transformation") == {"VCA": StoredWebhook("VCA", ELSEWHERE, False)}
    assert api.account.webhooks("Sub_transform") == {"VCA": StoredWebhook("VCA", A, False)}, "what the state had"


DELETING = """
if declared:
    webhook("protect", Options(protect=protect), url=url)
if not gone:
    first = webhook("first", url=url)
    webhook("retain", Options(retain_on_delete=True), url=url)
    webhook("deletedwith", Options(deleted_with=first), url=url)
    second = webhook("second", Options(depends_on=[first]), url=url)
    webhook("third", Options(parent=second), url=url)
"""


@pytest.mark.options("protect", "retain_on_delete", "deleted_with", "depends_on", "parent", "state unprotect")
@native_in_proof
def test_options_that_affect_deletion_work_as_documented(api: Emulator, project: Project) -> None:
    """A protected webhook can be updated; one that is deleted with another stays, with a warning."""
    declare(project, DELETING, declared=True, protect=True, gone=False, url=A).deploy().ok()
    created = writes(api)
    preview = declare(project, DELETING, declared=True, protect=True, gone=False, url=B).preview().ok()
    project.deploy().ok()
    api.journal.clear()

    order = [created.index(f"POST Sub_{name}/VCA") for name in ("first", "second", "third")]
    assert order == sorted(order)
    warned = preview.lines("deletedwith: warning: deleted_with leaves this webhook registered at 8x8")
    assert bool(warned) == (project.provider == "dynamic")
    assert urls(api)["Sub_protect/VCA"] == B

    refused = declare(project, DELETING, declared=False, protect=True, gone=True, url=B).up().refused()
    project.run("destroy", "--yes").refused()

    assert 'protect" cannot be deleted' in refused.out
    assert writes(api) == []

    project.run("state", "unprotect", project.urn("protect"), "--yes").ok()
    project.deploy().ok()

    assert urls(api) == {"Sub_deletedwith/VCA": B, "Sub_retain/VCA": B}
    assert project.resources() == {}
    order = [writes(api).index(f"DELETE Sub_{name}/VCA") for name in ("third", "second", "first")]
    assert order == sorted(order)


@pytest.mark.proof
@pytest.mark.options("--exclude-protected", "--ignore-protect")
@native_in_proof
def test_flags_that_affect_protection_work_as_documented(api: Emulator, project: Project) -> None:
    """Destroy keeps or removes protected webhooks."""
    declare(project, 'webhook("protected", Options(protect=True)); webhook("other")').deploy().ok()

    project.destroy("--exclude-protected").ok()

    assert urls(api) == {"Sub_protected/VCA": A}

    project.destroy("--ignore-protect").ok()

    assert urls(api) == {}


REPLACING = """
webhook("before", Options(delete_before_replace=True), type=type)
webhook("retain", Options(retain_on_delete=True), type=type)
target = webhook("target", type=type)
webhook("with", Options(replace_with=[target]))
webhook("trigger", Options(replacement_trigger=type))
webhook("changes", Options(replace_on_changes=["url"]), url=url)
Webhook(name, subaccount_id="Sub_alias", type="VCA", url=url, opts=Options(aliases=[pulumi.Alias(name="old")]))
"""


@pytest.mark.proof
@pytest.mark.options(
    "delete_before_replace", "replace_with", "replacement_trigger", "replace_on_changes", "aliases", "retain_on_delete"
)
@native_in_proof
def test_options_that_affect_replacement_work_as_documented(api: Emulator, project: Project) -> None:
    """If the webhook is the same, nothing is sent; replace_on_changes causes a warning."""
    declare(project, REPLACING, name="old", type="VCA", url=A).deploy().ok()
    api.journal.clear()

    preview = declare(project, REPLACING, name="new", type="VSS", url=B).preview().ok()
    project.deploy().ok()

    replaced = {"before", "retain", "target", "trigger", "with", *(["changes"] if project.provider == "native" else [])}
    assert {step.split()[1] for step in preview.steps if step.startswith("replace ")} == replaced
    assert "update new ~url" in preview.steps
    warned = preview.lines("changes: warning: replace_on_changes has no effect on a dynamic resource")
    assert bool(warned) == (project.provider == "dynamic")
    sent = writes(api)
    assert sorted(sent) == [
        "DELETE Sub_before/VCA",
        "DELETE Sub_target/VCA",
        "POST Sub_alias/VCA",
        "POST Sub_before/VSS",
        "POST Sub_changes/VCA",
        "POST Sub_retain/VSS",
        "POST Sub_target/VSS",
    ]
    assert sent.index("DELETE Sub_before/VCA") < sent.index("POST Sub_before/VSS")
    assert sent.index("POST Sub_target/VSS") < sent.index("DELETE Sub_target/VCA")
    assert api.account.webhooks("Sub_retain").keys() == {"VCA", "VSS"}


PLAIN = """
timeouts = pulumi.CustomTimeouts(create="1s", update="1s", delete="1s")
webhook("timeouts", Options(custom_timeouts=timeouts), url=url)
webhook("secret", Options(additional_secret_outputs=["url"]), url=url)
webhook("hidden", Options(hide_diffs=["url"]), url=url)
webhook("version", Options(version="9.9.9", plugin_download_url="https://plugins.example/"), url=url)
"""


@pytest.mark.proof
@pytest.mark.options("custom_timeouts", "additional_secret_outputs", "hide_diffs", "version, plugin_download_url")
@native_in_proof
def test_options_for_state_and_display_do_not_change_a_webhook(api: Emulator, project: Project) -> None:
    """An option without effect causes a warning."""
    declare(project, PLAIN, url=A).deploy().ok()

    preview = declare(project, PLAIN, url=B).run("preview", "--diff").ok()
    project.deploy().ok()

    assert preview.lines("is expected to have version >=9.9.9")
    warned = preview.lines("warning: custom_timeouts has no effect on a dynamic resource: set 8x8:deadline instead")
    assert bool(warned) == (project.provider == "dynamic")
    assert len(preview.lines(f'"{A}" => "{B}"')) == 3, "of each but the hidden one"
    assert set(urls(api).values()) == {B}
    assert len(urls(api)) == 4
    assert project.resources()["secret"]["outputs"]["url"].keys() >= {"ciphertext"}
    assert project.resources()["hidden"]["outputs"]["url"] == B


HOOKS = """
import json

def record(args):
    before, after = (outputs and outputs["url"] for outputs in (args.old_outputs, args.new_outputs))
    with open("hooks.jsonl", "a") as file:
        file.write(json.dumps([args.id, before, after]) + "\\n")
    if fail:
        raise RuntimeError("a hook that fails")

when = ("before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete")
hooks = pulumi.ResourceHookBinding(**{name: [pulumi.ResourceHook(name, record)] for name in when})
webhook("vca", Options(hooks=hooks), url=url)
"""


@pytest.mark.proof
@pytest.mark.options("hooks")
@native_in_proof
def test_hooks_run_before_and_after_requests(api: Emulator, project: Project) -> None:
    """A failing before-create hook prevents the registration; delete hooks need the program."""
    declare(project, HOOKS, url=A, fail=True).deploy().failed()

    assert writes(api) == []

    ran = project.program / "hooks.jsonl"
    ran.unlink()
    declare(project, HOOKS, url=A, fail=False).deploy().ok()
    declare(project, HOOKS, url=B, fail=False).deploy().ok()
    refused = project.destroy().refused()
    project.destroy("--run-program").ok()

    assert "You must run with the `--run-program` flag to use delete hooks during destroy." in refused.out
    assert urls(api) == {}
    assert [json.loads(line) for line in ran.read_text().splitlines()] == [
        ["", None, None],
        ["Sub_vca/VCA", None, A],
        ["Sub_vca/VCA", A, None],
        ["Sub_vca/VCA", A, B],
        ["Sub_vca/VCA", B, None],
        ["Sub_vca/VCA", B, None],
    ]


COMPONENT = """
opts = Options(protect=True, retain_on_delete=True, ignore_changes=["url"], depends_on=[webhook("first")])
if declared:
    IvrWebhooks("pair", subaccount_id="Sub_pair", vca_url=url, opts=opts)
"""


@pytest.mark.proof
@pytest.mark.options("options of IvrWebhooks")
def test_component_options_reach_its_webhooks_as_documented(api: Emulator, project: Project) -> None:
    """Protection, retention and dependencies apply to both webhooks; `ignore_changes` does not."""
    declare(project, COMPONENT, declared=True, url=A).deploy().ok()
    registered = writes(api)
    declare(project, COMPONENT, declared=True, url=B).deploy().ok()

    assert registered[0] == "POST Sub_first/VCA"
    assert urls(api) == {"Sub_first/VCA": A, "Sub_pair/VCA": B, "Sub_pair/VSS": B}

    declare(project, COMPONENT, declared=False, url=B).preview().refused()
    project.deploy("--ignore-protect").ok()

    assert project.resources().keys() == {"first"}
    assert urls(api) == {"Sub_first/VCA": A, "Sub_pair/VCA": B, "Sub_pair/VSS": B}


@pytest.mark.proof
@pytest.mark.options("import_")
def test_import_is_refused_in_one_line(api: Emulator, project: Project) -> None:
    """The error names the alternative."""
    refused = declare(project, 'webhook("vca", Options(import_="Sub_vca/VCA"))').preview().refused()

    [line] = [line for line in refused.out.splitlines() if "import_" in line]
    assert "`pulumi-8x8 export` writes such declarations" in line
    assert len(api.journal) == 0


PROVIDERS = """
class Account(pulumi.ProviderResource):
    def __init__(self, name, **settings):
        super().__init__("pulumi-python", name, {f"8x8:{key}": value for key, value in settings.items()})

second = Account("second", apiKey=pulumi.Output.secret(key), baseUrl=base_url)
webhook("first")
webhook("second", Options(provider=second))
IvrWebhooks("pair", subaccount_id="Sub_pair", vca_url="https://ivr.example/a", opts=Options(providers=[second]))
"""


@pytest.mark.options("provider", "providers")
def test_an_explicit_provider_uses_another_account(api: Emulator, project: Project) -> None:
    """It has its own settings, and its key is encrypted in the state."""
    with Emulator(api_key="key-of-the-second") as second:
        declare(project, PROVIDERS, key="key-of-the-second", base_url=second.url).deploy().ok()
        project.preview("--expect-no-changes").ok()

        assert urls(api) == {"Sub_first/VCA": A}
        assert urls(second) == {"Sub_pair/VCA": A, "Sub_pair/VSS": A, "Sub_second/VCA": A}

        project.destroy().ok()

        assert (urls(api), urls(second)) == ({}, {})
        assert "key-of-the-second" not in "".join(
            path.read_text() for path in (project.folder / "backend").rglob("*.json")
        )
