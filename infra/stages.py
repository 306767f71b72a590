"""The stages, and everything in which they differ.

One account and region holds one stage, so names are the same in all of them and a command from the
documentation works unchanged in each.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays


@dataclass(frozen=True, kw_only=True)
class ManagedDatabase:
    """Size and safety of the database that AWS runs.

    Attributes:
        many_connections: more of them raise an alarm; two thirds of what the size allows.
    """

    instance_type: str
    storage_gib: int
    largest_storage_gib: int
    multi_az: bool
    backup_days: int
    deletion_protection: bool
    many_connections: int


@dataclass(frozen=True, kw_only=True)
class RequestLimits:
    """What one API key may ask for; `unfinished_jobs` are those at a time."""

    per_second: int
    burst: int
    per_day: int
    unfinished_jobs: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the pipeline.

    Attributes:
        removal_policy: What becomes of stored data when its stack is deleted.
        database: None for a PostgreSQL outside the stack, named by secrets that exist already.
        endpoint_zones: Availability zones with VPC interface endpoints, which cost by the hour.
        alarm_emails: Who is told of alarms, rejected files and finished jobs. None here for the
            stages on AWS: addresses of people are given with each deployment, not published.
        cors_origin: The web origin that may call the API, or `*`.
        ingest_concurrency: Files loaded at a time; each holds a database connection.
        monthly_budget: US dollars; more in a month raise an alert. None for no budget.
        firewall_requests_per_address: Requests that a web firewall lets through from one address in
            five minutes. None for no firewall, which costs by the month.
        public_documentation: Whether the OpenAPI document and the page to try the API need no key.
        default_currency: ISO 4217, of amounts for which a record names none. Empty for none: such
            amounts stay among the record's attributes.
    """

    name: str
    removal_policy: RemovalPolicy
    termination_protection: bool
    log_retention: RetentionDays
    database: ManagedDatabase | None
    endpoint_zones: int
    alarm_emails: tuple[str, ...]
    cors_origin: str
    request_limits: RequestLimits
    ingest_concurrency: int
    monthly_budget: int | None = None
    firewall_requests_per_address: int | None = None
    default_currency: str = ""
    public_documentation: bool = True

    @property
    def is_on_aws(self) -> bool:
        """Whether AWS runs it, its database included."""
        return self.database is not None


STAGES: Final = {
    stage.name: stage
    for stage in (
        Stage(
            name="local",
            removal_policy=RemovalPolicy.DESTROY,
            termination_protection=False,
            log_retention=RetentionDays.ONE_WEEK,
            database=None,
            endpoint_zones=1,
            alarm_emails=("operator@example.com",),
            cors_origin="*",
            request_limits=RequestLimits(
                per_second=100, burst=200, per_day=1_000_000, unfinished_jobs=100
            ),
            ingest_concurrency=2,
        ),
        Stage(
            name="dev",
            removal_policy=RemovalPolicy.DESTROY,
            termination_protection=False,
            log_retention=RetentionDays.ONE_MONTH,
            database=ManagedDatabase(
                instance_type="t4g.micro",
                storage_gib=20,
                largest_storage_gib=100,
                multi_az=False,
                backup_days=1,
                deletion_protection=False,
                many_connections=60,
            ),
            endpoint_zones=1,
            alarm_emails=(),
            cors_origin="*",
            request_limits=RequestLimits(
                per_second=20, burst=40, per_day=50_000, unfinished_jobs=20
            ),
            ingest_concurrency=5,
            monthly_budget=150,
        ),
        Stage(
            name="prod",
            removal_policy=RemovalPolicy.RETAIN,
            termination_protection=True,
            log_retention=RetentionDays.ONE_YEAR,
            database=ManagedDatabase(
                instance_type="m7g.large",
                storage_gib=100,
                largest_storage_gib=1_000,
                multi_az=True,
                backup_days=14,
                deletion_protection=True,
                many_connections=600,
            ),
            endpoint_zones=2,
            alarm_emails=(),
            cors_origin="*",
            request_limits=RequestLimits(
                per_second=100, burst=200, per_day=1_000_000, unfinished_jobs=100
            ),
            ingest_concurrency=20,
            firewall_requests_per_address=10_000,
        ),
    )
}

_ADDRESS: Final = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")


def with_alarm_emails(stage: Stage, addresses: str) -> Stage:
    """The stage with other people to tell.

    Args:
        stage: the stage.
        addresses: separated by commas.

    Raises:
        ValueError: one of them is no address of e-mail.
    """
    found = tuple(address.strip() for address in addresses.split(","))
    for address in found:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"alarmEmails: {address!r} is no address; separate several by commas.")
    return replace(stage, alarm_emails=found)


def named(name: str) -> Stage:
    """The stage with that name.

    Raises:
        ValueError: there is no such stage; the message lists those there are.
    """
    if name in STAGES:
        return STAGES[name]
    raise ValueError(f"There is no stage {name!r}. Use -c stage= with one of {', '.join(STAGES)}.")
