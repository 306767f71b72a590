"""How much of a usage plan a key has used.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any


class Refusal(Enum):
    """Why a request is not let through."""

    THROTTLED = "Too Many Requests"
    QUOTA_EXCEEDED = "Limit Exceeded"


@dataclass
class _Bucket:
    """A token bucket: it holds `burst` requests and is refilled with `rate` a second."""

    rate: float
    burst: float
    tokens: float
    filled_at: float

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Usage:
    """The requests of all keys, each counted for the plan it belongs to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def refusal(self, plan: Mapping[str, Any], key_id: str, now: float) -> Refusal | None:
        """Counts one request, and says whether the plan has no room for it.

        Args:
            plan: a usage plan, as GetUsagePlan describes it.
            key_id: the API key's id.
            now: seconds since 1970.
        """
        with self._lock:
            if not self._within_rate(plan, key_id, now):
                return Refusal.THROTTLED
            if not self._within_quota(plan, key_id, now):
                return Refusal.QUOTA_EXCEEDED
        return None

    def _within_rate(self, plan: Mapping[str, Any], key_id: str, now: float) -> bool:
        throttle = plan.get("throttle")
        if not throttle:
            return True
        rate, burst = float(throttle["rateLimit"]), float(throttle["burstLimit"])
        place = (plan["id"], key_id)
        bucket = self._buckets.get(place)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[place] = _Bucket(rate, burst, burst, now)
        return bucket.take(now)

    def _within_quota(self, plan: Mapping[str, Any], key_id: str, now: float) -> bool:
        quota = plan.get("quota")
        if not quota:
            return True
        place = (plan["id"], key_id, _period(quota["period"], now))
        if self._counts[place] >= int(quota["limit"]):
            return False
        self._counts[place] += 1
        return True


def _period(length: str, now: float) -> str:
    """The name of the day, week or month of a moment."""
    form = {"DAY": "%Y-%m-%d", "WEEK": "%G-W%V", "MONTH": "%Y-%m"}[length]
    return datetime.fromtimestamp(now, UTC).strftime(form)
