"""Tries a deployed stage from end to end: health, a file, a question, a job and its result.

The file's record is always the same and marked as deleted from the start: the first run leaves a
row that no operation counts (SQL of one's own sees it with its `deleted_at`), later ones find it
unchanged. The object and the job are removed. The ledger keeps its entry, as of every file.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "crm-data/smoke-test/"
RECORD: Final = {
    "id": "data-pipeline-smoke-test",
    "name": "Smoke test of the deployment",
    "deleted": True,
    "updated_at": "2026-01-01T00:00:00Z",
}
_LEDGER_ENTRY: Final = (
    "SELECT status, records_read, records_quarantined, error FROM loads WHERE key = :key"
)
# Seconds; the first start of a function in a network takes some of them.
_PATIENCE: Final = 180
_PAUSE: Final = 1
_REQUEST_TIMEOUT: Final = 60
_JOB_TTL_SECONDS: Final = 3 * 60 * 60


class SmokeTestError(RuntimeError):
    """Something does not work; the message says what was tried and what came of it."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the test needs of a deployed stage.

    Attributes:
        api_url: the API's address with its stage.
        http: sends the API's key with each request.
        patience_seconds: how long each part may take.
    """

    api_url: str
    http: requests.Session
    raw_bucket: str
    jobs_table: str
    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    patience_seconds: float = _PATIENCE

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request to the API.

        Raises:
            SmokeTestError: nothing answers.
        """
        try:
            return self.http.request(
                method, f"{self.api_url.rstrip('/')}/{path}", timeout=_REQUEST_TIMEOUT, **more
            )
        except requests.RequestException as error:
            raise SmokeTestError(f"{method} {path}: {error}") from None


def of_outputs(
    client: Callable[[str], Any],
    outputs: Mapping[str, Mapping[str, str]],
    http: requests.Session,
    *,
    api_url: str,
) -> Deployed:
    """The stage that these outputs describe.

    Args:
        client: makes a boto3 client of a service.
        outputs: by stack.
        http: gets the API's key.
        api_url: the API's address with its stage.

    Raises:
        ClientError: the API's key could not be read.
    """
    analytics = outputs["AnalyticsStack"]
    key = client("apigateway").get_api_key(apiKey=analytics["ApiKeyId"], includeValue=True)
    http.headers["x-api-key"] = key["value"]
    return Deployed(
        api_url=api_url,
        http=http,
        raw_bucket=outputs["DataPipelineStack"]["RawBucketName"],
        jobs_table=analytics["JobsTableName"],
        s3=client("s3"),
        dynamodb=client("dynamodb"),
    )


def run(deployed: Deployed) -> Iterator[str]:
    """Tries it all, and gives a line for each part that works.

    Raises:
        SmokeTestError: a part does not work.
        ClientError: the deployer's role may not do what the test needs.
    """
    yield _health(deployed)
    yield _key(deployed)
    file = _TestFile(deployed=deployed)
    try:
        yield file.load()
        yield _question(deployed)
        yield from _job(deployed, file)
    finally:
        file.remove()


