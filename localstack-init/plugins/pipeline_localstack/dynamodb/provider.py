"""DynamoDB as moto implements it: no Java, no download."""

from localstack.services.plugins import ServiceLifecycleHook


class DynamoDBProvider(ServiceLifecycleHook):
    """Implements nothing itself, so that every operation falls through to moto."""
