"""The Lambda contract of one execution environment, without LocalStack."""
