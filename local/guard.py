"""Refuses a deployment that would go to the wrong place.

A local deployment goes to LocalStack on this machine's loopback interface and nowhere else; a
deployment to AWS never goes to an endpoint that somebody set for local work. Every check runs
before the first call of a deployment is made.
"""

import http.client
import ipaddress
import json
import re
import socket
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.state import local_session

LOCAL_ACCOUNT: Final = "000000000000"
_ENDPOINT: Final = "AWS_ENDPOINT_URL"
_HEALTH: Final = "/_localstack/health"
# Of a user, and of a session.
_KEYS_OF_AWS: Final = ("AKIA", "ASIA")
_PLAIN_URL = re.compile(r"[\x21-\x7e]+")


class RefusedError(RuntimeError):
    """The deployment was refused; the message says what pointed where, and what to do."""


def check_local_deployment(variables: Mapping[str, str]) -> None:
    """Lets a local deployment pass only to LocalStack on loopback.

    Args:
        variables: the environment the deployment's programs will run with.

    Raises:
        RefusedError: something in it leads, or could lead, anywhere else.
    """
    _check_variables(variables)
    endpoint = variables.get(_ENDPOINT)
    if not endpoint:
        raise RefusedError(f"{_ENDPOINT} is not set: a local deployment would go to AWS")
    for name, value in _endpoints(variables).items():
        if value != endpoint:
            raise RefusedError(f"{name} is {value}, but {_ENDPOINT} is {endpoint}: unset it")
    address = _loopback_address(endpoint)
    _check_health(endpoint, *address)
    _check_account(endpoint)


def check_shell(variables: Mapping[str, str]) -> None:
    """Lets no endpoint that someone set for another place go unnoticed.

    The local environment replaces these variables with its own address. Who set one that is not
    on loopback expects calls to go there, and is told that they won't.

    Raises:
        RefusedError: an `AWS_ENDPOINT_URL…` variable is not an address on loopback.
    """
    for name, value in _endpoints(variables).items():
        try:
            _loopback_address(value)
        except RefusedError as error:
            raise RefusedError(
                f"{name} points elsewhere ({error}); the local environment deploys to LocalStack "
                f"on this machine alone: unset {name}"
            ) from None


def check_aws_deployment(variables: Mapping[str, str]) -> str:
    """Lets a deployment to AWS pass only when nothing redirects its calls.

    Args:
        variables: the environment the deployment's programs will run with.

    Returns:
        The account that it goes to.

    Raises:
        RefusedError: an endpoint is set in a variable or in the profile, the credentials or the
            account are LocalStack's, or it is open which account or region is meant.
    """
    if endpoints := _endpoints(variables):
        names = ", ".join(sorted(endpoints))
        raise RefusedError(f"{names}: set for local work; unset it before a deployment to AWS")
    _check_unambiguous(variables)
    session = _session(variables)
    try:
        redirected = _redirecting_settings(session)
    except BotoCoreError as error:
        raise RefusedError(f"the AWS configuration can't be read: {error}") from None
    if redirected:
        raise RefusedError(
            f"the AWS configuration sets {redirected}: remove it, or choose another profile"
        )
    _check_credentials(session)
    region = region_of(variables)
    account = _account(boto3.Session(botocore_session=session, region_name=region))
    if account == LOCAL_ACCOUNT:
        raise RefusedError(f"account {account} is LocalStack's, not one of AWS")
    return account


def region_of(variables: Mapping[str, str]) -> str:
    """The region of a deployment to AWS.

    The CDK reads `AWS_REGION` before `AWS_DEFAULT_REGION`, boto3 the second alone.

    Raises:
        RefusedError: none is chosen, or both variables choose another.
    """
    named = {
        name: value
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION")
        if (value := variables.get(name))
    }
    if len(set(named.values())) > 1:
        told = ", ".join(f"{name} is {value}" for name, value in named.items())
        raise RefusedError(f"{told}: set one of them, or both to the same region")
    region = next(iter(named.values()), None) or _session(variables).get_config_variable("region")
    if not region:
        raise RefusedError("no region is chosen: set AWS_REGION, or `region` in the profile")
    return str(region)


def _endpoints(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(_ENDPOINT)}


def _check_variables(variables: Mapping[str, str]) -> None:
    ignored = variables.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "")
    if ignored.lower() not in ("", "0", "false"):
        raise RefusedError(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is set: calls would go to AWS; unset it"
        )
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
        if variables.get(name):
            raise RefusedError(f"{name} is set: it names an account of AWS; unset it")


