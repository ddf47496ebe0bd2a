"""The targets: what each asks, and whether a measurement meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .grid import MAIN, WORKERS, Way
from .results import Figure, Results

SUBACCOUNTS = MAIN.subaccounts
WEBHOOKS = 2 * SUBACCOUNTS

REQUESTS = {
    "up from nothing": {"GET": SUBACCOUNTS, "POST": WEBHOOKS},
    "up, nothing to do": {"GET": SUBACCOUNTS},
    "preview": {"GET": SUBACCOUNTS},
    "preview, live checks off": {},
    "preview --refresh": {"GET": SUBACCOUNTS},
    "up, one URL changed": {"GET": SUBACCOUNTS, "POST": 1},
    "up, all URLs changed": {"GET": SUBACCOUNTS, "POST": WEBHOOKS},
    "destroy": {"DELETE": WEBHOOKS},
}
"""What each operation may ask of the API: one GET per subaccount, one POST or DELETE per change."""


class Verdict(NamedTuple):
    """A target's figure, and whether it is met."""

    figure: str
    met: bool


@dataclass(frozen=True)
class Target:
    """What is asked, in words, and how a measurement answers."""

    text: str
    judge: Callable[[Results], Verdict]


def told(ratio: Figure) -> str:
    """A ratio with its spread."""
    return f"{ratio.median:.3f} ({ratio.low:.3f} to {ratio.high:.3f})"


def _at_most(limit: float, way: Way, operation: str, other: str = "") -> Callable[[Results], Verdict]:
    """Ours to another way's same operation, or to another operation of ours."""

    def judge(results: Results) -> Verdict:
        ratio = results.ratio(MAIN, (Way.OURS, operation), (way, other or operation))
        assert ratio
        return Verdict(told(ratio), ratio.median <= limit)

    return judge


def _requests(results: Results) -> Verdict:
    wrong = [
        f"{operation}: {run.requests}"
        for operation, expected in REQUESTS.items()
        for run in results.of(MAIN, Way.OURS, operation)
        if run.requests != expected
    ]
    return Verdict("; ".join(wrong) or "exactly, in every run", not wrong)


def _connections(results: Results) -> Verdict:
    opened = max(run.connections for name in REQUESTS for run in results.of(MAIN, Way.OURS, name))
    return Verdict(f"{opened} opened in one operation at most", opened <= WORKERS)


def _imports(results: Results) -> Verdict:
    cost = Figure.of(results.imports)
    return Verdict(f"{cost.median:.1f} ms ({cost.low:.1f} to {cost.high:.1f})", cost.median <= 20)


def _state(results: Results) -> Verdict:
    ours, naive = results.state(MAIN, Way.OURS), results.state(MAIN, Way.NAIVE)
    assert ours
    assert naive
    return Verdict(f"{ours / naive:.2f} ({ours:.0f} and {naive:.0f} bytes)", ours / naive <= 1.2)


TARGETS = (
    Target("One GET per subaccount and operation that needs one, one POST or DELETE per change", _requests),
    Target(f"Never more connections than the host's {WORKERS} workers", _connections),
    Target(
        "Preview with live checks ≤ 1.15 × without",
        _at_most(1.15, Way.OURS, "preview", "preview, live checks off"),
    ),
    Target("`preview --refresh` ≤ 0.75 × naive", _at_most(0.75, Way.NAIVE, "preview --refresh")),
    Target("Up from nothing ≤ 1.0 × naive", _at_most(1.0, Way.NAIVE, "up from nothing")),
    Target("Destroy ≤ 0.95 × naive", _at_most(0.95, Way.NAIVE, "destroy")),
    Target("Up from nothing ≤ 0.08 × Ansible", _at_most(0.08, Way.ANSIBLE, "up from nothing")),
    Target("Up with nothing to do ≤ 0.12 × Ansible", _at_most(0.12, Way.ANSIBLE, "up, nothing to do")),
    Target("The package adds ≤ 20 ms to an empty program", _imports),
    Target("State per webhook ≤ 1.2 × naive with a plain provider reference", _state),
)
"""In the order of the table."""
