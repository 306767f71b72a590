"""Which items have expired.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
"""

from datetime import timedelta

# "Items with an expiration time greater than five years in the past are not deleted."
_TOO_OLD = timedelta(days=5 * 365).total_seconds()


def has_expired(attribute_type: str, value: object, now: float) -> bool:
    """Whether an item with this time-to-live attribute is to be removed.

    Args:
        attribute_type: DynamoDB's type of the attribute; only numbers (`N`) count.
        value: seconds since the epoch, as DynamoDB's decimal text.
        now: seconds since the epoch.
    """
    if attribute_type != "N":
        return False
    try:
        expires_at = float(str(value))
    except ValueError:
        return False
    return now - _TOO_OLD <= expires_at < now
