"""Recognisable secrets, and a search for each form in which one could leak."""

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
    """The secret plain, in base64 at any offset, percent-encoded, JSON-escaped, and as Python writes it."""
    raw = secret.encode()
    # The first and the last characters depend on what stands beside it.
    shifted = {base64.b64encode(b"." * offset + raw).decode()[4:-4] for offset in range(3)}
    escaped = {json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3], repr(secret)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), raw.hex(), *shifted, *escaped}


def leaks(text: str, secrets: Iterable[str] = SECRETS) -> list[str]:
    """Each form of a secret that is in a text."""
    return [form for secret in secrets for form in forms(secret) if form in text]
