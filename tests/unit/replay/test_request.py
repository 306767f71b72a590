import re
from typing import Any

import pytest

from data_pipeline.replay.request import InvalidReplay, parse


def test_every_condition_is_understood() -> None:
    request = parse(
        {
            "what": "files",
            "key": "crm-data/a.json",
            "versionId": "v",
            "rule": "json",
            "source": "crm",
            "since": "2026-01-01T00:00:00Z",
            "until": "2026-02-01T00:00:00+01:00",
            "status": "loaded",
            "dryRun": True,
        }
    )
    assert (request.key, request.version_id, request.statuses) == (
        "crm-data/a.json",
        "v",
        ["loaded"],
    )
    assert request.dry_run


def test_of_a_named_file_every_status_is_meant_and_else_that_of_refused_ones() -> None:
    assert parse({"what": "files", "source": "crm"}).statuses == ["failed"]
    assert parse({"what": "files", "fileId": 1}).statuses == ["failed", "loading", "loaded"]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (None, "Expected `object`"),
        ([], "Expected `object`"),
        ({}, "required field `what`"),
        ({"what": "everything", "source": "crm"}, "Invalid enum value 'everything'"),
        ({"what": "records"}, "at least one of fileId, key, rule, source, since and until"),
        ({"what": "records", "dryRun": True}, "at least one of"),
        ({"what": "records", "file": 1}, "unknown field `file`"),
        ({"what": "records", "fileId": "1"}, "Expected `int"),
        ({"what": "records", "fileId": 0}, ">= 1"),
        ({"what": "records", "key": ""}, "length >= 1"),
        ({"what": "records", "source": "crm", "versionId": "v"}, "versionId is of a key"),
        ({"what": "records", "source": "crm", "status": "failed"}, "status is of files"),
        ({"what": "files", "status": "failed"}, "at least one of"),
        ({"what": "records", "since": "2026-01-01"}, "Invalid RFC3339"),
        ({"what": "records", "since": "2026-01-01T00:00:00"}, "timezone"),
        (
            {"what": "records", "since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            "since must be before until",
        ),
    ],
)  # fmt: skip
def test_other_requests_are_refused_with_the_reason(payload: Any, told: str) -> None:
    with pytest.raises(InvalidReplay, match=re.escape(told)):
        parse(payload)
