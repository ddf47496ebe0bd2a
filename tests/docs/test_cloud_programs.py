"""The programs for AWS and Google Cloud, with the providers' real SDKs in separate environments."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eightx8_voice.deliveries import synthetic
from tests.support.environments import ROOT, environment

pytestmark = pytest.mark.proof

EXAMPLES = ROOT / "examples"
UNDER_MOCKS = Path(__file__).parents[1] / "support" / "under_mocks.py"
HEADER = {"secret": "Bearer canary"}
CONFIG = {"example:subaccountId": ("Sub_1", False), "example:httpAuthHeader": ("Bearer canary", True)}


def ran(*command: str, **more: Any) -> str:
    """The output of a command, which must succeed."""
    done: Any = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def python_of(example: str) -> str:
    return str(environment(EXAMPLES / example / "requirements.txt") / "bin" / "python")


def declared(example: str, config: dict[str, tuple[str, bool]], outputs: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The inputs of each resource of a program, by type and name; some are secret."""
    arguments = str(UNDER_MOCKS), str(EXAMPLES / example), json.dumps({**CONFIG, **config}), json.dumps(outputs)
    return dict(json.loads(ran(python_of(example), *arguments)))


def webhooks(address: str) -> dict[str, Any]:
    """The declarations that a program should make for its two webhooks."""
    every = {"subaccount_id": "Sub_1", "enabled": True, "http_auth_header": HEADER}
    return {
        f"pulumi-python:dynamic/8x8:Webhook ivr-{path}": {**every, "type": path.upper(), "url": f"{address}/{path}"}
        for path in ("vca", "vss")
    }


def test_a_function_url_on_aws_is_declared_with_its_webhooks(tmp_path: Path) -> None:
    """The webhooks point to it, and the function's archive contains exactly what the handler needs."""
    address = "https://abc.lambda-url.ap-southeast-1.on.aws"

    resources = declared("lambda", {}, {"aws:lambda/functionUrl:FunctionUrl": {"functionUrl": f"{address}/"}})

    function = resources["aws:lambda/function:Function ivr"]
    assert webhooks(address).items() <= resources.items()
    assert function["environment"] == {"secret": {"variables": {"HTTP_AUTH_HEADER": "Bearer canary"}}}
    for name, source in function["code"].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tmp_path / name)
    event = {"headers": {"authorization": "Bearer canary"}, "rawPath": "/vca"}
    event |= {"requestContext": {"http": {"method": "POST"}}, "body": json.dumps(synthetic("VCA", "Sub_1"))}
    call = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import handler; print(handler.handle({event!r}, None))"
    alone = ran(sys.executable, "-I", "-S", "-c", call, env={"HTTP_AUTH_HEADER": "Bearer canary"})
    assert alone.startswith("{'statusCode': 200")


def test_a_cloud_run_service_is_declared_with_its_webhooks() -> None:
    """The webhooks point to it, and the container gets header and database only as secrets."""
    config = {"gcp:region": ("asia-southeast1", False), "example:image": ("endpoint:1", False)}
    outputs = {
        "gcp:cloudrunv2/service:Service": {"uri": "https://ivr-abc-as.a.run.app"},
        "gcp:secretmanager/secretVersion:SecretVersion": {"version": "1"},
        "gcp:serviceaccount/account:Account": {"member": "serviceAccount:ivr", "email": "ivr@example"},
    }

    resources = declared("cloud-run", {**config, "example:databaseUrl": ("postgresql://canary", True)}, outputs)

    service = resources["gcp:cloudrunv2/service:Service ivr"]
    stored = {name.split()[1]: values["secretData"] for name, values in resources.items() if "SecretVersion" in name}
    variables = [variable["name"] for variable in service["template"]["containers"][0]["envs"]]
    assert webhooks("https://ivr-abc-as.a.run.app").items() <= resources.items()
    assert stored == {"eightx8-http-auth-header": HEADER, "database-url": {"secret": "postgresql://canary"}}
    assert "canary" not in json.dumps(service)
    assert variables == ["HOST", "EIGHTX8_HTTP_AUTH_HEADER", "DATABASE_URL"]


@pytest.mark.parametrize("example", ["lambda", "cloud-run", "policy"])
def test_a_program_with_another_sdk_passes_a_strict_type_check(example: str) -> None:
    """An editor shows its user the same types."""
    options = ["--strict", "--config-file=", f"--python-executable={python_of(example)}"]
    cache = f"--cache-dir={ROOT / '.mypy_cache' / example}"

    ran(sys.executable, "-m", "mypy", *options, cache, "__main__.py", cwd=EXAMPLES / example)
