"""Ids in other systems that a record holds in fields which the source's users made.

Nothing in a vendor's response says that a custom field is such an id, so its name has to: the
system, what the record is there, and `id`, `number` or `no`, as in `ERP_Customer_Id__c`,
`sap_business_partner_number` or `shopify_id`.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources import fields

# Its numbers come with and without the zeros that fill them up.
_PADDED: Final = "sap"

_SYSTEMS: Final = ("crm", "erp", "sap", "salesforce", "hubspot", "shopify", "stripe")

_NOUNS: Final[Mapping[str, str]] = {
    "customers": "customer|account|company|business_?partner|client|debtor",
    "contacts": "contact|person",
    "products": "product|item|material|article",
}

# An optional namespace of a package and the ending of custom fields are Salesforce's.
_PATTERNS: Final = {
    entity: re.compile(
        rf"(?:[a-z0-9]+__)?({'|'.join(_SYSTEMS)})_?(?:{nouns})?_?(?:id|number|no)(?:__c)?",
        re.IGNORECASE,
    )
    for entity, nouns in _NOUNS.items()
}

_members: Final = msgspec.json.Decoder(dict[str, Raw]).decode
_value: Final = msgspec.json.Decoder(str | int | None).decode


def declared(entity: str, attributes: JsonText, *, system: str) -> dict[str, str]:
    """The ids in other systems by system, as far as names of fields declare them.

    Args:
        entity: the table of the record that has them.
        attributes: the record's fields that have no column.
        system: the record's own, whose ids are no declaration.
    """
    written = attributes.lower()
    if not any(name in written for name in _SYSTEMS):
        return {}
    found: dict[str, str] = {}
    for name, raw in _members(attributes).items():
        match = _PATTERNS[entity].fullmatch(name)
        if match is None or match[1].lower() == system:
            continue
        known_as = match[1].lower()
        value = fields.unpadded(_text(raw)) if known_as == _PADDED else _text(raw)
        if value is not None:
            found.setdefault(known_as, value)
    return found


def external_ids(entity: str, attributes: JsonText, *, system: str) -> JsonText:
    """As `declared`, as a JSON object."""
    found = declared(entity, attributes, system=system)
    return fields.external_ids(found) if found else NO_ATTRIBUTES


def _text(raw: Raw) -> str | None:
    try:
        value = _value(raw)
    except msgspec.ValidationError:
        return None
    return fields.text(str(value)) if value is not None else None
