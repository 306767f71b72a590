"""Structured logs and metrics, configured by Powertools' own environment variables."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="DataPipeline")
