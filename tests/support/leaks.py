"""Recognisable secrets, and a search for every form in which one could leak."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

KEY = 'canary/of"the\\key+&='
HEADER = 'Basic canary/of"the\\header+&='
NEXT_HEADER = 'Basic canary/of"the\\next+header+&='
SECRETS = (KEY, HEADER, NEXT_HEADER)


def forms(secret: str) -> set[str]:
    """The secret as plain text, base64 at any offset, percent-encoded, JSON-escaped, and as a Python literal."""
    raw = secret.encode()
    # The first and last characters depend on the adjacent text.
    shifted = {base64.b64encode(b"." * offset + raw).decode()[4:-4] for offset in range(3)}
    escaped = {json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3], repr(secret)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), raw.hex(), *shifted, *escaped}


def leaks(text: str, secrets: Iterable[str] = SECRETS) -> list[str]:
    """The forms of secrets in a text."""
    return [form for secret in secrets for form in forms(secret) if form in text]
