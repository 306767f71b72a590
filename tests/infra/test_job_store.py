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


def test_no_job_outlives_the_longest_kept_results() -> None:
    assert max(RESULT_DAYS) * 24 * 60 * 60 >= LONGEST_TTL
