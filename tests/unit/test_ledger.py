"""What one operation remembers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_8x8.api.wire import Declaration
from pulumi_8x8.reconcile.ledger import Ledger
from pulumi_8x8.resources.context import DeclaredBy
from pulumi_8x8.slots import Slot

VCA = Slot("acme_voice", "VCA")
VSS = Slot("acme_voice", "VSS")


def test_the_first_who_declares_a_slot_keeps_it() -> None:
    """The second is answered who was first."""
    ledger = Ledger()
    first, second = DeclaredBy(0, "menu"), DeclaredBy(1, "other")

    assert ledger.declare(VCA, first) is first
    assert ledger.declare(VCA, second) is first
    assert ledger.declare(VSS, second) is second
    assert ledger.declares(VCA) is first


def test_a_slot_is_managed_until_it_is_released() -> None:
    """Releasing one that is not managed is nothing."""
    ledger = Ledger()
    state = Declaration("acme_voice", "VCA", "https://example.com/")

    ledger.manage(state)
    known = ledger.managed(VCA)
    ledger.released(VCA)
    ledger.released(VSS)

    assert known is state
    assert ledger.managed(VCA) is None
    assert ledger.declares(VCA) is None


def test_a_topic_is_spoken_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    """However many threads speak of it, and whatever they say."""
    ledger = Ledger()

    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(ledger.say_once, "drift acme_voice/VCA", f"line {number}")
    ledger.say_once("drift acme_voice/VSS", "another")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1] == "another"
