"""SAP's A_Product: https://api.sap.com/api/API_PRODUCT_SRV/resource."""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from data_pipeline.canonical.entities import Product
from data_pipeline.sources import declared_ids, fields
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import RecordDecoder
from data_pipeline.sources.sap import odata
from data_pipeline.sources.sap.odata import SYSTEM, Results, expanded
from data_pipeline.sources.source import Origin, Outcome

_PREFERRED_LANGUAGE: Final = "EN"


class _Description(Struct, rename="pascal", gc=False):
    language: str | None = None
    product_description: Text | None = None


class _Product(Struct, rename="pascal", kw_only=True, gc=False):
    product: Id
    product_standard_id: Text | None = msgspec.field(name="ProductStandardID", default=None)
    product_group: Text | None = None
    brand: Text | None = None
    base_unit: Text | None = None
    cross_plant_status: Text | None = None
    is_marked_for_deletion: bool | None = None
    creation_date: str | None = None
    last_change_date: str | None = None
    last_change_date_time: str | None = None
    descriptions: list[_Description] | Results[_Description] | None = msgspec.field(
        name="to_Description", default=None
    )


_PRODUCT: Final = RecordDecoder(
    _Product,
    kept=("CrossPlantStatus", "IsMarkedForDeletion", "CreationDate", "LastChangeDate",
          "LastChangeDateTime", "to_Description"),
)  # fmt: skip


def product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """It has no sales price: what `to_Valuation` holds is the cost."""
    record, rest = _PRODUCT.decode_all(raw)
    source_id = odata.required_key("Product", record.product)
    attributes = odata.data_of(rest)
    created_at = odata.moment("CreationDate", record.creation_date)
    changes = (
        odata.moment("LastChangeDateTime", record.last_change_date_time),
        odata.moment("LastChangeDate", record.last_change_date),
    )
    updated_at = odata.changed_at(changes, created_at, raw, origin)
    yield Product(
        source_id=source_id,
        source_created_at=created_at,
        source_updated_at=updated_at,
        deleted_at=updated_at if record.is_marked_for_deletion else None,
        attributes=attributes,
        sku=fields.text(record.product_standard_id) or source_id,
        name=_name(expanded(record.descriptions)) or source_id,
        category=fields.text(record.product_group),
        brand=fields.text(record.brand),
        status=_status(record.cross_plant_status),
        unit_of_measure=fields.text(record.base_unit),
        external_ids=declared_ids.external_ids("products", attributes, system=SYSTEM),
    )


def _name(descriptions: list[_Description]) -> str | None:
    in_order = sorted(descriptions, key=lambda each: each.language != _PREFERRED_LANGUAGE)
    names = (fields.text(each.product_description) for each in in_order)
    return next(filter(None, names), None)


def _status(cross_plant_status: str | None) -> str | None:
    """Any status restricts what may be done with the product; without one, nothing is."""
    if cross_plant_status is None:
        return None
    return "inactive" if cross_plant_status.strip() else "active"
