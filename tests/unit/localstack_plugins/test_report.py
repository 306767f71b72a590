from datetime import UTC, datetime

from pipeline_localstack.runtime import report

MIB = 1024 * 1024


def test_report_of_a_cold_start_bills_the_init_phase() -> None:
    line = report.Report(
        request_id="r-1",
        duration=12.344,
        memory_size=128 * MIB,
        peak=36 * MIB + 1,
        init_duration=100.5,
    ).line()
    assert line == (
        "REPORT RequestId: r-1\tDuration: 12.34 ms\tBilled Duration: 113 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 37 MB\tInit Duration: 100.50 ms\t\n"
    )


def test_report_of_a_warm_start_has_no_init_duration() -> None:
    line = report.Report(request_id="r", duration=1.0, memory_size=128 * MIB, peak=MIB).line()
    assert line.endswith("\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 1 MB\t\n")


def test_memory_above_the_limit_is_reported_as_the_limit() -> None:
    line = report.Report(
        request_id="r",
        duration=1.0,
        memory_size=128 * MIB,
        peak=180 * MIB,
        status="error",
        error_type="Runtime.OutOfMemory",
    ).line()
    assert "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory" in line


def test_failed_init_phase_is_reported_with_its_phase() -> None:
    assert report.init_report_line(10_000.126, "init", "timeout") == (
        "INIT_REPORT Init Duration: 10000.13 ms\tPhase: init\tStatus: timeout\n"
    )
    assert report.init_report_line(1.0, "invoke", "error", "Runtime.ExitError") == (
        "INIT_REPORT Init Duration: 1.00 ms\tPhase: invoke\tStatus: error\t"
        "Error Type: Runtime.ExitError\n"
    )


def test_timeout_line_starts_with_the_time_in_utc() -> None:
    moment = datetime(2026, 3, 5, 12, 30, 15, 250_999, UTC)
    assert report.timeout_line("r", 3, moment) == (
        "2026-03-05T12:30:15.250Z r Task timed out after 3.00 seconds\n"
    )
