"""Programs that read webhooks that they do not manage."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls, writes
from tests.support.scratch import Project

pytestmark = [pytest.mark.engine, pytest.mark.proof]


def test_a_program_reads_and_lists_webhooks_without_managing_them(api: Emulator, project: Project) -> None:
    """This works in preview too, and destroy keeps them."""
    api.account.put("Sub_1", "VSS", "https://theirs.example/vss")
    api.account.put("Sub_1", "VCA", "https://theirs.example/vca", enabled=False, http_auth_header="Basic dGhlaXJz")

    project.use("reading").up().ok()

    assert project.outputs() == {
        "url": "https://theirs.example/vca",
        "enabled": False,
        "header": True,
        "listed": ["VCA https://theirs.example/vca", "VSS https://theirs.example/vss"],
        "by_output": ["VCA", "VSS"],
        "elsewhere": [],
    }

    project.destroy().ok()

    assert writes(api) == []
    assert urls(api) == {"Sub_1/VSS": "https://theirs.example/vss", "Sub_1/VCA": "https://theirs.example/vca"}


def test_reading_an_unregistered_webhook_fails_the_preview(api: Emulator, project: Project) -> None:
    """The engine names the id."""
    preview = project.use("reading").preview().failed()

    assert "Sub_1/VCA" in preview.out
