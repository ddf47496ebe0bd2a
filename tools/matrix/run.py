"""`make matrix`: run every cell with the dynamic provider, and write their counts to tests/proof/matrix.json."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.proof.cells import operation_cells  # noqa: E402 - the path comes first
from tests.proof.record import as_json, counts  # noqa: E402
from tests.proof.testbed import OPERATIONS  # noqa: E402


def main() -> int:
    """Write the record; returns 1, and prints which, if a cell is not as it must be."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        by_operation = dict(zip(OPERATIONS, pool.map(operation_cells, OPERATIONS), strict=True))
    wrong = [f"{cell}: {cell.wrong}" for cells in by_operation.values() for cell in cells if cell.wrong]
    print(*wrong, f"{sum(map(len, by_operation.values())):,} cells, {len(wrong)} of them wrong", sep="\n")
    record = {operation.name: counts(cells) for operation, cells in by_operation.items()}
    (ROOT / "tests/proof/matrix.json").write_text(as_json(record), encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
