"""A job that runs until it is stopped, without a lock that others would wait for as well."""

from typing import Final

OPERATION: Final = "custom_complex_query"
PARAMETERS: Final = {
    "query": "WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n FROM numbers) "
    "SELECT count(*) AS counted FROM numbers"
}
