"""The entry points, as declared in pyproject.toml. Implementations are imported when chosen."""

from pathlib import Path

from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor
from localstack.services.plugins import Service, aws_provider


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """`LAMBDA_RUNTIME_EXECUTOR=process`."""

    name = "process"

    def load(self, *_: object, **__: object) -> type[RuntimeExecutor]:
        """The executor class."""
        from pipeline_localstack.environment_starts import apply  # noqa: PLC0415
        from pipeline_localstack.executor import ProcessRuntimeExecutor  # noqa: PLC0415

        apply()
        return ProcessRuntimeExecutor


@aws_provider(api="dynamodb", name="moto")
def dynamodb_moto() -> Service:
    """`PROVIDER_OVERRIDE_DYNAMODB=moto`."""
    from pipeline_localstack.dynamodb.provider import (  # noqa: PLC0415
        DynamoDBProvider,
        dispatch_table,
    )

    return Service.for_provider(DynamoDBProvider(), dispatch_table_factory=dispatch_table)


@hooks.on_infra_start()
def api_gateway_updates() -> None:
    """Always: an update that reports success must have happened."""
    from pipeline_localstack.api_gateway_updates import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def api_gateway_responses() -> None:
    """Always: API Gateway's own errors look as the API declares them."""
    from pipeline_localstack.api_gateway.responses import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def api_gateway_access_log() -> None:
    """Always: a stage's access log is written."""
    from pipeline_localstack.api_gateway.access_log import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def api_gateway_limits() -> None:
    """Always: a usage plan limits its keys."""
    from pipeline_localstack.api_gateway.limits import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def api_gateway_metrics() -> None:
    """Always: alarms and dashboards see requests."""
    from pipeline_localstack.api_gateway.request_metrics import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def execution_metrics() -> None:
    """Always: alarms and dashboards see executions."""
    from pipeline_localstack.execution_metrics import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def function_metrics() -> None:
    """Always: alarms and dashboards see invocations."""
    from pipeline_localstack.function_metrics import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def execution_stops() -> None:
    """Always: an execution that is stopped has ended."""
    from pipeline_localstack.execution_stops import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def json_paths() -> None:
    """Always: an execution evaluates dozens of paths."""
    from pipeline_localstack.json_paths import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def object_store_directory() -> None:
    """Always: LocalStacks beside each other, of different users even, must not share objects."""
    from localstack import config  # noqa: PLC0415
    from localstack.services.s3 import provider  # noqa: PLC0415

    # A fixed directory below /tmp otherwise.
    provider.DEFAULT_S3_TMP_DIR = str(Path(config.dirs.tmp, "s3-objects"))


@hooks.on_infra_start()
def presigned_links() -> None:
    """Always: a short-lived link is one."""
    from pipeline_localstack.presigned_links import apply  # noqa: PLC0415

    apply()


@hooks.on_infra_start()
def role_calls() -> None:
    """Always: what was called with a role can be compared with what it allows."""
    from pipeline_localstack.permissions.calls import apply  # noqa: PLC0415

    apply()
