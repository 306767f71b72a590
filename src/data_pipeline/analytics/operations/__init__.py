"""The operations: one module with typed parameters for each, its SQL beside it."""

from typing import Any

from data_pipeline.analytics.operation import Operation
from data_pipeline.analytics.operations import (
    attribute_analysis,
    custom_complex_query,
    customer_analysis,
    data_integrity_analysis,
    database_info,
    entity_history,
    entity_matching,
    multi_dimensional_analytics,
    relationship_analysis,
    revenue_analysis,
    simple_demo,
    time_series_patterns,
)

ALL: tuple[Operation[Any], ...] = (
    simple_demo.OPERATION,
    database_info.OPERATION,
    customer_analysis.OPERATION,
    revenue_analysis.OPERATION,
    multi_dimensional_analytics.OPERATION,
    data_integrity_analysis.OPERATION,
    relationship_analysis.OPERATION,
    entity_matching.OPERATION,
    attribute_analysis.OPERATION,
    time_series_patterns.OPERATION,
    entity_history.OPERATION,
    custom_complex_query.OPERATION,
)
