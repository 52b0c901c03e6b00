"""Which address of the company a document goes to.

Order: buyer reference, delivery location, equal postal address, the default address.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.einvoice import EInvoice, PostalAddress
from app.models import Address
from app.services.imports.refusals import CompanyWithoutAddress


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address that takes invoices, with what documents may name it by."""

    id: int
    buyer_reference: str
    delivery_location: str
    postal: tuple[str, ...] | None
    is_default: bool


_ADDRESSES = (
    select(
        Address.id,
        Address.company_id,
        Address.buyer_reference,
        Address.delivery_location_id,
        Address.street,
        Address.postcode,
        Address.city,
        Address.country,
        Address.is_default,
    )
    .where(
        Address.company_id.in_(bindparam("companies", expanding=True)),
        Address.archived_at.is_(None),
    )
    .order_by(Address.is_default.desc(), Address.id)
)


def load_addresses(session: Session, company_ids: Iterable[int]) -> dict[int, list[KnownAddress]]:
    """The addresses of each company that are not archived, the default one first."""
    rows = session.execute(_ADDRESSES, {"companies": sorted(company_ids)})
    found: dict[int, list[KnownAddress]] = defaultdict(list)
    for row in rows:
        found[row.company_id].append(
            KnownAddress(
                row.id,
                _folded(row.buyer_reference or ""),
                _folded(row.delivery_location_id or ""),
                _postal(row.street, row.postcode, row.city, row.country),
                row.is_default,
            )
        )
    return found


def choose_address(einvoice: EInvoice, addresses: list[KnownAddress]) -> KnownAddress:
    """The address a document names, else the default one.

    A name that several addresses share says nothing, and the next rule decides.

    Raises:
        CompanyWithoutAddress: there is none to choose from.
    """
    if not addresses:
        raise CompanyWithoutAddress
    reference = _folded(einvoice.buyer_reference)
    location = einvoice.delivery.location_id if einvoice.delivery else None
    location_id = _folded(location.value) if location else ""
    rules = (
        [one for one in addresses if reference and one.buyer_reference == reference],
        [one for one in addresses if location_id and one.delivery_location == location_id],
        *(
            [one for one in addresses if postal and one.postal == postal]
            for postal in _postal_addresses(einvoice)
        ),
    )
    return next((found[0] for found in rules if len(found) == 1), addresses[0])


def _postal_addresses(einvoice: EInvoice) -> list[tuple[str, ...] | None]:
    delivered = einvoice.delivery.address if einvoice.delivery else PostalAddress()
    return [
        _postal(each.street, each.postal_code, each.city, each.country)
        for each in (delivered, einvoice.buyer.address)
    ]


def _postal(
    street: str | None, postcode: str | None, city: str | None, country: str | None
) -> tuple[str, ...] | None:
    """The parts in the form two spellings share; None when too little is known to be equal to anything."""
    parts = tuple(_folded(part or "") for part in (street, postcode, city))
    return (*parts, (country or "BE").upper()) if all(parts) else None


def _folded(text: str) -> str:
    """Without case, accents, punctuation and spaces: "Rue de l'Église 5" is "ruedeleglise5"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w]|_", "", "".join(c for c in plain if not unicodedata.combining(c)))