def _loopback_address(endpoint: str) -> tuple[str, int]:
    """The host and port of an endpoint that is surely on loopback.

    Only a loopback address itself or `localhost` will do. Any other name is refused even when it
    leads to loopback now: the next look-up may answer otherwise.
    """
    parts = _split(endpoint)
    host, port = parts.hostname, parts.port or 80
    if host is None:
        raise RefusedError(f"{endpoint!r} names no host")
    addresses = _addresses(host, port) if host == "localhost" else [host]
    for address in addresses:
        if not _is_loopback(address):
            raise RefusedError(f"{endpoint} is not on loopback: use http://127.0.0.1:<port>")
    return addresses[0], port


def _split(endpoint: str) -> SplitResult:
    try:
        parts = urlsplit(endpoint)
        well_formed = parts.port != 0
    except ValueError:
        raise RefusedError(f"{endpoint!r} is no URL") from None
    plain = _PLAIN_URL.fullmatch(endpoint) and "\\" not in endpoint and "@" not in endpoint
    if not (plain and well_formed and parts.scheme == "http"):
        raise RefusedError(f"{endpoint!r} is not of the form http://127.0.0.1:<port>")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise RefusedError(f"{endpoint!r} must end after the port")
    return parts


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RefusedError(f"{host} can't be resolved: {error}") from None
    return [str(entry[4][0]) for entry in found]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _check_health(endpoint: str, host: str, port: int) -> None:
    """Asks for health over a plain connection: no proxy, no redirect is followed."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", _HEALTH)
        response = connection.getresponse()
        status, body = response.status, response.read(1_000_000)
    except (OSError, http.client.HTTPException) as error:
        raise RefusedError(
            f"nothing answers at {endpoint} ({error}): start it with `make up`"
        ) from None
    finally:
        connection.close()
    if status != http.HTTPStatus.OK or not _is_localstacks(body):
        raise RefusedError(
            f"what answers at {endpoint} is not LocalStack ({_HEALTH} gave status {status})"
        )


def _is_localstacks(body: bytes) -> bool:
    try:
        health = json.loads(body)
    except ValueError:
        return False
    return (
        isinstance(health, dict)
        and isinstance(health.get("services"), dict)
        and "cloudformation" in health["services"]
        and {"edition", "version"} <= health.keys()
    )


def _check_account(endpoint: str) -> None:
    direct = Config(proxies={}, retries={"total_max_attempts": 1})
    account = _account(local_session(), endpoint_url=endpoint, config=direct)
    if account != LOCAL_ACCOUNT:
        raise RefusedError(f"the account at {endpoint} is {account}, not {LOCAL_ACCOUNT}")


def _account(
    session: boto3.Session, *, endpoint_url: str | None = None, config: Config | None = None
) -> str:
    try:
        client = session.client("sts", endpoint_url=endpoint_url, config=config)
        return str(client.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(f"the account can't be told: {error}") from None


def _check_unambiguous(variables: Mapping[str, str]) -> None:
    """Refuses what the CDK and boto3 read differently: each could reach an account of its own."""
    profiles = {
        value for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if (value := variables.get(name))
    }
    if len(profiles) > 1:
        raise RefusedError("AWS_PROFILE and AWS_DEFAULT_PROFILE name two profiles: unset one")
    if profiles and variables.get("AWS_ACCESS_KEY_ID"):
        raise RefusedError(
            f"both the profile {profiles.pop()} and AWS_ACCESS_KEY_ID are set: unset one of them"
        )


def _session(variables: Mapping[str, str]) -> botocore.session.Session:
    profile = variables.get("AWS_PROFILE") or variables.get("AWS_DEFAULT_PROFILE")
    return botocore.session.Session(profile=profile)


def _check_credentials(session: botocore.session.Session) -> None:
    """Refuses keys that LocalStack takes and AWS never gave out.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    try:
        credentials = session.get_credentials()
        key = credentials.get_frozen_credentials().access_key if credentials else None
    except BotoCoreError as error:
        raise RefusedError(f"the credentials can't be had: {error}") from None
    if not key:
        raise RefusedError("there are no credentials of AWS: set AWS_PROFILE, or sign in")
    if not key.startswith(_KEYS_OF_AWS):
        raise RefusedError(
            f"the access key {key[:4]}… is not one of AWS; `make env` may have set it in this shell"
        )


def _redirecting_settings(session: botocore.session.Session) -> str | None:
    profile = session.get_scoped_config()
    if "endpoint_url" in profile:
        return "endpoint_url"
    services = session.full_config.get("services", {}).get(profile.get("services"), {})
    for service, settings in services.items():
        if isinstance(settings, dict) and "endpoint_url" in settings:
            return f"endpoint_url of {service}"
    return None
