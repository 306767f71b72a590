"""Makes CloudFormation's dashboards real: LocalStack 4.14.0 creates none, and reports success.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html
"""

from typing import Any, ClassVar

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

TYPE = "AWS::CloudWatch::Dashboard"


class DashboardProvider(ResourceProvider[Any]):
    """Dashboards of CloudWatch."""

    TYPE = TYPE
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/DashboardName"],
        "createOnlyProperties": ["/properties/DashboardName"],
    }

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Puts the dashboard."""
        model = request.desired_state
        model.setdefault("DashboardName", f"{request.stack_name}-{request.logical_resource_id}")
        request.aws_client_factory.cloudwatch.put_dashboard(
            DashboardName=model["DashboardName"], DashboardBody=model["DashboardBody"]
        )
        return _success(request)

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Puts it again, which replaces it."""
        return self.create(request)

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Deletes it."""
        name = request.desired_state["DashboardName"]
        request.aws_client_factory.cloudwatch.delete_dashboards(DashboardNames=[name])
        return _success(request)


class DashboardProviderPlugin(CloudFormationResourceProviderPlugin):
    """Where CloudFormation finds it."""

    name = TYPE

    def __init__(self) -> None:
        self.factory: type[DashboardProvider] | None = None

    def load(self) -> None:
        """Names the provider's class."""
        self.factory = DashboardProvider


def _success(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model=request.desired_state,
        custom_context=request.custom_context,
    )
