"""The provider: what the engine calls, in this order.

    configure   reads the key, the address and the time-outs; sends nothing
    check       refuses bad input, a second resource for one webhook, and a live webhook with another URL or an unknown
                auth header; starts fetching the listings of this and the next subaccounts
    diff        compares the declaration with the state and with what is live, from the listing that check started
    create      POST; sends nothing if the same webhook is already live; refuses what this stack does not know
    read        returns what is live, from one GET per subaccount; a webhook that is not listed is gone
    update      POST over the old one; if the API does not replace it, DELETE and POST; restores the old one on failure
    delete      DELETE; a 404 that a listing confirms is a success; keeps a webhook that another resource declares

State stores only the name `pulumi_8x8.provider.WebhookProvider`, so this path must never change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8 import dynamic_host
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import WebhookId, in_snake_case
from pulumi_8x8.reconcile.caller import INPUT, Caller

if TYPE_CHECKING:  # the program imports this module too, but runs no operation
    from pulumi_8x8.reconcile.operation import Operation

T = TypeVar("T")


def _expected_as_one_line(method: Callable[..., T]) -> Callable[..., T]:
    """Show an expected failure to the user as its text alone: by itself, the host prints the whole traceback."""

    @wraps(method)
    def wrapper(*args: Any) -> T:
        try:
            return method(*args)
        except WebhookError as error:
            failure = error
        raise dynamic_host.without_traceback(failure)

    return wrapper


def _unknowns_normalised(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with the same marker for every unknown value: the host creates an object for each."""
    return {name: UNKNOWN if isinstance(value, Unknown) else value for name, value in properties.items()}


class WebhookProvider(ResourceProvider):
    """Keeps webhooks as declared. It has no constructor arguments, and no attributes before `configure`."""

    serialize_as_secret_always = False
    _operation: Operation

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings; the calls that need them report any error in them."""
        from pulumi_8x8.engine import Engine
        from pulumi_8x8.reconcile.operation import Operation

        engine = Engine(dynamic_host.engine_address())
        self._operation = Operation(req.config.get, log=engine.log, engine=engine.address)

    @_expected_as_one_line
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Return the inputs with defaults filled in, and any reasons to refuse them, by property."""
        news = _unknowns_normalised(news)
        caller = Caller.from_text(news.pop(INPUT, None), dynamic_host.current_call().urn)
        inputs, failures = self._operation.check(caller, in_snake_case(_olds), news)
        failures = failures or self._operation.check_live(caller, inputs)
        return CheckResult(inputs, [CheckFailure(failure.property, failure.reason) for failure in failures])

    @_expected_as_one_line
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether to replace the webhook (creating the new one first), to update it or to leave it as it is."""
        olds = in_snake_case(_olds)
        found = self._operation.diff(_caller(), olds, _unknowns_normalised(_news))
        # The state of a stack that moved here from the native provider is rewritten.
        changes = found.changes or olds.keys() != _olds.keys()
        return DiffResult(changes=changes, replaces=list(found.replaces), delete_before_replace=False)

    @_expected_as_one_line
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Register the webhook, or adopt it if it is already live as declared."""
        webhook_id, outs = self._operation.create(_caller(), props)
        return CreateResult(str(webhook_id), outs)

    @_expected_as_one_line
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is live; an empty id if nothing is registered."""
        outs = self._operation.read(_caller(), WebhookId.parse(id_), props)
        if outs is None:
            # The host cannot serialize outputs of None.
            return ReadResult("", {})
        # Without inputs, the next diff would compare the program with what the stack once declared.
        return ReadResult(id_, outs, {name: outs[name] for name in outs if name != "http_auth_header_available"})

    @_expected_as_one_line
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Make the live webhook match the declaration."""
        return UpdateResult(self._operation.update(_caller(), in_snake_case(_olds), _news))

    @_expected_as_one_line
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove the webhook, unless another resource of this run declares it."""
        self._operation.delete(_caller(), WebhookId.parse(_id), _props)


def _caller() -> Caller:
    call = dynamic_host.current_call()
    return Caller(urn=call.urn, ignored=list(call.ignore_changes))
