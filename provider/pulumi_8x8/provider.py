"""The provider: what the engine calls, in this order.

    configure   reads key, address and timeouts; sends nothing
    check       refuses bad input, a second resource for one webhook, and a live webhook that this stack does not know;
                starts fetching the listings of this and the next subaccounts
    diff        compares the declaration with the state and with what is live; sends nothing of its own
    create      POST once; nothing where the same webhook is live already; refuses what this stack does not know
    read        what is live now, from the subaccount's one GET; a webhook that is not listed is gone
    update      POST over the old one; where the API does not replace, DELETE and POST, and the old one back on failure
    delete      DELETE once; 404 is a success; keeps a webhook that another resource of this run declares

State keeps `pulumi_8x8.provider.WebhookProvider` by name and nothing else of it: this path never moves.
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

if TYPE_CHECKING:  # the program imports this module too, and never operates
    from pulumi_8x8.reconcile.operation import Operation

T = TypeVar("T")


def _expected_as_one_line(method: Callable[..., T]) -> Callable[..., T]:
    """Let an expected failure reach the user as its own text: the host prints a traceback with all that led to it."""

    @wraps(method)
    def wrapper(*args: Any) -> T:
        try:
            return method(*args)
        except WebhookError as error:
            failure = error
        raise dynamic_host.without_traceback(failure)

    return wrapper


def _unknowns_normalised(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with one marker for every unknown value: the host makes an object of each."""
    return {name: UNKNOWN if isinstance(value, Unknown) else value for name, value in properties.items()}


class WebhookProvider(ResourceProvider):
    """Keeps webhooks as declared. No constructor arguments, and no attributes before `configure`."""

    serialize_as_secret_always = False
    _operation: Operation

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings; what is wrong with them is reported by the calls that need them."""
        from pulumi_8x8.engine import Engine
        from pulumi_8x8.reconcile.operation import Operation

        engine = Engine(dynamic_host.engine_address())
        self._operation = Operation(req.config.get, log=engine.log, engine=engine.address)

    @_expected_as_one_line
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Return the inputs with defaults, or the reasons why they are refused, by property."""
        news = _unknowns_normalised(news)
        caller = Caller.from_text(news.pop(INPUT, None), dynamic_host.current_call().urn)
        inputs, failures = self._operation.check(caller, in_snake_case(_olds), news)
        failures = failures or self._operation.check_live(caller, inputs)
        return CheckResult(inputs, [CheckFailure(failure.property, failure.reason) for failure in failures])

    @_expected_as_one_line
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether to replace (the new one first), to update or to leave it."""
        olds = in_snake_case(_olds)
        found = self._operation.diff(_caller(), olds, _unknowns_normalised(_news))
        # A stack that has moved here from the native provider has its state rewritten.
        changes = found.changes or olds.keys() != _olds.keys()
        return DiffResult(changes=changes, replaces=list(found.replaces), delete_before_replace=False)

    @_expected_as_one_line
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Register, or adopt what is already as declared."""
        webhook_id, outs = self._operation.create(_caller(), props)
        return CreateResult(str(webhook_id), outs)

    @_expected_as_one_line
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is live; an empty id where nothing is registered."""
        outs = self._operation.read(_caller(), WebhookId.parse(id_), props)
        if outs is None:
            # The host cannot serialize outputs of None.
            return ReadResult("", {})
        # Without inputs, the next diff would compare the program with what the stack once declared.
        return ReadResult(id_, outs, {name: outs[name] for name in outs if name != "http_auth_header_available"})

    @_expected_as_one_line
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Make the live webhook what is declared."""
        return UpdateResult(self._operation.update(_caller(), in_snake_case(_olds), _news))

    @_expected_as_one_line
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove it, unless this program declares the webhook by another resource."""
        self._operation.delete(_caller(), WebhookId.parse(_id), _props)


def _caller() -> Caller:
    call = dynamic_host.current_call()
    return Caller(urn=call.urn, ignored=list(call.ignore_changes))
