"""`make matrix`: run every cell and write docs/matrix.md."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "matrix.md"
sys.path[:0] = [str(ROOT)]

from tests.proof.cells import Cell, operation_cells  # noqa: E402 - the path comes first
from tests.proof.operations import OPERATIONS  # noqa: E402
from tests.proof.page import page  # noqa: E402


def main() -> int:
    """Write the page; answers 1, and says which, if a cell is not as it must be."""
    cells: list[Cell] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for operation, found in zip(OPERATIONS, pool.map(operation_cells, OPERATIONS), strict=True):
            print(f"{operation.name}: {len(found)} cells", flush=True)
            cells += found
    for cell in cells:
        if cell.wrong:
            print(
                f"{cell.operation}, {cell.mode}, {cell.point}, {cell.fault_case}, lasting {cell.lasting}: {cell.wrong}"
            )
    PAGE.write_text(page(cells), encoding="utf-8")
    print(f"{len(cells):,} cells written to {PAGE.relative_to(ROOT)}")
    return int(any(cell.wrong for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
