"""How long results are kept, as CloudFormation will have it."""

from data_pipeline.jobs.job import LONGEST_TTL, RESULT_DAYS
from tests.infra.conftest import StageTemplates


def test_results_go_after_the_days_that_their_keys_say(templates: StageTemplates) -> None:
    rules = {
        rule["Prefix"]: (
            rule["Status"],
            rule["ExpirationInDays"],
            rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
        )
        for bucket in templates.properties("AWS::S3::Bucket")
        for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        if rule.get("Prefix", "").startswith("jobs/")
    }
    assert rules == {f"jobs/{days}/": ("Enabled", days, 1) for days in RESULT_DAYS}


def test_results_are_not_written_to_the_index_of_jobs_again(templates: StageTemplates) -> None:
    (index,) = (
        index
        for table in templates.properties("AWS::DynamoDB::Table")
        for index in table.get("GlobalSecondaryIndexes", [])
    )
    listed = index["Projection"]["NonKeyAttributes"]
    assert not {"resultJson", "resultKey"} & set(listed)
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    assert len(listed) <= 20


def test_no_job_outlives_the_longest_kept_results() -> None:
    assert max(RESULT_DAYS) * 24 * 60 * 60 >= LONGEST_TTL
