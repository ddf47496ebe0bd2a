"""A policy pack: every webhook declares an auth header, so that its endpoint can authenticate deliveries."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

HEADERS = {"pulumi-python:dynamic/8x8:Webhook": "http_auth_header", "eightx8:index:Webhook": "httpAuthHeader"}


def validate(resource: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """Report a webhook without an auth header; the header is readable here, so keep it out of the message."""
    header = HEADERS.get(resource.resource_type)
    if header and not resource.props.get(header):
        report_violation(f"declare {header}: without one, anyone who knows the URL can send deliveries", None)


PolicyPack(
    "webhooks",
    [
        ResourceValidationPolicy(
            "webhook-auth-header", "A webhook's deliveries carry an Authorization header.", validate
        )
    ],
    enforcement_level=EnforcementLevel.MANDATORY,
)
