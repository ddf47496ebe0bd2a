"""The native provider's gRPC service; the operations are those of the dynamic provider.

    GetSchema   returns what SDKs are generated from
    Configure   reads the key, the address and the time-outs; sends nothing
    Check       refuses bad input and a second resource for one webhook; starts fetching the listing and does not wait
    Diff        compares the declaration with the state and with what is live, property by property
    Create      as in the dynamic provider; in preview, refuses what this stack does not know, and plans the outputs
    Read        returns what is live; a call with only an id is an import
    Update, Delete, Invoke, Cancel

The engine starts one process for each provider instance, the default one and each explicit one, and runs as many calls
at a time as it has steps. Every failure reaches the engine as a status with a message of one line, not as an exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.webhooks import subaccount_problem
from pulumi_8x8.engine import Engine
from pulumi_8x8.errors import SettingsError, WebhookError
from pulumi_8x8.model import CAMEL, DECLARED, HEADER_AVAILABLE, SNAKE, WebhookId
from pulumi_8x8.native.properties import UNKNOWN_HEADER, Received, to_struct
from pulumi_8x8.native.remembered import Remembered
from pulumi_8x8.native.schema import GET_WEBHOOKS, in_schema_words, package, semantic_version
from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.reconcile.decide import GONE
from pulumi_8x8.reconcile.operation import Operation, planned_outputs
from pulumi_8x8.settings import Settings

T = TypeVar("T")


def _in_one_line(method: Callable[..., T]) -> Callable[..., T]:
    @wraps(method)
    def wrapper(self: Any, request: Any, context: grpc.ServicerContext) -> T:
        try:
            return method(self, request, context)
        except WebhookError as error:
            text = str(error)
        except Exception as error:
            at = error.__traceback__
            while at and at.tb_next:
                at = at.tb_next
            where = f"{at.tb_frame.f_code.co_name}, line {at.tb_lineno}" if at else "unknown place"
            text = (
                f"{method.__name__} failed with an internal error of this provider: {type(error).__name__} in {where}. "
                "Report it."
            )
        return context.abort(grpc.StatusCode.FAILED_PRECONDITION, in_schema_words(text))

    return wrapper


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance."""

    def __init__(self, engine: Engine, remembered: Callable[[str], Remembered] = Remembered) -> None:
        self._engine = engine
        self._remembered_of = remembered
        self._operation = self._configured({})
        self._remembered: Remembered | None = None

    @_in_one_line
    def GetPluginInfo(self, _request: Empty, _context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=semantic_version())

    @_in_one_line
    def GetSchema(self, _request: provider_pb2.GetSchemaRequest, _context: Any) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=json.dumps(package()))

    @_in_one_line
    def CheckConfig(self, request: provider_pb2.CheckRequest, _context: Any) -> provider_pb2.CheckResponse:
        settings = {name: value for name, value in Received(request.news).properties.items() if value != UNKNOWN}
        failures = []
        try:
            Settings.load(settings.get)
        except SettingsError as error:
            # Without the property's name: the engine would print its value.
            failures.append(provider_pb2.CheckFailure(reason=in_schema_words(str(error))))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @_in_one_line
    def Configure(self, request: provider_pb2.ConfigureRequest, _context: Any) -> provider_pb2.ConfigureResponse:
        settings = Received(request.args)
        if settings.properties.get("apiKey") and "apiKey" not in settings.secret:
            self._engine.log("warning", PLAIN_KEY, "")
        self._operation = self._configured(settings.properties)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_in_one_line
    def Check(self, request: provider_pb2.CheckRequest, _context: Any) -> provider_pb2.CheckResponse:
        olds, news = Received(request.olds), Received(request.news)
        caller = Caller(urn=request.urn, secret=news.secret)
        inputs, found = self._operation.check(caller, olds.properties, news.properties)
        if not found and request.urn and inputs["subaccount_id"] != UNKNOWN:
            self._prefetch(request.urn, str(inputs["subaccount_id"]))
        failures = [
            provider_pb2.CheckFailure(property=CAMEL.get(failure.property, ""), reason=in_schema_words(failure.reason))
            for failure in found
        ]
        return provider_pb2.CheckResponse(inputs=to_struct(inputs, news.secret), failures=failures)

    @_in_one_line
    def Diff(self, request: provider_pb2.DiffRequest, _context: Any) -> provider_pb2.DiffResponse:
        olds, news = Received(request.olds), Received(request.news)
        found = self._operation.diff(_caller(request, olds, news), olds.properties, news.properties)
        kinds = {name: _kind(name, olds, news) for name in (*found.replaces, *found.updates) if name in CAMEL}
        if GONE[0].property in found.updates:
            kinds = {name: "ADD" for name in DECLARED if name in news.properties}
        detailed = {
            CAMEL[name]: provider_pb2.PropertyDiff(
                kind=getattr(provider_pb2.PropertyDiff, kind + "_REPLACE" * (name in found.replaces)),
                # A property that has drifted is unchanged in the inputs.
                inputDiff=olds.properties.get(name) != news.properties.get(name),
            )
            for name, kind in kinds.items()
        }
        changes = found.changes or olds.foreign
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=[CAMEL[name] for name in found.replaces],
            diffs=list(detailed),
            detailedDiff=detailed,
            hasDetailedDiff=bool(detailed),
        )

    @_in_one_line
    def Create(self, request: provider_pb2.CreateRequest, _context: Any) -> provider_pb2.CreateResponse:
        inputs = Received(request.properties)
        caller = Caller(urn=request.urn, secret=inputs.secret, timeout=request.timeout)
        if request.preview:
            webhook_id, outs = self._operation.preview(caller, inputs.properties)
            known = UNKNOWN not in webhook_id
            return provider_pb2.CreateResponse(
                id=str(webhook_id) if known else "", properties=to_struct(outs, inputs.secret)
            )
        webhook_id, outs = self._operation.create(caller, inputs.properties)
        return provider_pb2.CreateResponse(id=str(webhook_id), properties=to_struct(outs, inputs.secret))

    @_in_one_line
    def Read(self, request: provider_pb2.ReadRequest, _context: Any) -> provider_pb2.ReadResponse:
        state = Received(request.properties)
        caller = Caller(urn=request.urn, timeout=getattr(request, "timeout", 0.0))
        outs = self._operation.read(caller, WebhookId.parse(request.id), state.properties)
        if outs is None:
            return provider_pb2.ReadResponse()
        inputs = {name: value for name, value in outs.items() if name != HEADER_AVAILABLE}
        imported = "subaccount_id" not in state.properties or UNKNOWN_HEADER in state.properties
        if imported and outs[HEADER_AVAILABLE] and "http_auth_header" not in outs:
            outs = {**outs, UNKNOWN_HEADER: True}
        return provider_pb2.ReadResponse(
            id=request.id, properties=to_struct(outs, state.secret), inputs=to_struct(inputs, state.secret)
        )

    @_in_one_line
    def Update(self, request: provider_pb2.UpdateRequest, _context: Any) -> provider_pb2.UpdateResponse:
        olds, news = Received(request.olds), Received(request.news)
        caller = _caller(request, olds, news)
        if request.preview:
            outs = planned_outputs(news.properties)
        else:
            outs = self._operation.update(caller, olds.properties, news.properties)
        if olds.keeps_header(news.properties):
            outs = {**outs, HEADER_AVAILABLE: True, UNKNOWN_HEADER: True}
        return provider_pb2.UpdateResponse(properties=to_struct(outs, news.secret))

    @_in_one_line
    def Delete(self, request: provider_pb2.DeleteRequest, _context: Any) -> Empty:
        outs = Received(request.properties)
        caller = Caller(urn=request.urn, timeout=request.timeout)
        self._operation.delete(caller, WebhookId.parse(request.id), outs.properties)
        return Empty()

    @_in_one_line
    def Invoke(self, request: provider_pb2.InvokeRequest, _context: Any) -> provider_pb2.InvokeResponse:
        if request.tok != GET_WEBHOOKS:
            raise SettingsError(f"There is no function {request.tok!r}. Nothing was sent. Regenerate the SDK.")
        subaccount_id: Any = Received(request.args).properties.get("subaccount_id")
        response = provider_pb2.InvokeResponse()
        if problem := subaccount_problem(subaccount_id):
            response.failures.add(property="subaccountId", reason=f"subaccountId {problem}")
            return response
        listed = self._operation.webhooks(Caller(), subaccount_id)
        webhooks = [{CAMEL[name]: getattr(webhook, name) for name in LISTED} for webhook in listed]
        getattr(response, "return").CopyFrom(to_struct({"webhooks": webhooks}))
        return response

    @_in_one_line
    def Cancel(self, _request: Empty, _context: Any) -> Empty:
        self._operation.cancel()
        return Empty()

    def _prefetch(self, urn: str, subaccount_id: str) -> None:
        """Remember a subaccount; at the first check, start fetching the listings of the last run's subaccounts."""
        if self._remembered is None:
            self._remembered = self._remembered_of(urn)
            self._operation.prefetch(self._remembered.recall())
        self._remembered.add(subaccount_id)

    def _configured(self, settings: dict[str, Any]) -> Operation:
        return Operation(
            lambda key: settings.get(key.removeprefix("8x8:")),
            log=lambda severity, text, urn: self._engine.log(severity, in_schema_words(text), urn),
            engine=self._engine.address,
        )


LISTED = ("type", "url", "enabled", HEADER_AVAILABLE)

PLAIN_KEY = (
    "eightx8:apiKey is set without --secret, so the stack's config and state hold it in plain text. "
    "Run `pulumi config set --secret eightx8:apiKey`, and rotate the key."
)


def _caller(request: Any, olds: Received, news: Received) -> Caller:
    ignored = [SNAKE.get(name, name) for name in request.ignoreChanges]
    if olds.keeps_header(news.properties):
        ignored.append("http_auth_header")
    return Caller(urn=request.urn, ignored=ignored, secret=news.secret, timeout=getattr(request, "timeout", 0.0))


def _kind(name: str, olds: Received, news: Received) -> str:
    before, after = olds.properties.get(name), news.properties.get(name)
    return "ADD" if before is None else "DELETE" if after is None else "UPDATE"
