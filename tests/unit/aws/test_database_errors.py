import psycopg
import pytest
from psycopg import errors

from data_pipeline.aws.database import (
    TransientDatabaseError,
    application_name,
    is_transient,
    transient_errors,
)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("server closed the connection unexpectedly"),
        errors.SerializationFailure(),
        errors.DeadlockDetected(),
        errors.AdminShutdown(),
        errors.CrashShutdown(),
        errors.CannotConnectNow(),
        errors.TooManyConnections(),
        errors.DiskFull(),
        errors.ConnectionFailure(),
    ],
)
def test_faults_that_pass_are_transient(error: psycopg.Error) -> None:
    assert is_transient(error)
    with pytest.raises(TransientDatabaseError), transient_errors():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        errors.UndefinedTable(),
        errors.SyntaxError(),
        errors.QueryCanceled(),
        errors.InsufficientPrivilege(),
        psycopg.ProgrammingError("the last operation didn't produce a result"),
    ],
)
def test_other_errors_stay_what_they_are(error: psycopg.Error) -> None:
    assert not is_transient(error)
    with pytest.raises(type(error)), transient_errors():
        raise error


def test_transient_error_tells_nothing_of_the_server() -> None:
    message = 'connection to server at "10.0.0.7", port 5432 failed: timeout expired'
    with pytest.raises(TransientDatabaseError) as caught, transient_errors():
        raise psycopg.OperationalError(message)
    assert "10.0.0.7" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_application_name_fits_the_server_whatever_the_correlation_id() -> None:
    request_id = "6f1c8a52-0c55-4c40-a3a1-4f9f3a2ab1de"
    assert application_name("advanced-analytics", request_id).endswith(request_id)
    assert len(application_name("advanced-analytics", "x" * 200)) == 63
    assert application_name("job-runner", "") == "job-runner"
