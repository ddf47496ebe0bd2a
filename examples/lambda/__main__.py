"""A Lambda function with a function URL, and the VCA and VSS webhooks of one subaccount that point to it."""

import json
from pathlib import Path

import pulumi
from pulumi_aws import iam, lambda_

import eightx8_voice
import pulumi_8x8

HERE = Path(__file__).resolve().parent
PACKAGE = Path(eightx8_voice.__file__).parent

config = pulumi.Config()
header = config.require_secret("httpAuthHeader")

role = iam.Role(
    "ivr",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
logs = iam.RolePolicyAttachment(
    "ivr", role=role.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
function = lambda_.Function(
    "ivr",
    role=role.arn,
    runtime="python3.13",
    handler="handler.handle",
    timeout=5,
    # The modules that an endpoint imports need only the standard library.
    code=pulumi.AssetArchive(
        {
            "handler.py": pulumi.FileAsset(str(HERE / "handler.py")),
            **{f"eightx8_voice/{file.name}": pulumi.FileAsset(str(file)) for file in PACKAGE.glob("*.py")},
        }
    ),
    environment={"variables": {"HTTP_AUTH_HEADER": header}},
    opts=pulumi.ResourceOptions(depends_on=[logs]),
)
address = lambda_.FunctionUrl("ivr", function_name=function.name, authorization_type="NONE")
allowed = [
    lambda_.Permission(
        "ivr-url",
        function=function.name,
        action="lambda:InvokeFunctionUrl",
        principal="*",
        function_url_auth_type="NONE",
    ),
    lambda_.Permission(
        "ivr-invoke",
        function=function.name,
        action="lambda:InvokeFunction",
        principal="*",
        invoked_via_function_url=True,
    ),
]

pulumi_8x8.IvrWebhooks(
    "ivr",
    subaccount_id=config.require("subaccountId"),
    vca_url=pulumi.Output.concat(address.function_url, "vca"),
    vss_url=pulumi.Output.concat(address.function_url, "vss"),
    http_auth_header=header,
    opts=pulumi.ResourceOptions(depends_on=allowed),
)

pulumi.export("url", address.function_url)
