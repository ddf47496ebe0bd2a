"""The set-up guide's whole loop on one machine: endpoint, webhooks, a call, its summary and a change."""

from __future__ import annotations

import json
import shutil
import sqlite3
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator
from eightx8_voice.emulator.call import Call, place_call
from tests.support.endpoints import Delivered, endpoint
from tests.support.scratch import ROOT, Project

pytestmark = pytest.mark.engine

SUB = "InternalDemoCPaaS_8dD15_voice"
FROM, TO = "+6591234567", "+6568888888"


def flows(call: Call) -> list[Any]:
    """The actions of each call flow that the endpoint returned."""
    return [
        [action["action"] for action in json.loads(delivery.response)["callflow"]]
        for delivery in call.deliveries
        if delivery.type == "VCA" and not delivery.duplicate
    ]


def test_the_guides_loop_works_from_deployment_to_a_moved_url(api: Emulator, project: Project) -> None:
    """Deploy endpoint and webhooks, call with keys, find the summary, move the URL, and call again."""
    program = project.folder / "program"
    shutil.copytree(ROOT / "examples" / "ivr", program, dirs_exist_ok=True)
    (program / "Pulumi.yaml").write_text("name: scratch\nruntime: python\n")
    settings = ["-c", f"subaccountId={SUB}", "-c", "port=0", "-c", "httpAuthHeader=Bearer loop"]
    project.up("--skip-preview", *settings).ok()
    try:
        call = place_call(api.account, SUB, source=FROM, destination=TO, keys=["1", "2"], duplicate=True)

        assert call.status == "COMPLETED", call
        assert flows(call) == [["sayAndCapture"], ["sayAndCapture"], ["makeCall"], ["hangup"]]
        with sqlite3.connect(program / "sessions.db") as database:
            stored = database.execute("select session_id, outcome from sessions").fetchall()
        assert stored == [(call.session_id, "done")]

        with endpoint() as elsewhere:
            project.up("--skip-preview", "-c", f"publicUrl={elsewhere.url.removesuffix('/vca')}").ok()
            place_call(api.account, SUB, source=FROM, destination=TO)

        assert [summary(delivered) for delivered in elsewhere.delivered] == [
            ("/vca", "CALL_ACTION", "Bearer loop"),
            ("/vss", "SESSION_SUMMARY", "Bearer loop"),
        ]
    finally:
        project.destroy("--skip-preview").ok()
    assert api.account.webhooks(SUB) == {}


def summary(delivered: Delivered) -> tuple[str, str, str]:
    return delivered.path, delivered.body["eventType"], delivered.headers["Authorization"]
