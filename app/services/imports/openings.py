"""Companies that an import creates for buyers it does not know."""

from sqlalchemy.orm import Session

from app.domain.delivery import VatStatus
from app.domain.einvoice import Party
from app.domain.identifiers import is_valid_enterprise_number
from app.services.companies import BELGIUM, NewCompany, PostalLines, open_company
from app.services.imports.addresses import KnownAddress
from app.services.imports.buyers import country_of
from app.services.imports.plan import PlannedInvoice


def open_company_for(
    session: Session, planned: PlannedInvoice, *, manager_id: int | None, language: str
) -> KnownAddress:
    """Create the buyer of a document with its address as default; fills in `planned.company.id`.

    Identifiers are stored as received. Without a manager the company is unassigned.
    """
    opened = open_company(session, _new_company(planned, language), manager_id=manager_id)
    planned.company.id = opened.company.id
    return KnownAddress(opened.address.id, "", "", None, is_default=True)


def _new_company(planned: PlannedInvoice, language: str) -> NewCompany:
    buyer, keys = planned.einvoice.buyer, planned.company.keys
    return NewCompany(
        name=_name(planned),
        enterprise_number=buyer.legal_id,
        vat_number=buyer.vat_id,
        customer_number=keys.customer_numbers[0] if keys.customer_numbers else None,
        endpoint=buyer.endpoint,
        vat_status=_vat_status(buyer),
        language=language,
        email=buyer.contact.email,
        phone=buyer.contact.phone,
        postal=PostalLines(
            street=buyer.address.street,
            additional_street=buyer.address.additional_street,
            postcode=buyer.address.postal_code,
            city=buyer.address.city,
            country=country_of(buyer),
        ),
    )


def _name(planned: PlannedInvoice) -> str:
    """A document may identify its buyer by numbers alone: one of them then stands for the name."""
    buyer = planned.einvoice.buyer
    numbers = (buyer.legal_id, buyer.vat_id, buyer.endpoint, *buyer.ids)
    return planned.company.name.strip() or next((str(one) for one in numbers if one), "")


def _vat_status(buyer: Party) -> VatStatus:
    """What the document shows: a Belgian VAT number, another country's, or nothing to go by."""
    country = buyer.vat_id.strip()[:2].upper() or buyer.address.country.upper()
    if buyer.vat_id and (country == BELGIUM or is_valid_enterprise_number(buyer.vat_id)):
        return VatStatus.LIABLE
    return VatStatus.FOREIGN if country and country != BELGIUM else VatStatus.UNKNOWN
