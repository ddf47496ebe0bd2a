"""What a probe asks, what this package assumes, and what it means for users if an assumption does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pulumi_8x8.settings import DEFAULT_BASE_URL

PATIENCE_MS = 10_000
"""Milliseconds after which an update that no listing shows counts as ignored, as in `reconcile/apply.py`."""

OTHER_REFUSALS = frozenset({401, 403, 404, 410, 429})
"""Statuses of a POST that are about the key, the subaccount or the pace, not about the type."""

RESPONDS = "responds"
"""What is recorded for an address that returns the listing."""


class Question(NamedTuple):
    """One question.

    Attributes:
        key: Its name in a report.
        text: The question, for the user.
        assumed: What this package assumes, or can handle.
        holds: Returns whether what was seen agrees with that.
        otherwise: What it means for the user if it does not.
        shown: Returns what was seen, for the user.
    """

    key: str
    text: str
    assumed: str
    holds: Callable[[Any], bool]
    otherwise: str
    shown: Callable[[Any], str] = str


class Answer(NamedTuple):
    """What was seen; `holds` is None if the question could not be asked."""

    question: Question
    seen: Any
    holds: bool | None

    @property
    def shown(self) -> str:
        """What was seen, for the user."""
        return "not asked" if self.holds is None else self.question.shown(self.seen)


def _yes(seen: Any) -> str:
    return "yes" if seen else "no"


def _any(_seen: Any) -> bool:
    return True


def _moment(seen: Any) -> str:
    return f"after {seen} ms" if seen else "at once"


def _address(seen: Mapping[str, str]) -> str:
    return ", ".join(f"{url.removeprefix('https://')}: {what}" for url, what in seen.items())


QUESTIONS = (
    Question(
        "disabled", "Do enabled=false and active=false disable a webhook?", "yes", bool,
        "enabled=False has no effect: the webhook delivers, and every preview shows drift.", _yes,
    ),
    Question("enabled", "Is enabled honoured on its own?", "either: both are sent", _any, ""),
    Question("active", "Is active honoured on its own?", "either: both are sent", _any, ""),
    Question(
        "post_over", "What does POST do to a registered type?", "replace", lambda seen: seen == "replace",
        "An update deletes the webhook and registers it again: deliveries are dropped for a moment.",
    ),
    Question(
        "refusal_status", "Which status does a refusal have?", "4xx, such as 409 or 422",
        lambda seen: 400 <= seen < 500 and seen not in OTHER_REFUSALS,
        "An update fails and leaves the webhook as it was, since this status normally has another meaning.",
    ),
    Question(
        "omitted_header", "What does POST without an auth header do to one that is set?", "remove",
        lambda seen: seen == "remove",
        "An auth header cannot be removed by an update: remove the webhook, run `pulumi up`, and declare it again.",
    ),
    Question(
        "stored", "How is a URL stored?", "as sent", lambda seen: not seen,
        "Declare each URL as the API stores it (`pulumi-8x8 list --json` shows it); another spelling is refused.",
        lambda seen: ", ".join(seen) or "as sent",
    ),
    Question(
        "response", "Does the response to a POST show it?", "either: if not, a listing is read", _any, "",
        lambda seen: "yes" if seen == "current" else "not yet",
    ),
    Question(
        "listed_ms", "When is a POST listed?", f"within {PATIENCE_MS / 1000:g} s", lambda seen: seen <= PATIENCE_MS,
        "An update may be reported as failed although it takes effect later: run `pulumi up` again.", _moment,
    ),
    Question(
        "count", "Is count right?", "right or missing", lambda seen: seen != "wrong",
        "Every listing is refused as malformed: previews do not see drift, and nothing is registered.",
    ),
    Question(
        "delete_status", "Which status does DELETE return?", "2xx", lambda seen: 200 <= seen < 300,
        "A webhook of this type cannot be removed by `pulumi destroy`, only in the portal.",
    ),
    Question("delete_response", "What does DELETE return?", "either: a listing confirms it", _any, ""),
    Question(
        "delete_missing_status", "Which status does a second DELETE return?", "404 or 2xx",
        lambda seen: seen == 404 or 200 <= seen < 300,
        "A webhook that someone else removed cannot be destroyed: use `pulumi state delete`.",
    ),
    Question(
        "invalid_type_status", "Which status does an unknown type get?", "either: types are checked first",
        _any, "",
    ),
    Question(
        "invalid_url_status", "Which status does a malformed URL get?", "either: URLs are checked first",
        _any, "",
    ),
    Question(
        "error_body", "Which documented shape do errors have?", "any of the three", lambda seen: seen != "other",
        "Errors show only the status, without the vendor's code and errorId.",
    ),
    Question(
        "addresses", "Which documented address responds?", f"at least {DEFAULT_BASE_URL.removeprefix('https://')}",
        lambda seen: seen.get(DEFAULT_BASE_URL) == RESPONDS,
        "The default address does not respond: set 8x8:baseUrl to the one that does.", _address,
    ),
)  # fmt: skip
"""Every question, in the order of the report."""


def answers(facts: Mapping[str, Any]) -> list[Answer]:
    """Judge what was seen; a question without a fact was not asked."""
    return [
        Answer(question, facts[question.key], question.holds(facts[question.key]))
        if question.key in facts
        else Answer(question, None, None)
        for question in QUESTIONS
    ]
