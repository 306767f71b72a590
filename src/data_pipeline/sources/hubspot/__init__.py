"""HubSpot: what its CRM interface answers to lists, searches and batches, saved as it is.

A page is `{"results": […], "paging": …}` of records of one type, which is not in the records: see
`types`. Lists of associations (v4) become relationships.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/companies/get-companies
"""

from typing import Final

from data_pipeline.sources.hubspot import (
    associations,
    companies,
    contacts,
    deals,
    line_items,
    products,
    types,
)
from data_pipeline.sources.source import Mapper, Source

MAPPERS: Final[dict[str, Mapper]] = {
    "companies": companies.MAPPER,
    "contacts": contacts.MAPPER,
    "deals": deals.MAPPER,
    "products": products.MAPPER,
    "line_items": line_items.MAPPER,
    types.ASSOCIATIONS: associations.listed,
}

SOURCE: Final = Source(
    name=associations.SYSTEM,
    mappers=MAPPERS,
    collection_of=types.collection_of,
    record_fields=frozenset({"id", "properties", "from"}),
    other_lists={"results": None},
    ignored_lists=frozenset({"errors"}),
    lists_of_page=types.lists_of_page,
)
