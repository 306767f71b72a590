"""From canonical rows to answers: the API, its jobs and its cache."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.components.analytics_functions import AdvancedAnalytics, JobRunner, Jobs
from infra.components.dashboard import Dashboard
from infra.components.job_closer import JobCloser
from infra.components.job_store import JobStore
from infra.components.job_workflow import JobWorkflow
from infra.components.monitoring import Alarms
from infra.components.platform import Platform
from infra.components.query_cache import QueryCache
from infra.components.rest_api import STAGE_NAME, RestApi
from infra.data_pipeline_stack import DataPipelineStack
from infra.lambda_bundle import LambdaBundle
from infra.stages import Stage


class AnalyticsStack(Stack):
    """Query cache, jobs table, results bucket, workflow, API and alarms."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        bundle: LambdaBundle,
        data_pipeline: DataPipelineStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=construct_id,
            description="Answers analytics questions over the unified data, at once or as jobs",
            termination_protection=stage.termination_protection,
            tags={"project": "data-pipeline", "stage": stage.name},
        )
        platform = Platform.of_stack(
            stage=stage,
            bundle=bundle,
            network=data_pipeline.network,
            database=data_pipeline.database,
        )
        self.cache = QueryCache(self, "QueryCache")
        self.store = JobStore(self, "JobStore", stage=stage, access_logs=data_pipeline.access_logs)
        self.analytics = AdvancedAnalytics(
            self, "AdvancedAnalytics", platform=platform, cache=self.cache
        ).function
        self.job_runner = JobRunner(self, "JobRunner", platform=platform, store=self.store).function
        notifications = data_pipeline.notifications
        self.job_topic = notifications.job_topic
        self.workflow = JobWorkflow(
            self,
            "JobWorkflow",
            stage=stage,
            store=self.store,
            runner=self.job_runner,
            notifications=notifications,
        )
        self.jobs = Jobs(
            self,
            "Jobs",
            platform=platform,
            store=self.store,
            state_machine=self.workflow.state_machine,
            notifications=notifications,
        ).function
        self.rest_api = RestApi(
            self,
            "RestApi",
            stage=stage,
            analytics=self.analytics,
            jobs=self.jobs,
            job_store=self.store,
        )
        self.jobs.add_environment("API_URL", self.rest_api.base_url)
        self.job_closer = JobCloser(
            self,
            "JobCloser",
            platform=platform,
            store=self.store,
            notifications=notifications,
            state_machine=self.workflow.state_machine,
            api_url=self.rest_api.base_url,
        ).function
        alarms = Alarms(self, "Alarms", topic=notifications.alert_topic)
        alarms.add_functions([self.analytics, self.job_runner, self.jobs, self.job_closer])
        alarms.add_executions(self.workflow.state_machine)
        alarms.add_api(self.rest_api.api)
        Dashboard(
            self,
            "Dashboard",
            api=self.rest_api.api,
            state_machine=self.workflow.state_machine,
            functions=[
                function.label
                for function in (
                    data_pipeline.data_processor.function,
                    self.analytics,
                    self.job_runner,
                    self.jobs,
                )
            ],
        )
        self._add_outputs()

    def _add_outputs(self) -> None:
        for name, value in {
            "ApiId": self.rest_api.api.rest_api_id,
            "ApiStage": STAGE_NAME,
            "ApiUrl": self.rest_api.api.url,
            "ApiKeyId": self.rest_api.key.key_id,
            "ResultsBucketName": self.store.results_bucket.bucket_name,
            "JobsTableName": self.store.table.table_name,
            "QueryCacheTableName": self.cache.table.table_name,
            "StateMachineArn": self.workflow.state_machine.state_machine_arn,
            "JobTopicArn": self.job_topic.topic_arn,
            "AnalyticsFunctionName": self.analytics.function_name,
            "JobRunnerFunctionName": self.job_runner.function_name,
            "JobsFunctionName": self.jobs.function_name,
        }.items():
            CfnOutput(self, name, value=value)
