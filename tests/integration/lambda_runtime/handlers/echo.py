from typing import Any


def handle(event: Any, _context: Any) -> Any:
    return event


def describe(_event: Any, context: Any) -> Any:
    return {
        "name": context.function_name,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "log_group": context.log_group_name,
        "remaining": context.get_remaining_time_in_millis(),
    }
