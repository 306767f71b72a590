"""The environment variables of a function.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from collections.abc import Mapping

# What LocalStack's own init binary needs, and no function on AWS has.
_NOT_OF_LAMBDA = (
    "AWS_LAMBDA_FUNCTION_TIMEOUT",
    "EDGE_PORT",
    "LOCALSTACK_FUNCTION_ACCOUNT_ID",
    "LOCALSTACK_HOSTNAME",
    "LOCALSTACK_INIT_LOG_LEVEL",
    "LOCALSTACK_MAX_PAYLOAD_SIZE",
    "LOCALSTACK_POST_INVOKE_WAIT_MS",
    "LOCALSTACK_RUNTIME_ENDPOINT",
    "LOCALSTACK_RUNTIME_ID",
    "LOCALSTACK_USER",
)
_RUNTIME = {
    "LANG": "en_US.UTF-8",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib"
    ":/var/task:/var/task/lib:/opt/lib",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "PYTHONPATH": "/var/runtime",
    "SHLVL": "0",
    "TZ": ":UTC",
}


def function_environment(
    platform: Mapping[str, object], own: Mapping[str, str], runtime: str
) -> dict[str, str]:
    """Everything a function finds in `os.environ`, but the address of the Runtime API.

    Args:
        platform: the variables that LocalStack's Lambda service sets.
        own: those of the function's configuration, which win where Lambda allows it.
        runtime: such as `python3.13`.
    """
    lambda_variables = {
        name: str(value)
        for name, value in platform.items()
        if name not in _NOT_OF_LAMBDA and name not in own
    }
    return {
        **_RUNTIME,
        **lambda_variables,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        **own,
    }