@dataclass(frozen=True, kw_only=True)
class _TestFile:
    deployed: Deployed
    key: str = field(default_factory=lambda: f"{PREFIX}{uuid.uuid4()}.json")

    @property
    def question(self) -> dict[str, Any]:
        """Asks what became of the file."""
        parameters = {"query": _LEDGER_ENTRY, "parameters": {"key": self.key}}
        return {"operation": "custom_complex_query", "parameters": parameters}

    def load(self) -> str:
        """Uploads the file and waits until the ledger says that it is loaded."""
        body = json.dumps({"customers": [RECORD]}).encode()
        self.deployed.s3.put_object(Bucket=self.deployed.raw_bucket, Key=self.key, Body=body)
        self.check(_until(self.deployed, f"{self.key} in the ledger", self._entry))
        return f"{self.key} was loaded"

    def check(self, entry: Mapping[str, Any]) -> None:
        """Compares the ledger's entry with what it has to be."""
        counts = (entry["status"], int(entry["records_read"]), int(entry["records_quarantined"]))
        if counts != ("loaded", 1, 0):
            raise SmokeTestError(f"{self.key} was not loaded: {dict(entry)}")

    def remove(self) -> None:
        """Deletes the object with all its versions."""
        s3, bucket = self.deployed.s3, self.deployed.raw_bucket
        found = s3.list_object_versions(Bucket=bucket, Prefix=self.key)
        for version in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            s3.delete_object(Bucket=bucket, Key=self.key, VersionId=version["VersionId"])

    def _entry(self) -> Mapping[str, Any] | None:
        """The ledger's entry once the file is done with."""
        answer = self.deployed.request(
            "POST", "analytics", json=self.question, headers={"Cache-Control": "no-cache"}
        )
        rows = _body(answer, "the ledger")["rows"]
        return rows[0] if rows and rows[0]["status"] != "loading" else None


def _health(deployed: Deployed) -> str:
    last = ""

    def healthy() -> dict[str, Any] | None:
        nonlocal last
        answer = deployed.request("GET", "health")
        last = f"{answer.status_code} {answer.text[:1000]}"
        return dict(answer.json()) if answer.status_code == requests.codes.ok else None

    try:
        health = _until(deployed, "health", healthy)
    except SmokeTestError as error:
        raise SmokeTestError(f"{error}; it last answered {last}") from None
    return f"the API is healthy, its data are at version {health['datasetVersion']}"


def _key(deployed: Deployed) -> str:
    """Waits while API Gateway refuses the key, as it does for seconds after it made one."""

    def catalog() -> dict[str, Any] | None:
        answer = deployed.request("GET", "analytics/operations")
        if answer.status_code == requests.codes.forbidden:
            return None
        return _body(answer, "the operations")

    _until(deployed, "access with the API's key", catalog)
    return "the API knows its key"


def _question(deployed: Deployed) -> str:
    answer = deployed.request("GET", "analytics", params={"operation": "simple_demo"})
    rows = _body(answer, "simple_demo")["rowCount"]
    return f"simple_demo answered with {rows} rows"


def _job(deployed: Deployed, file: _TestFile) -> Iterator[str]:
    """Asks the same as a job, whose result has to be the ledger's entry."""
    submitted = deployed.request(
        "POST",
        "analytics/jobs",
        json={**file.question, "name": "smoke test", "ttl": _JOB_TTL_SECONDS},
    )
    path = f"analytics/jobs/{_body(submitted, 'a new job')['jobId']}"
    try:
        job = _until(deployed, f"the end of {path}", lambda: _ended(deployed, path))
        if job["status"] != "SUCCEEDED":
            raise SmokeTestError(f"{path} ended as {job['status']}: {job['error']}")
        (entry,) = _body(deployed.request("GET", f"{path}/result"), "its result")["rows"]
        file.check(entry)
        yield f"{path} succeeded, and its result is right"
    finally:
        deployed.dynamodb.delete_item(
            TableName=deployed.jobs_table, Key={"jobId": {"S": path.rpartition("/")[2]}}
        )


def _ended(deployed: Deployed, path: str) -> dict[str, Any] | None:
    job = _body(deployed.request("GET", path), path)
    return None if job["status"] in ("QUEUED", "RUNNING") else job


def _body(answer: requests.Response, what: str) -> dict[str, Any]:
    if not answer.ok:
        raise SmokeTestError(f"{what}: status {answer.status_code}, {answer.text[:1000]}")
    return dict(answer.json())


def _until[Found](deployed: Deployed, what: str, probe: Callable[[], Found | None]) -> Found:
    """The first answer of the probe that is one."""
    deadline = time.monotonic() + deployed.patience_seconds
    while time.monotonic() < deadline:
        if (found := probe()) is not None:
            return found
        time.sleep(_PAUSE)
    raise SmokeTestError(f"no {what} within {deployed.patience_seconds:.0f} s")
