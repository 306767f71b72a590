"""What `make up` shows at its end: what was loaded, two answers, and commands to paste."""

import json
from collections.abc import Mapping
from typing import Any

import requests

from local import ledger
from local.api_access import Access
from local.progress import table
from local.state import DEFAULT_NAME, Environment

_SAMPLES: tuple[dict[str, str], ...] = (
    {"operation": "simple_demo"},
    {
        "operation": "customer_analysis",
        "metric": "lifetime_value",
        "group_by": "industry",
        "level": "group",
    },
)
_ROWS_SHOWN = 5
_COLUMNS_SHOWN = 6


class SampleQueryError(RuntimeError):
    """The API did not answer a sample query; the message has its answer."""


def loaded(environment: Environment) -> str:
    """The canonical tables with the number of rows from each source system."""
    counts = ledger.row_counts(environment)
    systems = sorted({count.source_system for count in counts if count.source_system})
    by_entity: dict[str, dict[str, int]] = {}
    for count in counts:
        by_entity.setdefault(count.entity, {})[count.source_system or ""] = count.row_count
    rows = [
        (entity, *(of.get(system, 0) for system in systems), sum(of.values()))
        for entity, of in by_entity.items()
    ]
    return table(("canonical table", *systems, "rows"), rows)


def sample_answers(access: Access) -> str:
    """The answers to two queries, each as a short table.

    Raises:
        SampleQueryError: the API answered with an error.
    """
    return "\n\n".join(_answer(access, sample) for sample in _SAMPLES)


def commands(environment: Environment, access: Access) -> str:
    """Commands to paste, with this environment's own addresses."""
    ours = environment.name == DEFAULT_NAME
    prefix = "" if ours else f"PIPELINE_ENVIRONMENT={environment.name} "
    key = f'-H "x-api-key: {access.api_key}"'
    job = '{"operation": "customer_analysis", "parameters": {"metric": "lifetime_value"}}'
    job_id = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"jobId\"])'"
    return f"""\
API      {access.api_url}
API key  {access.api_key}
bucket   s3://{access.raw_bucket}/   (crm-data/, erp-data/, shop-data/, billing-data/, …)

# a query
curl -s {key} "{access.api_url}/analytics?operation=database_info"

# a job, and its result when it has ended
JOB=$(curl -s {key} -H "Content-Type: application/json" -H "Prefer: wait=20" \\
  "{access.api_url}/analytics/jobs" --data '{job}' \\
  | {job_id})
curl -s {key} "{access.api_url}/analytics/jobs/$JOB"
curl -sL {key} "{access.api_url}/analytics/jobs/$JOB/result"

# all of this in variables of your shell, with AWS's own; then an upload
eval "$({prefix}make -s env)"
aws --endpoint-url {environment.endpoint} s3 cp seed-data/crm-data/customer-data.json \\
  s3://{access.raw_bucket}/crm-data/

{prefix}make status | logs | demo | down | reset"""


def _answer(access: Access, parameters: Mapping[str, str]) -> str:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(
            f"{access.api_url}/analytics",
            params=parameters,
            headers={"x-api-key": access.api_key},
            timeout=60,
        )
    if response.status_code != requests.codes.ok:
        raise SampleQueryError(
            f"{parameters['operation']} answered {response.status_code}: {response.text[:1000]}"
        )
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"GET /analytics?{query}\n{_as_table(response.json())}"


def _as_table(result: Mapping[str, Any]) -> str:
    columns = [column["name"] for column in result["columns"]][:_COLUMNS_SHOWN]
    rows = [[_short(row.get(name)) for name in columns] for row in result["rows"][:_ROWS_SHOWN]]
    more = result["rowCount"] - len(rows)
    lines = [table(columns, rows)]
    if more > 0:
        lines.append(f"… {more} more rows")
    return "\n".join(lines)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
