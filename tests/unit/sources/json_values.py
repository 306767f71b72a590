"""Any JSON value, and examples of vendors' files with some of their values replaced by any."""

import copy
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.unit.sources.files import EXAMPLES

SOURCES = ("crm", "erp", "salesforce", "hubspot", "sap", "shopify", "stripe")

CRM = {
    "customers": [
        {
            "id": "C1", "name": "Acme", "email": "a@example.com", "status": "active",
            "annual_revenue": {"amount": "1.50", "currency": "EUR"}, "parent_id": "C0",
            "address": {"country": "DE"}, "external_ids": {"erp": "K1"},
            "updated_at": "2026-01-02T03:04:05Z",
            "contacts": [{"id": "P1", "last_name": "Doe", "email": "d@example.com"}],
            "opportunities": [{"id": "O1", "name": "Deal", "probability": 50}],
        }
    ],
    "relationships": [
        {
            "id": "R1", "type": "supplies", "from": {"entity": "customer", "id": "C1"},
            "to": {"entity": "customer", "id": "C0"},
        }
    ],
}  # fmt: skip
ERP = {
    "customers": [{"customer_no": "K1", "company_name": "A", "changed_at": "2026-01-02T03:04:05Z"}],
    "items": [{"item_no": "A1", "name": "Bolt", "list_price": 1.5, "currency": "EUR"}],
    "orders": [
        {
            "order_no": 1, "customer_no": "K1", "order_date": "2026-01-02", "currency": "EUR",
            "gross": "11.90", "status": "open",
            "lines": [{"line_no": 1, "quantity": 2, "unit_price": 5, "net": 10, "item_no": "A1"}],
        }
    ],
    "invoices": [
        {"invoice_no": 1, "invoice_date": "2026-01-02", "currency": "EUR", "gross": 1}
    ],
}  # fmt: skip

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(
        [
            "",
            " ",
            "\0",
            "id",
            "2026-02-30",
            "2026-01-01T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01",
            "NaN",
            "-1e400",
            "1e-9",
            "/Date(1)/",
            "/Date(99999999999999999)/",
            "EUR",
            "a@example.com",
            "true",
            "9" * 400,
            "PT99H",
            "١٢",
        ]
    )
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["id", "name", "Id", "attributes", "properties", "customers", "orders", "records", "value",
     "d", "results", "data", "object", "items", "lines", "updated_at", "deleted", "email"]
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def _examples(source: str) -> list[tuple[str, Any]]:
    own = {"crm": [("crm.json", CRM)], "erp": [("erp.json", ERP)]}
    found = sorted((EXAMPLES / source).glob("*.json"))
    return own.get(source, []) + [
        (file.name, msgspec.json.decode(file.read_bytes())) for file in found
    ]


KNOWN = [(source, name, value) for source in SOURCES for name, value in _examples(source)]


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, str, Any]:
    """A source, the name of a file of it, and its content with up to three values replaced."""
    source, name, value = draw(st.sampled_from(KNOWN))
    content = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        content = _replaced(draw, content)
    return source, name, content


def _replaced(draw: st.DrawFn, value: Any) -> Any:
    """The value with something in it replaced, left out or added."""
    if not value or not isinstance(value, dict | list) or draw(st.integers(0, 9)) == 0:
        return draw(VALUES)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = draw(st.sampled_from(keys))
    if draw(st.integers(0, 9)) == 0:
        del value[key]
    else:
        value[key] = _replaced(draw, value[key])
    return value
