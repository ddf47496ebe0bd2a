"""How the fleet example reads its file; tests/engine/test_automation.py runs it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "examples" / "fleet" / "__main__.py"
HEADER = "stack,subaccount_id,vca_url,vss_url"
ROW = "acme,Acme_1,https://a.example/,"


@pytest.fixture
def fleet() -> ModuleType:
    """The example's program, which runs nothing when it is imported."""
    spec = importlib.util.spec_from_file_location("fleet", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rows_of_one_stack_belong_together(fleet: ModuleType, tmp_path: Path) -> None:
    """A second row of a stack adds a subaccount."""
    file = tmp_path / "fleet.csv"
    file.write_text(f"{HEADER}\n{ROW}\nglobex,Globex_1,https://g.example/,\nacme,Acme_2,https://a.example/,\n")

    stacks = fleet.read_rows(file)

    assert {name: [row["subaccount_id"] for row in rows] for name, rows in stacks.items()} == {
        "acme": ["Acme_1", "Acme_2"],
        "globex": ["Globex_1"],
    }


def test_byte_order_marks_and_other_line_ends_are_accepted(fleet: ModuleType, tmp_path: Path) -> None:
    """Spreadsheets write them."""
    file = tmp_path / "fleet.csv"
    file.write_bytes(f"{HEADER}\r\n{ROW}\r\n\r\n".encode("utf-8-sig"))

    assert list(fleet.read_rows(file)) == ["acme"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER.replace(",", ";") + "\n" + ROW.replace(",", ";"), "must begin with stack,subaccount_id,vca_url"),
        ("stack,subaccount,vca_url,vss_url\n" + ROW, "must begin with stack,subaccount_id,vca_url"),
        ("", "must begin with stack,subaccount_id,vca_url"),
        (f"{HEADER}\nacme,Acme_1", "fleet.csv, line 2: must have stack"),
        (f"{HEADER}\n{ROW},more", "fleet.csv, line 2: must have stack"),
        (f"{HEADER}\n,Acme_1,https://a.example/,", "fleet.csv, line 2: must have stack"),
        (f"{HEADER}\n{ROW}\nglobex,Acme_1,https://a.example/,", "line 3: Acme_1 is already declared in line 2"),
        (f"{HEADER}\n{ROW}\nüber,Acme_2,https://a.example/,", "must be CSV in UTF-8"),
    ],
    ids=["semicolons", "header", "empty", "short", "long", "no stack", "twice", "latin-1"],
)
def test_an_invalid_file_is_refused_in_a_line_that_names_it(
    fleet: ModuleType, tmp_path: Path, text: str, reason: str
) -> None:
    """No stack is changed, since a misread row would remove webhooks."""
    file = tmp_path / "fleet.csv"
    file.write_text(text, encoding="latin-1")

    with pytest.raises(fleet.FleetError) as refused:
        fleet.read_rows(file)

    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
