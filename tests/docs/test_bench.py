"""The benchmark: that it runs, how it summarises its figures, and that the page contains them."""

from __future__ import annotations

import re

import pytest

from bench.measure import SIZES, WAYS, Run, Size, measure
from bench.report import plot, spread, table
from tests.support.scratch import ROOT

PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
SIZE = Size(50, repeats=2, checkpoints=False, ways=("dynamic", "naive"), operations=("up",))


def runs(way: str, *seconds: float) -> list[Run]:
    return [Run(SIZE, way, "up", each) for each in seconds]


def test_figures_are_means_and_ratios_use_the_rounded_figures() -> None:
    """A missing measurement is a dash."""
    measured = [*runs("dynamic", 3.0, 9.0), *runs("naive", 4.0, 2.0)]

    assert table(measured).splitlines()[2] == "| 100 * | up | 6.00 | – | 3.00 | – | 2.00 | – |"
    assert spread(measured) == "100 webhooks: means of 2 runs, all within 50% of them"


def test_the_longest_bar_belongs_to_the_longest_time() -> None:
    """The others are in proportion."""
    long, short = plot([*runs("dynamic", 4.0), *runs("naive", 1.0)]).splitlines()

    assert long.split() == ["up", "dynamic", "█" * 50, "4.00"]
    assert short.split() == ["naive", "█" * 12, "1.00"]


def test_the_page_has_every_size_and_operation_and_a_matching_plot() -> None:
    """The output of `make bench` was copied completely."""
    rows = re.findall(r"^\| ([\d,]+)( \*)? \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
    sizes = {(f"{size.webhooks:,}", "" if size.checkpoints else " *"): size._replace(repeats=1) for size in SIZES}
    measured = [
        Run(sizes[webhooks, mark], way, operation, float(figure))
        for webhooks, mark, operation, figures in rows
        for way, figure in zip(WAYS, figures.split(" | "), strict=False)
        if figure != "–"
    ]

    assert {(run.size, run.operation) for run in measured} == {
        (size, operation) for size in sizes.values() for operation in size.operations
    }
    assert table(measured) in PAGE
    assert plot(measured) in PAGE


@pytest.mark.engine
@pytest.mark.proof
def test_every_variant_runs_an_operation_before_the_next_begins() -> None:
    """The variants take turns at going first."""
    ways, operations = ("native", "naive"), ("up", "destroy")

    measured = measure([Size(1, ways=ways, operations=operations, latency=0.0)])

    assert [(run.operation, run.way) for run in measured] == [
        ("up", "native"),
        ("up", "naive"),
        ("destroy", "naive"),
        ("destroy", "native"),
    ]
