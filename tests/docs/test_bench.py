"""The benchmark's arithmetic and verdicts, and that the page says what the kept run says."""

from __future__ import annotations

from typing import Any

import pytest
from bench import scale
from bench.report import PAGE, TARGETS, Figure, Results, plot, report, verdicts
from bench.run import ANSIBLE, MAIN, MODULES, Run


def run(way: str, operation: str, seconds: float, number: int = 1, **more: Any) -> Run:
    return Run(MAIN.name, way, operation, number, seconds, **{"cpu": 1.0, "requests": {}, "connections": 4, **more})


def test_a_ratio_is_taken_within_each_pair() -> None:
    """Whatever the order in which the runs were noted."""
    ours = [run("dynamic", "preview", seconds, number) for number, seconds in [(1, 2.0), (2, 6.0), (3, 3.0)]]
    naive = [run("naive", "preview", seconds, number) for number, seconds in [(3, 1.0), (1, 4.0), (2, 6.0)]]

    ratio = Results(runs=[*ours, *naive]).paired("dynamic", "preview", "naive")

    assert ratio == Figure(1.0, 0.5, 3.0)


@pytest.mark.parametrize("text", TARGETS)
def test_a_target_of_time_is_met_up_to_its_limit(text: str) -> None:
    """And missed above it."""
    way, operation, other, limit = TARGETS[text]

    for seconds, met in ((limit, True), (limit + 0.01, False)):
        measured = Results(runs=[run(way, operation, seconds), run(other, operation, 1.0)])
        assert [(target, met) for target, _, met in verdicts(measured)] == [(text, met)]


def test_the_page_and_the_plot_say_what_the_kept_run_says() -> None:
    """Every way carried out every operation equally often."""
    kept = Results.load()

    assert report(kept) in PAGE.read_text()
    assert kept.scale
    assert scale.report(kept.scale) in PAGE.read_text()
    assert plot(kept) == PAGE.with_suffix(".svg").read_text()
    assert len({len(kept.of(way, name)) for way in MODULES for name in ("up from nothing", "destroy")}) == 1
    assert {run.way for run in kept.runs} == {*MODULES, ANSIBLE}
    assert kept.machine["Pulumi engine"].startswith("v3.")
