"""The benchmark's arithmetic, its verdicts, and that the page says what the kept runs say."""

from __future__ import annotations

from typing import Any

import pytest
from bench.grid import GRID, MAIN, ONCE, OPERATIONS, Way
from bench.measure import Run
from bench.report import PAGE, main_report, scale_report
from bench.results import KEPT, Figure, Results
from bench.targets import REQUESTS, TARGETS, Verdict

BYTES = {Way.OURS: 1100.0, Way.NAIVE: 1000.0}
RATIOS = [
    ("Preview with live checks", (Way.OURS, "preview"), (Way.OURS, "preview, live checks off"), 1.15),
    ("`preview --refresh`", (Way.OURS, "preview --refresh"), (Way.NAIVE, "preview --refresh"), 0.75),
    ("Up from nothing ≤ 1.0 × naive", (Way.OURS, "up from nothing"), (Way.NAIVE, "up from nothing"), 1.0),
    ("Destroy", (Way.OURS, "destroy"), (Way.NAIVE, "destroy"), 0.95),
    ("Up from nothing ≤ 0.08 × Ansible", (Way.OURS, "up from nothing"), (Way.ANSIBLE, "up from nothing"), 0.08),
    ("Up with nothing to do", (Way.OURS, "up, nothing to do"), (Way.ANSIBLE, "up, nothing to do"), 0.12),
]


def run(way: Way, operation: str, seconds: float, number: int = 1, **more: Any) -> Run:
    asked = {"requests": REQUESTS.get(operation, {}), "connections": 4, "at_once": 4, "state": BYTES.get(way)}
    return Run(MAIN.name, way.value, operation, number, seconds, **{**asked, **more})


def results(*runs: Run, imports: float = 5.0) -> Results:
    return Results("2026-01-01", {}, 5000.0, [imports], list(runs))


def verdict(beginning: str, measured: Results) -> Verdict:
    [target] = [target for target in TARGETS if target.text.startswith(beginning)]
    return target.judge(measured)


def every(**more: Any) -> list[Run]:
    return [run(Way.OURS, name, 1.0, **more) for name in REQUESTS] + [run(Way.NAIVE, "up from nothing", 1.0)]


def test_a_ratio_is_taken_within_each_pair() -> None:
    """Whatever the order in which the runs were noted."""
    ours = [run(Way.OURS, "preview", seconds, number) for number, seconds in [(1, 2.0), (2, 6.0), (3, 3.0)]]
    naive = [run(Way.NAIVE, "preview", seconds, number) for number, seconds in [(3, 1.0), (1, 4.0), (2, 6.0)]]

    ratio = results(*ours, *naive).ratio(MAIN, (Way.OURS, "preview"), (Way.NAIVE, "preview"))

    assert ratio == Figure(1.0, 0.5, 3.0)


def test_each_run_is_compared_with_what_was_carried_out_once() -> None:
    """As the playbook, which takes minutes."""
    ours = [run(Way.OURS, "up from nothing", seconds, number) for number, seconds in [(1, 2.0), (2, 4.0)]]
    once = run(Way.ANSIBLE, "up from nothing", 32.0)

    ratio = results(*ours, once).ratio(MAIN, (Way.OURS, "up from nothing"), (Way.ANSIBLE, "up from nothing"))

    assert ratio == Figure(0.09375, 0.0625, 0.125)


@pytest.mark.parametrize(("beginning", "one", "other", "limit"), RATIOS)
def test_a_target_of_time_is_met_up_to_its_limit(
    beginning: str, one: tuple[Way, str], other: tuple[Way, str], limit: float
) -> None:
    """And missed above it."""
    assert verdict(beginning, results(run(*one, limit), run(*other, 1.0))).met
    assert not verdict(beginning, results(run(*one, limit + 0.01), run(*other, 1.0))).met


def test_a_target_of_counts_or_bytes_is_missed_by_one_too_many() -> None:
    """One request, one connection, a millisecond or a hundredth."""
    well = results(*every())
    assert [target.text for target in TARGETS[:2] + TARGETS[-2:] if not target.judge(well).met] == []

    once_more = [run(Way.OURS, "destroy", 1.0, 2, requests={"DELETE": 101})]
    assert verdict("One GET", results(*every(), *once_more)) == ("destroy: {'DELETE': 101}", False)
    assert not verdict("Never more connections", results(*every(connections=5))).met
    assert not verdict("The package adds", results(imports=20.1)).met
    assert not verdict("State", results(*every(state=1210.0))).met


def test_the_page_says_what_the_kept_runs_say() -> None:
    """Each table, and each target with its figure; only `python -m bench` writes them."""
    page, grid = PAGE.read_text(), Results.load(KEPT["grid"])

    assert main_report(grid) in page
    assert scale_report(Results.load(KEPT["scale"])) in page
    for target in TARGETS:
        figure, met = target.judge(grid)
        assert f"| {target.text} | {figure} | {'met' if met else '**missed**'} |" in page
    assert f"({PAGE.stem}.svg)" in page
    assert PAGE.with_suffix(".svg").exists()


def test_the_kept_run_is_whole() -> None:
    """Every way that has an operation carried it out, as often as the grid says, in each cell."""
    grid = Results.load(KEPT["grid"])
    for cell in GRID:
        for way in cell.ways:
            taken = {name: len(grid.of(cell, way, name)) for name in cell.operations}
            assert max(taken.values()) == (1 if way in ONCE else cell.runs)
            if way is Way.OURS:
                assert taken == dict.fromkeys(cell.operations, cell.runs)
    assert set(MAIN.operations) < set(OPERATIONS)
    assert grid.capacity >= 2000
    assert {"processor", "memory", "Python", "Pulumi engine", "Pulumi SDK"} <= set(grid.machine)
