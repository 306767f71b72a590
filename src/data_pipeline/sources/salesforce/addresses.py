"""Addresses: a compound field, and the same in flat ones beside it.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields_address.htm
"""

from typing import Final, NamedTuple

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.countries import country
from data_pipeline.sources.fields import Text
from data_pipeline.sources.records import RecordDecoder


class Compound(Struct, gc=False, rename="camel"):
    """The compound field. Codes are only there where lists of states and countries are enabled."""

    street: Text | None = None
    city: Text | None = None
    state: Text | None = None
    state_code: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    country_code: Text | None = None


_COMPOUND: Final = RecordDecoder(Compound)


class Address(NamedTuple):
    """An address as its columns need it. `kept` names fields of which the columns say too little.

    `rest` is what the compound field has beyond them.
    """

    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    kept: list[str]
    rest: JsonText


def address(prefix: str, flat: Compound, compound: Raw) -> Address:
    """The address whose fields begin with `prefix`.

    Args:
        prefix: `Billing` or `Mailing`.
        flat: the flat fields.
        compound: the compound field.

    Raises:
        InvalidRecord: the compound field breaks a rule.
    """
    whole, rest = Compound(), NO_ATTRIBUTES
    if bytes(compound) != b"null":
        whole, rest = _COMPOUND.decode_all(bytes(compound), path=f"{prefix}Address")
    state = fields.text(flat.state) or fields.text(whole.state)
    code = fields.text(flat.state_code) or fields.text(whole.state_code)
    name = fields.text(flat.country) or fields.text(whole.country)
    found = country(flat.country_code, whole.country_code, name)
    kept = [f"{prefix}State"] if state and code else []
    kept += [f"{prefix}Country"] if name and not found else []
    # Without the flat fields the names are in the compound one alone.
    in_compound = (kept and not flat.state and not flat.country) and bytes(compound) != b"null"
    return Address(
        street=fields.text(flat.street) or fields.text(whole.street),
        city=fields.text(flat.city) or fields.text(whole.city),
        region=code or state,
        postal_code=fields.text(flat.postal_code) or fields.text(whole.postal_code),
        country=found,
        kept=[f"{prefix}Address"] if in_compound else kept,
        rest=rest,
    )
