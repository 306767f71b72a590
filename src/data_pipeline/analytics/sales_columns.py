"""The columns that every report of sales has, each with one meaning in all of them."""

from typing import Final

from data_pipeline.analytics.operation import Column

CURRENCY: Final = Column(name="currency", description="Of all amounts in the row, ISO 4217.")

ORDERS: Final = Column(
    name="orders", description="Number of orders; of lines: of orders with such one."
)

CUSTOMERS: Final = Column(
    name="customers", description="Customers who ordered, each unified one once."
)

GROSS_REVENUE: Final = Column(
    name="gross_revenue",
    description="Sum of the orders' totals, with tax and shipping; of lines: of the lines' "
    "totals, after discount and before tax.",
)

REFUNDED_REVENUE: Final = Column(
    name="refunded_revenue",
    description="What was given back of it so far; the whole of a refunded order whose source "
    "gives no amount.",
)

NET_REVENUE: Final = Column(name="net_revenue", description="gross_revenue less refunded_revenue.")

AVERAGE_ORDER_VALUE: Final = Column(
    name="average_order_value", description="gross_revenue by orders."
)
