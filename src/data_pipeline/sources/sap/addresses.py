"""Where a business partner is and how it is reached: A_BusinessPartnerAddress and what it expands.

https://api.sap.com/api/API_BUSINESS_PARTNER/resource.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from data_pipeline.sources import fields
from data_pipeline.sources.fields import Email, Text
from data_pipeline.sources.sap.odata import Results, expanded, moment

# The usage of the address that a business partner is known by.
_STANDARD_USAGE = "XXDEFAULT"


class _Usage(Struct, rename="pascal", gc=False):
    address_usage: str | None = None


class _EmailAddress(Struct, rename="pascal", gc=False):
    email_address: Email | None = None
    is_default_email_address: bool | None = None


class _PhoneNumber(Struct, rename="pascal", gc=False):
    international_phone_number: Text | None = None
    phone_number: Text | None = None
    phone_number_extension: Text | None = None
    is_default_phone_number: bool | None = None


class _Website(Struct, gc=False):
    url: Text | None = msgspec.field(name="WebsiteURL", default=None)


class Address(Struct, rename="pascal", gc=False):
    """One address of a business partner, with what was expanded of it."""

    street_name: Text | None = None
    house_number: Text | None = None
    city_name: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    validity_start_date: str | None = None
    validity_end_date: str | None = None
    usages: list[_Usage] | Results[_Usage] | None = msgspec.field(
        name="to_AddressUsage", default=None
    )
    emails: list[_EmailAddress] | Results[_EmailAddress] | None = msgspec.field(
        name="to_EmailAddress", default=None
    )
    phones: list[_PhoneNumber] | Results[_PhoneNumber] | None = msgspec.field(
        name="to_PhoneNumber", default=None
    )
    mobiles: list[_PhoneNumber] | Results[_PhoneNumber] | None = msgspec.field(
        name="to_MobilePhoneNumber", default=None
    )
    websites: list[_Website] | Results[_Website] | None = msgspec.field(
        name="to_URLAddress", default=None
    )

    @property
    def street(self) -> str | None:
        """The street with the number of the house."""
        parts = map(fields.text, (self.street_name, self.house_number))
        return " ".join(filter(None, parts)) or None

    @property
    def email(self) -> str | None:
        """The address to write to first."""
        emails = expanded(self.emails)
        chosen = [each for each in emails if each.is_default_email_address] or emails
        return _first(each.email_address for each in chosen)

    @property
    def phone(self) -> str | None:
        """The number to call first: a mobile one if there is no other."""
        phones = expanded(self.phones)
        chosen = [each for each in phones if each.is_default_phone_number] or phones
        return _first(map(_number, (*chosen, *expanded(self.mobiles))))

    @property
    def website(self) -> str | None:
        """The first website."""
        return _first(each.url for each in expanded(self.websites))


def standard(addresses: list[Address], at: datetime) -> Address:
    """The standard address, else the first that is valid at a time, else the first if any.

    Raises:
        InvalidRecord: a date is none.
    """
    in_order = sorted(addresses, key=lambda address: (not _is_standard(address),
                                                      not _is_valid(address, at)))  # fmt: skip
    return next(iter(in_order), Address())


def _is_standard(address: Address) -> bool:
    return any(usage.address_usage == _STANDARD_USAGE for usage in expanded(address.usages))


def _is_valid(address: Address, at: datetime) -> bool:
    path = "to_BusinessPartnerAddress"
    begins = moment(f"{path}.ValidityStartDate", address.validity_start_date)
    ends = moment(f"{path}.ValidityEndDate", address.validity_end_date)
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _number(phone: _PhoneNumber) -> str | None:
    whole = fields.text(phone.international_phone_number)
    if whole is not None:
        return whole
    parts = map(fields.text, (phone.phone_number, phone.phone_number_extension))
    return "-".join(filter(None, parts)) or None


def _first(texts: Iterable[str | None]) -> str | None:
    return next(filter(None, map(fields.text, texts)), None)
