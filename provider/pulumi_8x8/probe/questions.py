"""What a probe asks, what this package assumes, and what it means for its users where that does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pulumi_8x8.settings import DEFAULT_BASE_URL

PATIENCE_MS = 10_000
"""Milliseconds after which an update that no listing shows counts as ignored, as in `reconcile/apply.py`."""

OTHER_REFUSALS = frozenset({401, 403, 404, 410, 429})
"""Statuses of a POST that are about the key, the subaccount or the pace, not about the type."""

RESPONDS = "responds"
"""What is seen of an address that returns the listing."""


class Question(NamedTuple):
    """One question.

    Attributes:
        key: Its name in a report.
        text: As a person reads it.
        assumed: What this package assumes, or copes with.
        holds: Whether what was seen is that.
        otherwise: What it means where it is not.
        shown: What was seen, for a person.
    """

    key: str
    text: str
    assumed: str
    holds: Callable[[Any], bool]
    otherwise: str
    shown: Callable[[Any], str] = str


class Answer(NamedTuple):
    """What was seen; `holds` is None where the question could not be asked."""

    question: Question
    seen: Any
    holds: bool | None

    @property
    def shown(self) -> str:
        """What was seen, for a person."""
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
        "disabled", "Is a webhook disabled that is registered with enabled and active false?", "yes", bool,
        "enabled=False has no effect: the webhook delivers, and every preview shows drift.", _yes,
    ),
    Question("enabled", "Does enabled count alone?", "either: both are sent", _any, ""),
    Question("active", "Does active count alone?", "either: both are sent", _any, ""),
    Question(
        "post_over", "What does POST do over a registered type?", "replace", lambda seen: seen == "replace",
        "An update deletes the webhook and registers it again: deliveries are dropped for a moment.",
    ),
    Question(
        "refusal_status", "With which status does it refuse?", "4xx, such as 409 or 422",
        lambda seen: 400 <= seen < 500 and seen not in OTHER_REFUSALS,
        "An update fails and the webhook stays as it was: the status means something else.",
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
        "response", "Does the response to a POST show it?", "either: listings are read where not", _any, "",
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
        "delete_status", "With which status does DELETE respond?", "2xx", lambda seen: 200 <= seen < 300,
        "A webhook of this type cannot be removed by `pulumi destroy`, but in the portal.",
    ),
    Question("delete_response", "What does DELETE return?", "either: a listing confirms it", _any, ""),
    Question(
        "delete_missing_status", "With which status does a second DELETE respond?", "404 or 2xx",
        lambda seen: seen == 404 or 200 <= seen < 300,
        "A webhook that somebody else removed cannot be destroyed: use `pulumi state delete`.",
    ),
    Question(
        "invalid_type_status", "With which status is an unknown type refused?", "either: types are checked before",
        _any, "",
    ),
    Question(
        "invalid_url_status", "With which status is a malformed URL refused?", "either: URLs are checked before",
        _any, "",
    ),
    Question(
        "error_body", "Which documented shape has an error?", "any of the three", lambda seen: seen != "other",
        "Errors show the status alone, without the vendor's code and errorId.",
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
