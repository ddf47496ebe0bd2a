"""Where a key, an auth header or a secret URL could be left behind."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator, Fault
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

KEY = "canary-of-the-key"
HEADER = "Basic Y2FuYXJ5LW9mLXRoZS1oZWFkZXI="
TOKEN = "canary-in-the-url"


def found_in(folder: Path, secret: str) -> list[str]:
    """The files below a folder that hold a secret, in plain or base64."""
    forms = (secret.encode(), base64.b64encode(secret.encode()).rstrip(b"="))
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


@pytest.mark.proof
def test_no_secret_is_left_in_any_output_log_or_file(api: Emulator, project: Project) -> None:
    """Through success, drift, refusal and failure: only the encrypted state holds what must be kept."""
    api.api_key = KEY
    logs = project.folder / "logs"
    logs.mkdir()
    project.environment.update(
        EIGHTX8_API_KEY=KEY,
        EIGHTX8_DEADLINE="1",
        CANARY=HEADER,
        URL="https://ivr.example/",
        TMPDIR=str(logs),
    )
    project.use("canary").run("config", "set", "--secret", "header", HEADER).ok()
    verbose = ("-v", "5")

    printed = [project.up(*verbose).ok()]
    assert api.account.webhooks("Sub_1")["VCA"].http_auth_header == HEADER
    assert api.account.webhooks("Sub_1")["VSS"].http_auth_header == HEADER

    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.account.put("Sub_1", "VSS", "https://elsewhere.example/")
    printed += [
        project.run("preview", "--diff", *verbose),
        project.run("preview", "--json"),
        project.run("stack", "output", "--json"),
    ]
    project.environment["URL"] = "https://ivr.example/{{webhook_id}}"
    printed.append(project.deploy(*verbose).failed())
    project.environment.update(URL="https://ivr.example/", CANARY=HEADER + "\n")
    printed.append(project.deploy(*verbose).failed())
    project.environment.update(URL="https://ivr.example/", CANARY=HEADER)
    api.post_over = "refuse"
    printed.append(project.deploy("--logtostderr", *verbose).ok())
    project.environment["URL"] = "https://ivr.example/next"
    api.faults.add(Fault("status", method="POST", status=500, times=None))
    printed.append(project.deploy(*verbose).failed())
    api.faults.clear()
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.account.forbidden.add("Sub_1")
    printed.append(project.run("preview", *verbose).failed())
    printed.append(project.refresh(*verbose).failed())
    printed.append(project.destroy(*verbose).failed())
    api.account.forbidden.clear()
    printed += [project.refresh(*verbose).ok(), project.run("stack", "export").ok(), project.destroy(*verbose).ok()]

    for secret in (KEY, HEADER, TOKEN):
        assert not [result.out for result in printed if secret in result.out]
        assert found_in(project.folder, secret) == (["program/__main__.py"] if secret == TOKEN else [])
    assert list(logs.iterdir()), "the logs were looked at"
    assert list((project.folder / "backend").rglob("*history*")), "so were all former states"


def test_a_header_is_encrypted_in_the_state_also_when_it_was_plain(api: Emulator, project: Project) -> None:
    """Among the inputs and among the outputs."""
    project.declare(
        vca={"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/", "http_auth_header": HEADER}
    )

    project.deploy().ok()

    resource = project.resources()["vca"]
    assert resource["inputs"]["http_auth_header"].keys() >= {"ciphertext"}
    assert resource["outputs"]["http_auth_header"].keys() >= {"ciphertext"}
    assert HEADER not in str(resource)
