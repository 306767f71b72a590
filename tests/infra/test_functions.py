"""The functions as CloudFormation will make them."""

from infra.components.function import NETWORK_ACTIONS
from tests.infra.conftest import StageTemplates

COMMON = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
DATABASE = {"DATABASE_SECRET_ID", "DATABASE_PROXY_HOST"}
VARIABLES = {
    "data-pipeline-data-processor": {
        *DATABASE,
        "ALERT_TOPIC_ARN",
        "DEFAULT_CURRENCY",
    },
    "data-pipeline-replay": {*DATABASE, "DEFAULT_CURRENCY"},
    "data-pipeline-password-rotation": {"OWNER_SECRET_ID"},
    "data-pipeline-migrator": {"DATABASE_SECRET_ID", "WRITER_SECRET_ID", "READER_SECRET_ID"},
    "data-pipeline-advanced-analytics": {
        *DATABASE,
        "QUERY_CACHE_TABLE",
        "CACHE_TTL_SECONDS",
        "CORS_ORIGIN",
    },
    "data-pipeline-job-runner": {*DATABASE, "JOBS_TABLE", "RESULTS_BUCKET"},
    "data-pipeline-jobs": {
        "JOBS_TABLE",
        "RESULTS_BUCKET",
        "STATE_MACHINE_ARN",
        "JOB_TOPIC_ARN",
        "API_URL",
        "JOBS_PER_OWNER",
        "CORS_ORIGIN",
    },
    "data-pipeline-job-closer": {"JOBS_TABLE", "JOB_TOPIC_ARN", "API_URL"},
}
SECRETS = {
    "data-pipeline-data-processor": "writer",
    "data-pipeline-replay": "writer",
    "data-pipeline-migrator": "owner",
    "data-pipeline-advanced-analytics": "reader",
    "data-pipeline-job-runner": "reader",
}
# Seconds and MiB.
SIZES = {
    "data-pipeline-data-processor": (300, 512),
    "data-pipeline-replay": (900, 512),
    "data-pipeline-migrator": (300, 256),
    "data-pipeline-password-rotation": (60, 256),
    "data-pipeline-advanced-analytics": (29, 512),
    "data-pipeline-job-runner": (900, 512),
    "data-pipeline-jobs": (29, 256),
    "data-pipeline-job-closer": (30, 256),
}


def test_functions_have_their_variables_and_no_others(templates: StageTemplates) -> None:
    found = {
        name: set(properties["Environment"]["Variables"])
        for name, properties in templates.functions().items()
    }
    assert found == {name: COMMON | variables for name, variables in VARIABLES.items()}


def test_functions_log_in_with_their_own_role(templates: StageTemplates) -> None:
    functions = templates.functions()
    for name, role in SECRETS.items():
        variables = functions[name]["Environment"]["Variables"]
        assert variables["DATABASE_SECRET_ID"] == f"data-pipeline/database/{role}"


def test_functions_have_the_time_and_memory_they_need(templates: StageTemplates) -> None:
    found = {
        name: (properties["Timeout"], properties["MemorySize"])
        for name, properties in templates.functions().items()
    }
    assert found == SIZES


def test_functions_are_traced_on_python_3_13(templates: StageTemplates) -> None:
    for properties in templates.functions().values():
        assert properties["Runtime"] == "python3.13"
        assert properties["TracingConfig"] == {"Mode": "Active"}


def test_functions_share_one_bundle(templates: StageTemplates) -> None:
    functions = templates.functions().values()
    assert len({properties["Code"]["S3Key"] for properties in functions}) == 1


def test_functions_that_use_the_database_are_in_the_network(templates: StageTemplates) -> None:
    inside = {name for name, found in templates.functions().items() if "VpcConfig" in found}
    assert inside == {*SECRETS, "data-pipeline-password-rotation"}


def test_each_function_has_a_role_of_its_own(templates: StageTemplates) -> None:
    roles = [str(properties["Role"]) for properties in templates.functions().values()]
    assert len(set(roles)) == len(roles)


def test_failed_files_alone_are_delivered_again(templates: StageTemplates) -> None:
    (mapping,) = templates.properties("AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] <= 10


def test_replay_reads_the_raw_bucket_and_the_writer_secret_and_nothing_else(
    templates: StageTemplates,
) -> None:
    (role,) = templates.functions()["data-pipeline-replay"]["Role"]["Fn::GetAtt"][:1]
    actions = {
        action
        for policy in templates.properties("AWS::IAM::Policy")
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in _as_list(statement["Action"])
    }
    assert actions == {
        *NETWORK_ACTIONS,
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }


def _as_list(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
