"""The times in the exports, and how systems write them."""

from datetime import datetime, timedelta
from typing import Final

from generator.draws import Draws

NOW: Final = datetime(2026, 11, 20, 18, 0)  # noqa: DTZ001 - all are in UTC; naive ones are faster
"""When the exports were made. In UTC, as all times here."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001
_DAY_SECONDS: Final = 86_400
_MONTHS_OF_ORDERS: Final = 24
_SEASONS: Final = {8: 0.6, 10: 1.1, 11: 1.35, 12: 1.2}


def recently(draws: Draws, days: int = 180) -> datetime:
    """A time in the last days."""
    return NOW - timedelta(seconds=draws.between(3_600, days * _DAY_SECONDS))


def order_time(draws: Draws, since: datetime) -> datetime:
    """A working hour of the last two years: more from month to month, most in November."""
    days = int(_MONTHS_OF_ORDERS * 30.4)
    while True:
        age = draws.between(0, days)
        moment = NOW - timedelta(days=age, seconds=draws.between(0, _DAY_SECONDS))
        weekday = 1.0 if moment.weekday() < 5 else 0.25
        likely = (1 - 0.45 * age / days) * _SEASONS.get(moment.month, 0.9) * weekday / 1.35
        if draws.happens(likely) and moment > since:
            return moment.replace(hour=draws.between(7, 17), microsecond=0)


def iso(moment: datetime) -> str:
    """As ISO 8601 says: `2026-11-20T18:00:00Z`."""
    return f"{moment.isoformat()}Z"


def epoch(moment: datetime) -> int:
    """Seconds since 1970."""
    return (moment - _EPOCH) // timedelta(seconds=1)
