"""What every way is given to declare: a VCA and a VSS webhook in each of so many subaccounts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple


class Declared(NamedTuple):
    """One webhook."""

    subaccount_id: str
    type: str
    url: str

    @property
    def name(self) -> str:
        """Name in a stack."""
        return f"{self.subaccount_id}-{self.type}".lower()


def declared() -> Iterator[Declared]:
    """The webhooks, in order; the first one's URL can be another one's."""
    way, url = os.environ["BENCH_WAY"], os.environ["BENCH_URL"]
    for number in range(int(os.environ["BENCH_SUBACCOUNTS"])):
        subaccount_id = f"{way}_{number:04}_voice"
        yield Declared(subaccount_id, "VCA", os.environ.get("BENCH_FIRST_URL", url) if number == 0 else url)
        yield Declared(subaccount_id, "VSS", url)
