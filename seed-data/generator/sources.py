"""The systems whose exports can be made."""

from typing import Final

from generator import crm, erp, hubspot, salesforce, sap, shopify, stripe
from generator.exports import Source

SOURCES: Final[dict[str, Source]] = {
    source.name: source
    for source in (
        crm.SOURCE,
        erp.SOURCE,
        salesforce.SOURCE,
        hubspot.SOURCE,
        sap.SOURCE,
        shopify.SOURCE,
        stripe.SOURCE,
    )
}
"""By name."""

OF_SEED: Final = ("crm", "erp", "shopify", "stripe")
"""Those of which the repository has exports."""

VARIANTS: Final[dict[str, Source]] = SOURCES | {
    "crm alone": crm.ALONE,
    "crm showcase": crm.SHOWCASE,
}
"""By name, with other forms of the CRM: customers alone, or with the wrong records of the seed."""
