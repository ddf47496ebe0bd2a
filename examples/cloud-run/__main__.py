"""A Cloud Run service from a container image, and the webhooks of one subaccount that point to it."""

import pulumi
from pulumi_gcp import cloudrunv2, secretmanager, serviceaccount

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()
location = pulumi.Config("gcp").require("region")
header = config.require_secret("httpAuthHeader")
account = serviceaccount.Account("ivr", account_id="ivr-endpoint")
readers: list[pulumi.Resource] = []


def secret_variable(name: str, value: pulumi.Output[str]) -> cloudrunv2.ServiceTemplateContainerEnvArgs:
    """Return an environment variable from a new secret that the service's account can read."""
    id = name.lower().replace("_", "-")
    secret = secretmanager.Secret(
        id,
        secret_id=id,
        replication=secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs()),
    )
    version = secretmanager.SecretVersion(id, secret=secret.id, secret_data=value)
    role = "roles/secretmanager.secretAccessor"
    readers.append(secretmanager.SecretIamMember(id, secret_id=secret.secret_id, role=role, member=account.member))
    reference = cloudrunv2.ServiceTemplateContainerEnvValueSourceSecretKeyRefArgs(
        secret=secret.secret_id, version=version.version
    )
    source = cloudrunv2.ServiceTemplateContainerEnvValueSourceArgs(secret_key_ref=reference)
    return cloudrunv2.ServiceTemplateContainerEnvArgs(name=name, value_source=source)


container = cloudrunv2.ServiceTemplateContainerArgs(
    image=config.require("image"),
    envs=[
        cloudrunv2.ServiceTemplateContainerEnvArgs(name="HOST", value="0.0.0.0"),  # noqa: S104
        secret_variable("EIGHTX8_HTTP_AUTH_HEADER", header),
        secret_variable("DATABASE_URL", config.require_secret("databaseUrl")),
    ],
    startup_probe=cloudrunv2.ServiceTemplateContainerStartupProbeArgs(
        http_get=cloudrunv2.ServiceTemplateContainerStartupProbeHttpGetArgs(path="/healthz")
    ),
)
service = cloudrunv2.Service(
    "ivr",
    location=location,
    ingress="INGRESS_TRAFFIC_ALL",
    deletion_protection=False,  # so that `pulumi destroy` can delete it
    template=cloudrunv2.ServiceTemplateArgs(
        service_account=account.email,
        # A caller would hear a cold start as silence.
        scaling=cloudrunv2.ServiceTemplateScalingArgs(min_instance_count=1),
        containers=[container],
    ),
    opts=pulumi.ResourceOptions(depends_on=readers),
)
public = cloudrunv2.ServiceIamMember(
    "ivr", name=service.name, location=location, role="roles/run.invoker", member="allUsers"
)

IvrWebhooks(
    "ivr",
    subaccount_id=config.require("subaccountId"),
    vca_url=pulumi.Output.concat(service.uri, "/vca"),
    vss_url=pulumi.Output.concat(service.uri, "/vss"),
    http_auth_header=header,
    opts=pulumi.ResourceOptions(depends_on=[public]),
)

pulumi.export("url", service.uri)
