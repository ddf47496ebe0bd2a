"""The tree of errors."""

from __future__ import annotations

import inspect
import re

from pulumi_8x8 import errors
from pulumi_8x8.errors import KeyRefusedError


def test_the_tree_at_the_top_shows_every_error_below_its_base() -> None:
    """A handler of RefusedError handles each refusal of the API."""
    drawn: dict[str, str] = {}
    path = ["Exception"]
    for indent, name in re.findall(r"^    ([│├└─ ]*)(\w+Error)", errors.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 4 + 1
        drawn[name] = path[depth - 1]
        path[depth:] = [name]

    bases = {name: error.__bases__[0].__name__ for name, error in inspect.getmembers(errors, inspect.isclass)}

    assert drawn == bases


def test_an_error_with_another_text_is_the_same_error() -> None:
    """What a handler needs survives when what is live now is added to the text."""
    error = KeyRefusedError("first", status=401, status_code="1401", error_id="e-1", uncertain=True, retry_after=2.5)

    changed = error.with_message("second")

    assert (type(changed), str(changed), vars(changed)) == (KeyRefusedError, "second", vars(error))
