"""A book of orders whose revenue was worked out by hand.

Acme is known to two systems by one e-mail address. Of 2025 and of the first quarter of 2026 there
count, in EUR, up to 15 March 2026, and of later years for what is asked about leap days:

    month    order  customer  country    gross   refunded  lines
    2025-01  A1     Acme      DE         200.00
    2025-06  A2     Bolt      US          30.00  10.00     1 Widget 10.00, 1 Gadget 20.00
    2025-11  A3     Bolt      US          30.00
    2025-12  A4     Bolt      US          60.00            (half past eleven in the last night)
    2026-01  B1     Acme      DE         100.00  25.00     2 Widget 60.00, 1 Gadget 30.00
    2026-01  B2     Acme      DE          50.00            5 Widget 50.00, 1 Gadget in USD
    2026-01  B3     Bolt      US         125.00
    2026-01  B4     (nobody)  (unknown)   10.00
    2026-03  B5     Bolt      US          80.00  80.00
    2026-03  B6     Acme      DE          40.00            1 of a product nobody knows 40.00
    2027-02  L1     Bolt      US           5.00            (28 February)
    2028-02  L2     Bolt      US           7.00            (29 February)

Widget is in category Tools, Gadget in category Toys; both systems have a Widget of their own. Not
counted are, with amounts that would be noticed: a cancelled, a draft, a deleted order, one without
a total, one in another currency, a deleted line, and an order of 16 March.
"""

from tests.integration.analytics.order_book import Book, Customer, Line, Order, Product

AS_OF = "2026-03-15"

BOOK = Book(
    customers=[
        Customer("crm", "C1", "Acme", "buyer@acme.test", "Manufacturing", "enterprise", "DE"),
        Customer("erp", "E1", "Acme", "BUYER@acme.test"),
        Customer("crm", "C2", "Bolt", "hi@bolt.test", "Logistics", "smb", "US"),
    ],
    products=[
        Product("crm", "W", "Widget", "Tools", "Zed"),
        Product("erp", "W1", "Widget", "Tools", "Zed"),
        Product("crm", "G", "Gadget", "Toys"),
        Product("erp", "G1", "Gadget", "Toys"),
    ],
    orders=[
        Order("crm", "A1", "C1", "completed", "2025-01-15T12:00:00Z", 200_00),
        Order("crm", "A2", "C2", "completed", "2025-06-15T12:00:00Z", 30_00, 10_00),
        Order("crm", "A3", "C2", "completed", "2025-11-10T12:00:00Z", 30_00),
        Order("crm", "A4", "C2", "completed", "2025-12-31T23:30:00Z", 60_00),
        Order("crm", "B1", "C1", "completed", "2026-01-31T23:59:59Z", 100_00, 25_00, "web"),
        Order("erp", "B2", "E1", "shipped", "2026-02-01T00:00:00+01:00", 50_00),
        Order("crm", "B3", "C2", None, "2026-01-05T12:00:00Z", 125_00),
        Order("crm", "B4", "C99", "open", "2026-01-10T12:00:00Z", 10_00),
        Order("crm", "B5", "C2", "refunded", "2026-03-01T00:00:00Z", 80_00),
        Order("crm", "B6", "C1", "processing", "2026-03-15T23:59:59Z", 40_00),
        Order("crm", "L1", "C2", "completed", "2027-02-28T12:00:00Z", 5_00),
        Order("crm", "L2", "C2", "completed", "2028-02-29T12:00:00Z", 7_00),
        Order("crm", "N1", "C1", "completed", "2026-03-16T00:00:00Z", 4000_00),
        Order("crm", "N2", "C1", "cancelled", "2026-01-20T12:00:00Z", 9000_00),
        Order("crm", "N3", "C1", "draft", "2026-01-20T12:00:00Z", 8000_00),
        Order("crm", "N4", "C1", "open", "2026-01-20T12:00:00Z", 7000_00, deleted_at="2026-02-01"),
        Order("crm", "N5", "C1", "open", "2026-01-20T12:00:00Z", None),
        Order("crm", "N6", "C2", "completed", "2026-01-20T12:00:00Z", 700_00, currency="USD"),
    ],
    lines=[
        Line("crm", "A2", "W", 1, 10_00),
        Line("crm", "A2", "G", 1, 20_00),
        Line("crm", "B1", "W", 2, 60_00),
        Line("crm", "B1", "G", 1, 30_00),
        Line("crm", "B1", "G", 99, 999_00, deleted_at="2026-02-01"),
        Line("erp", "B2", "W1", 5, 50_00),
        Line("erp", "B2", "G1", 1, 999_00, "USD"),
        Line("crm", "B6", "X9", 1, 40_00),
    ],
)
