"""Who may do what, and from where."""

import json
from typing import Any, Final

from local.parity.control import ONLY_ON_AWS, Finding, Subject, different, enforced_if
from local.parity.workbench import Workbench

ACCESS: Final = Subject("Permissions and network")


@ACCESS.control(
    "Permissions of a function's role",
    probed="a function whose role allows nothing lists the buckets",
    on_aws="denied",
)
def _roles(bench: Workbench) -> Finding:
    _, failed = bench.invoke(bench.function("list_buckets"))
    return enforced_if(failed)


@ACCESS.control(
    "Key policies",
    probed="a key whose policy denies its use encrypts a word",
    on_aws="denied",
)
def _keys(bench: Workbench) -> Finding:
    kms, key = bench.client("kms"), bench.key()
    principal = {"AWS": "arn:aws:iam::000000000000:root"}
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    return enforced_if(bench.refused(kms.encrypt, KeyId=key, Plaintext=b"probe") is not None)


@ACCESS.control(
    "Signatures of requests",
    probed="a call of AWS's API with a signature that is none",
    on_aws="refused with 403",
)
def _signatures(bench: Workbench) -> Finding:
    scope = "nobody/20260101/us-east-1/sts/aws4_request"
    answer = bench.fetch(
        "POST",
        bench.environment.endpoint,
        data={"Action": "GetCallerIdentity", "Version": "2011-06-15"},
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, "
            "SignedHeaders=host, Signature=none"
        },
    )
    return enforced_if(answer.status_code == 403)


@ACCESS.control(
    "Security groups",
    probed="a function in the network's subnets, with a group that lets nothing out, connects",
    on_aws="no connection",
)
def _network(bench: Workbench) -> Finding:
    ec2, network = bench.client("ec2"), _network_of_data_processor(bench)
    group = ec2.create_security_group(
        GroupName=bench.name(), Description="lets nothing out", VpcId=network["VpcId"]
    )["GroupId"]
    bench.undo.callback(ec2.delete_security_group, GroupId=group)
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    function = bench.function(
        "connect", VpcConfig={"SubnetIds": network["SubnetIds"], "SecurityGroupIds": [group]}
    )
    connected, _ = bench.invoke(function)
    return enforced_if(not connected)


def _network_of_data_processor(bench: Workbench) -> dict[str, Any]:
    name = bench.environment.output("DataPipelineStack", "DataProcessorFunctionName")
    found = bench.client("lambda").get_function_configuration(FunctionName=name)
    network: dict[str, Any] = found["VpcConfig"]
    return network


@ACCESS.control(
    "Rotation of a secret",
    probed="a secret that is rotated at once, by a function",
    on_aws="the four steps are called, and the new value is current; then every 30 days",
)
def _rotation(bench: Workbench) -> Finding:
    client = bench.client("secretsmanager")
    secret = client.create_secret(Name=bench.name(), SecretString="old")["ARN"]
    bench.undo.callback(client.delete_secret, SecretId=secret, ForceDeleteWithoutRecovery=True)
    function = bench.function_arn(bench.function("rotate"))
    client.rotate_secret(
        SecretId=secret,
        RotationLambdaARN=function,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=True,
    )
    rotated = bench.happens(
        lambda: client.get_secret_value(SecretId=secret)["SecretString"] == "new"
    )
    return different("when told to; no schedule calls it") if rotated else ONLY_ON_AWS
