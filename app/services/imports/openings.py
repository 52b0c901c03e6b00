"""Companies that an import creates for buyers it does not know."""

from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.delivery import DeliveryMode, VatStatus
from app.domain.einvoice import Party
from app.domain.identifiers import is_valid_enterprise_number
from app.models import Address, Company, Portfolio
from app.services.audit import record
from app.services.imports.addresses import KnownAddress
from app.services.imports.plan import PlannedInvoice

_BELGIUM = "BE"


def open_company_for(
    session: Session, planned: PlannedInvoice, *, manager_id: int | None, language: str
) -> KnownAddress:
    """Create the buyer of a document with its address as default; fills in `planned.company.id`.

    Identifiers are stored as received. Without a manager the company is unassigned.
    """
    company = _company(planned, language)
    session.add(company)
    session.flush()
    planned.company.id = company.id
    address = _default_address(planned.einvoice.buyer, company)
    session.add(address)
    session.flush()
    record(session, AuditAction.COMPANY_CREATED, target=company)
    record(session, AuditAction.ADDRESS_CREATED, target=address)
    if manager_id is not None:
        portfolio = Portfolio(company_id=company.id, manager_id=manager_id, company=company)
        session.add(portfolio)
        session.flush()
        record(session, AuditAction.PORTFOLIO_ASSIGNED, target=portfolio)
    return KnownAddress(address.id, "", "", None, is_default=True)


def _company(planned: PlannedInvoice, language: str) -> Company:
    buyer, keys = planned.einvoice.buyer, planned.company.keys
    legal_id, endpoint = buyer.legal_id, buyer.endpoint
    return Company(
        name=planned.company.name[:200],
        enterprise_number=legal_id.value[:40] if legal_id else None,
        enterprise_key=keys.enterprise or None,
        vat_number=buyer.vat_id[:40] or None,
        vat_key=keys.vat[:40] or None,
        customer_number=keys.customer_numbers[0] if keys.customer_numbers else None,
        endpoint_scheme=endpoint.scheme[:10] or None if endpoint else None,
        endpoint_id=endpoint.value[:60] if endpoint else None,
        vat_status=_vat_status(buyer),
        language=language,
        email=buyer.contact.email[:254] or None,
        phone=buyer.contact.phone[:40] or None,
        **_postal(buyer),
    )


def _default_address(buyer: Party, company: Company) -> Address:
    return Address(
        company_id=company.id,
        name=(buyer.address.city or company.name)[:100],
        delivery_mode=DeliveryMode.EMAIL,
        is_default=True,
        **_postal(buyer),
    )


def _postal(buyer: Party) -> dict[str, str | None]:
    address = buyer.address
    country = address.country.strip().upper()
    return {
        "street": address.street[:200] or None,
        "additional_street": address.additional_street[:200] or None,
        "postcode": address.postal_code[:20] or None,
        "city": address.city[:100] or None,
        "country": country if len(country) == 2 else _BELGIUM,
    }


def _vat_status(buyer: Party) -> VatStatus:
    """What the document shows: a Belgian VAT number, another country's, or nothing to go by."""
    country = buyer.vat_id.strip()[:2].upper() or buyer.address.country.upper()
    if buyer.vat_id and (country == _BELGIUM or is_valid_enterprise_number(buyer.vat_id)):
        return VatStatus.LIABLE
    return VatStatus.FOREIGN if country and country != _BELGIUM else VatStatus.UNKNOWN
