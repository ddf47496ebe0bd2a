"""A slot: the place of one webhook, (subaccount, type). The API holds at most one webhook in each."""

from __future__ import annotations

from typing import NamedTuple

from pulumi_8x8.reconcile.validate import subaccount_problem, type_problem

from .errors import ConflictError
from .text import printable


class Slot(NamedTuple):
    """Where a webhook is registered; as text, and as a Pulumi id, `<subaccount>/<TYPE>`."""

    subaccount_id: str
    type: str

    def __str__(self) -> str:
        return f"{self.subaccount_id}/{self.type}"

    @classmethod
    def parse(cls, id: str) -> Slot:
        """Take a Pulumi id apart.

        Raises:
            ConflictError: The text is not `<subaccount>/<TYPE>`.
        """
        subaccount_id, _, kind = id.partition("/")
        if problem := subaccount_problem(subaccount_id) or type_problem(kind):
            raise ConflictError(
                f"{printable(id)!r} is not the id of a webhook: {problem}. Nothing was read. "
                "An id is <subaccount>/<TYPE>, for example InternalDemoCPaaS_8dD15_voice/VCA."
            )
        return cls(subaccount_id, kind)
