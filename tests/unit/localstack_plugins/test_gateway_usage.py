from datetime import UTC, datetime
from typing import Any

from pipeline_localstack.api_gateway.usage import Refusal, Usage

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
DAY = 86_400
# As API Gateway tells it: changed plans have text for numbers.
SLOW: dict[str, Any] = {"id": "slow", "throttle": {"rateLimit": "2", "burstLimit": "3"}}


def daily(limit: int, period: str = "DAY") -> dict[str, Any]:
    return {"id": "small", "quota": {"limit": limit, "period": period}}


def test_burst_is_let_through_then_the_rate() -> None:
    usage = Usage()
    at_once = [usage.refusal(SLOW, "key", NOON) for _ in range(4)]
    assert at_once == [None, None, None, Refusal.THROTTLED]
    assert usage.refusal(SLOW, "key", NOON + 0.4) is Refusal.THROTTLED
    assert usage.refusal(SLOW, "key", NOON + 0.6) is None
    later = [usage.refusal(SLOW, "key", NOON + 100) for _ in range(4)]
    assert later == [None, None, None, Refusal.THROTTLED]


def test_changed_plan_counts_at_once() -> None:
    usage = Usage()
    for _ in range(4):
        usage.refusal(SLOW, "key", NOON)
    faster = {"id": "slow", "throttle": {"rateLimit": 2, "burstLimit": 10}}
    assert usage.refusal(faster, "key", NOON) is None


def test_each_key_has_its_own_limits() -> None:
    usage = Usage()
    for _ in range(4):
        usage.refusal(SLOW, "one", NOON)
    assert usage.refusal(SLOW, "another", NOON) is None
    assert usage.refusal(daily(1), "one", NOON) is None
    assert usage.refusal(daily(1), "another", NOON) is None


def test_quota_begins_anew_with_its_period() -> None:
    for period, days in (("DAY", 1), ("WEEK", 7), ("MONTH", 1)):
        usage, plan = Usage(), daily(2, period)
        used = [usage.refusal(plan, "key", NOON) for _ in range(3)]
        assert used == [None, None, Refusal.QUOTA_EXCEEDED]
        assert usage.refusal(plan, "key", NOON + days * DAY) is None


def test_throttled_request_uses_no_quota() -> None:
    usage = Usage()
    plan = {**SLOW, "quota": {"limit": 4, "period": "DAY"}}
    for _ in range(10):
        usage.refusal(plan, "key", NOON)
    assert usage.refusal(plan, "key", NOON + 10) is None
    assert usage.refusal(plan, "key", NOON + 10) is Refusal.QUOTA_EXCEEDED


def test_plan_without_limits_refuses_nothing() -> None:
    usage = Usage()
    assert {usage.refusal({"id": "free"}, "key", NOON) for _ in range(1_000)} == {None}
