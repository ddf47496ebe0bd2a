"""The voice profiles and virtual numbers that a subaccount may use in call flows; rehearsals check against them.

Source: the vendor's OpenAPI description (July 2026), `GET …/speech-profiles` and `GET …/numbers`.
"""

from __future__ import annotations

from eightx8_voice import json_text
from eightx8_voice.rehearsal import AccountFacts
from pulumi_8x8.api.client import Client
from pulumi_8x8.errors import KeyRefusedError, ProtocolError, WebhookError

LISTS = (("speech-profiles", "speechProfiles", "speechProfileCode"), ("numbers", "numbers", "msisdn"))
"""For each list: its path, the field that contains it, and the field that identifies an entry."""


def account_facts(client: Client, subaccount_id: str) -> AccountFacts:
    """Fetch what a subaccount may use; a list that cannot be read is None, and the first reason is recorded.

    Raises:
        KeyRefusedError: The API key is unknown or invalid.
    """
    reasons: list[str] = []

    def codes(path: str, field: str, code: str) -> frozenset[str] | None:
        try:
            return parse_codes(client.get(f"{subaccount_id}/{path}", client.deadline()), field, code)
        except KeyRefusedError:
            raise
        except WebhookError as error:
            reasons.append(str(error))
            return None

    profiles, numbers = (codes(*each) for each in LISTS)
    return AccountFacts(profiles, numbers, reasons[0] if reasons else None)


def parse_codes(body: bytes, field: str, code: str) -> frozenset[str]:
    """Return the codes in the response with a list; entries without a code are ignored.

    Raises:
        ProtocolError: The response does not have the documented shape.
    """
    try:
        document = json_text.read(body)
    except ValueError:
        document = None
    entries = document.get(field) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ProtocolError(f"The API's response has no list `{field}`. Check 8x8:baseUrl.")
    values = [entry.get(code) for entry in entries if isinstance(entry, dict)]
    return frozenset(value for value in values if isinstance(value, str))
