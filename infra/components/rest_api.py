"""The REST API: its routes, who may call them, and how fast."""

import json
from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.components.accepted_rules import accept
from infra.components.gateway_problems import add_gateway_problems
from infra.components.job_status import add_job_status
from infra.components.job_store import JobStore
from infra.components.log_group import PipelineLogGroup
from infra.components.request_models import RequestModels
from infra.components.web_firewall import WebFirewall
from infra.stages import Stage

STAGE_NAME: Final = "prod"
REQUEST_HEADERS: Final = (
    "Accept",
    "Cache-Control",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "Prefer",
    "X-Api-Key",
)
# No header and no query string: both can hold what is nobody else's business.
ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "apiKeyId": "$context.identity.apiKeyId",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "error": "$context.error.responseType",
}


class RestApi(Construct):
    """Routes for questions to the analytics and for jobs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        analytics: lambda_.IFunction,
        jobs: lambda_.IFunction,
        job_store: JobStore,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = self._create_api(stage)
        add_gateway_problems(self.api, cors_origin=stage.cors_origin)
        models = RequestModels(self, "RequestModels", api=self.api)
        self._add_analytics_routes(analytics, models)
        self._add_job_routes(jobs, models, job_store, stage)
        self._add_documentation(analytics, stage)
        self.key = self._create_key(stage)
        self._accept_rules()
        self._protect(stage)

    def _protect(self, stage: Stage) -> None:
        if stage.firewall_requests_per_address is not None:
            WebFirewall(
                self,
                "WebFirewall",
                api_stage=self.api.deployment_stage,
                requests_per_address=stage.firewall_requests_per_address,
            )
        else:
            accept(
                self.api.deployment_stage,
                "AwsSolutions-APIG3",
                because="Keys and their plans protect this stage, which holds no real data.",
            )

    def _accept_rules(self) -> None:
        for rule in ("AwsSolutions-APIG4", "AwsSolutions-COG4"):
            accept(
                self.api,
                rule,
                because="Programs call it, each with a key of its own that a plan limits.",
            )
        accept(
            self.api,
            "AwsSolutions-APIG2",
            because="Bodies are checked; the function names each wrong parameter of a query.",
        )
        accept(
            self.api,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            because="API Gateway asks for it, to log for every API of the account.",
        )

    @property
    def base_url(self) -> str:
        """What paths follow, without the API's stage as a resource: that waits for all routes.

        An API behind an address of another form is named by the context `apiEndpoint`, to which
        its id and stage are added.
        """
        endpoint = self.node.try_get_context("apiEndpoint")
        api_id, stack = self.api.rest_api_id, Stack.of(self)
        if endpoint:
            return f"{endpoint}/{api_id}/{STAGE_NAME}"
        return f"https://{api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE_NAME}"

    def _create_api(self, stage: Stage) -> apigateway.RestApi:
        log_group = PipelineLogGroup(
            self, "AccessLog", stage=stage, name="/aws/apigateway/data-pipeline"
        )
        return apigateway.RestApi(
            self,
            "Api",
            rest_api_name="data-pipeline-analytics",
            description="Questions over the unified data, at once or as a job",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Access logs need a role that is set for the account, not for this API. It stays when
            # the stack goes, since other APIs then log with it too.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            # A stage keeps its deployment until the new one is there.
            retain_deployments=True,
            # Rows and the documentation's files shrink to a fifth.
            min_compression_size=Size.kibibytes(1),
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE_NAME,
                tracing_enabled=True,
                metrics_enabled=True,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(log_group),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            ),
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=[stage.cors_origin],
                allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
                allow_headers=list(REQUEST_HEADERS),
                max_age=Duration.hours(1),
            ),
        )

    def _add_analytics_routes(self, function: lambda_.IFunction, models: RequestModels) -> None:
        integration = _proxy(function)
        health = self.api.root.add_resource("health")
        health.add_method("GET", integration, api_key_required=False)
        analytics = self.api.root.add_resource("analytics")
        analytics.add_method("GET", integration, api_key_required=True)
        analytics.add_method(
            "POST",
            integration,
            api_key_required=True,
            request_validator=models.validator,
            request_models=_json(models.question),
        )
        operations = analytics.add_resource("operations")
        operations.add_method("GET", integration, api_key_required=True)

    def _add_job_routes(
        self, function: lambda_.IFunction, models: RequestModels, store: JobStore, stage: Stage
    ) -> None:
        integration = _proxy(function)
        jobs = self.api.root.resource_for_path("analytics").add_resource("jobs")
        jobs.add_method("GET", integration, api_key_required=True)
        jobs.add_method(
            "POST",
            integration,
            api_key_required=True,
            request_validator=models.validator,
            request_models=_json(models.job),
        )
        job = jobs.add_resource("{jobId}")
        add_job_status(job, table=store.table, cors_origin=stage.cors_origin)
        job.add_method("DELETE", integration, api_key_required=True)
        job.add_resource("result").add_method("GET", integration, api_key_required=True)

    def _add_documentation(self, function: lambda_.IFunction, stage: Stage) -> None:
        integration = _proxy(function)
        needs_key = not stage.public_documentation
        page = self.api.root.add_resource("docs")
        for resource in (
            self.api.root.add_resource("openapi.json"),
            page,
            page.add_resource("{file}"),
        ):
            resource.add_method("GET", integration, api_key_required=needs_key)

    def _create_key(self, stage: Stage) -> apigateway.IApiKey:
        limits = stage.request_limits
        plan = self.api.add_usage_plan(
            "UsagePlan",
            name="data-pipeline",
            throttle=apigateway.ThrottleSettings(
                rate_limit=limits.per_second, burst_limit=limits.burst
            ),
            quota=apigateway.QuotaSettings(limit=limits.per_day, period=apigateway.Period.DAY),
        )
        plan.add_api_stage(stage=self.api.deployment_stage)
        key = self.api.add_api_key("Key", api_key_name="data-pipeline")
        plan.add_api_key(key)
        return key


def _proxy(function: lambda_.IFunction) -> apigateway.LambdaIntegration:
    """One permission for the whole API: one for each method would overflow the policy."""
    return apigateway.LambdaIntegration(function, scope_permission_to_method=False)


def _json(model: apigateway.Model) -> Mapping[str, apigateway.IModel]:
    return {"application/json": model}
