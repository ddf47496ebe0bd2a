"""The benchmark's arithmetic and verdicts, and that the page says what the kept run says."""

from __future__ import annotations

from typing import Any

import pytest
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


def test_each_run_is_compared_with_what_was_carried_out_once() -> None:
    """As the playbook, which takes minutes."""
    ours = [run("native", "up from nothing", seconds, number) for number, seconds in [(1, 2.0), (2, 4.0)]]

    ratio = Results(runs=[*ours, run(ANSIBLE, "up from nothing", 32.0)]).paired("native", "up from nothing", ANSIBLE)

    assert ratio == Figure(0.09375, 0.0625, 0.125)


def test_the_limit_is_the_latency_of_all_requests_over_the_hosts_threads_and_the_empty_stack() -> None:
    """100 POSTs and 50 GETs of 50 ms on four threads take 1.875 s."""
    ours = run("dynamic", "up from nothing", 9.0, requests={"GET": 50, "POST": 100})

    limit = Results(runs=[ours, run("empty stack", "up from nothing", 2.0)]).limit("dynamic", "up from nothing")

    assert limit == Figure(3.875, 3.875, 3.875)


@pytest.mark.parametrize("text", TARGETS)
def test_a_target_of_time_is_met_up_to_its_limit(text: str) -> None:
    """And missed above it."""
    way, operation, other, limit = TARGETS[text]

    for seconds, met in ((limit, True), (limit + 0.01, False)):
        measured = Results(runs=[run(way, operation, seconds), run(other, operation, 1.0)])
        assert [(target, met) for target, _, met in verdicts(measured)] == [(text, met)]


@pytest.mark.parametrize(("native", "met"), [(2.5, True), (2.6, False)])
def test_the_native_provider_may_add_half_of_what_the_naive_one_adds(native: float, met: bool) -> None:
    """To an empty stack of two seconds, of which naive makes three."""
    seconds = {"native": native, "naive": 3.0, "empty stack": 2.0}

    found = verdicts(Results(runs=[run(way, "up from nothing", taken) for way, taken in seconds.items()]))

    assert [verdict for text, _, verdict in found if "adds" in text] == [met]


@pytest.mark.parametrize(("way", "most"), [("dynamic", 1150.0), ("native", 1000.0)])
def test_a_target_of_bytes_is_missed_by_one(way: str, most: float) -> None:
    """Of state per webhook, next to the naive provider's thousand."""
    for size, met in ((most, True), (most + 1, False)):
        sizes = {way: size, "naive": 1000.0}
        found = verdicts(Results(runs=[run(name, "preview", 9.0, state=of) for name, of in sizes.items()]))
        assert [verdict for text, _, verdict in found if "state" in text] == [met]


def test_the_page_and_the_plot_say_what_the_kept_run_says() -> None:
    """Every way carried out every operation equally often."""
    kept = Results.load()

    assert report(kept) in PAGE.read_text()
    assert plot(kept) == PAGE.with_suffix(".svg").read_text()
    assert len({len(kept.of(way, name)) for way in MODULES for name in ("up from nothing", "destroy")}) == 1
    assert {run.way for run in kept.runs} == {*MODULES, ANSIBLE}
    assert kept.machine["Pulumi engine"].startswith("v3.")
