"""`make matrix`: run every cell, and write the table of docs/matrix.md, its counts and the full table."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from tests.proof.cells import Cell, operation_cells  # noqa: E402 - the path comes first
from tests.proof.page import as_json, counts, full, summary  # noqa: E402
from tests.proof.testbed import OPERATIONS  # noqa: E402


def main() -> int:
    """Write the pages; returns 1, and prints which, if a cell is not as it must be."""
    cells: list[Cell] = []
    by_operation = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for operation, found in zip(OPERATIONS, pool.map(operation_cells, OPERATIONS), strict=True):
            print(f"{operation.name}: {len(found)} cells", flush=True)
            by_operation[operation.name] = counts(found)
            cells += found
    for cell in (cell for cell in cells if cell.wrong):
        print(f"{cell}: {cell.wrong}")
    (ROOT / "tests/proof/matrix.json").write_text(as_json(by_operation), encoding="utf-8")
    page = ROOT / "docs/matrix.md"
    page.write_text(summary(by_operation, page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / ".proof").mkdir(exist_ok=True)
    (ROOT / ".proof/matrix.md").write_text(full(cells), encoding="utf-8")
    print(f"{len(cells):,} cells written to .proof/matrix.md, their counts to docs/matrix.md")
    return int(any(cell.wrong for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
