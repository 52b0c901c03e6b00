"""Companies: opened with their first address, their details changed; the one place their keys are made."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.delivery import DeliveryMode, VatStatus
from app.domain.errors import DomainError
from app.domain.identifiers import Identifier, enterprise_key, normalise_vat_number
from app.domain.typed_text import (
    checked_email,
    checked_line,
    checked_phone,
    checked_web_address,
    required_line,
)
from app.models import Address, BillingEmail, Company, PortalUser, Portfolio
from app.services.audit import record
from app.services.versions import claim

BELGIUM = "BE"


class NameMissing(DomainError):
    """Nothing is left of the name once the spaces around it are gone."""

    code = "name_missing"


class EnterpriseNumberTaken(DomainError):
    """Another company has this number, maybe one of another portfolio."""

    code = "enterprise_number_taken"


@dataclass(frozen=True, slots=True)
class PostalLines:
    """Where post goes; None where a line is not known. `country` is ISO 3166-1 alpha-2."""

    street: str | None = None
    additional_street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str = BELGIUM


@dataclass(frozen=True, slots=True)
class NewCompany:
    """What is known of a customer on its first day. Identifiers as received, with their scheme if known.

    `address_name` is what the first address is called; the city where it is empty. Its billing
    e-mails are valid ones.
    """

    name: str
    enterprise_number: Identifier | None = None
    vat_number: str | None = None
    customer_number: str | None = None
    endpoint: Identifier | None = None
    vat_status: VatStatus = VatStatus.UNKNOWN
    language: str = "fr"
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    postal: PostalLines = PostalLines()
    address_name: str = ""
    delivery_mode: DeliveryMode = DeliveryMode.EMAIL
    buyer_reference: str | None = None
    billing_emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyDetails:
    """What an employer may change itself; texts are None where they are not given."""

    email: str | None = None
    phone: str | None = None
    website: str | None = None
    language: str = "fr"
    street: str | None = None
    additional_street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str = BELGIUM


_DETAILS = tuple(field.name for field in fields(CompanyDetails))


@dataclass(frozen=True, slots=True)
class AccountManager:
    """Somebody of the issuer who serves a company."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class OpenedCompany:
    """A company and the address its invoices go to."""

    company: Company
    address: Address


def open_company(session: Session, new: NewCompany, *, manager_id: int | None) -> OpenedCompany:
    """Add a customer with its default address, into the portfolio of `manager_id`.

    Without a manager it is on the "unassigned" list. Texts longer than their columns are cut:
    imports bring what others typed.

    Raises:
        NameMissing: it has none.
        IntegrityError: another company has this enterprise number or customer number.
    """
    if not new.name.strip():
        raise NameMissing(field="name")
    company = _company(new)
    session.add(company)
    session.flush()
    address = _default_address(new, company)
    session.add(address)
    session.flush()
    record(session, AuditAction.COMPANY_CREATED, target=company)
    record(session, AuditAction.ADDRESS_CREATED, target=address)
    if manager_id is not None:
        portfolio = Portfolio(company_id=company.id, manager_id=manager_id, company=company)
        session.add(portfolio)
        session.flush()
        record(session, AuditAction.PORTFOLIO_ASSIGNED, target=portfolio)
    return OpenedCompany(company, address)


def get_company(session: Session, company_id: int) -> Company:
    """The company, which is in the scope of whoever has its number."""
    return session.scalars(select(Company).where(Company.id == company_id)).one()


def get_served_company(
    session: Session, company_id: int
) -> tuple[Company, tuple[AccountManager, ...]]:
    """The company and who serves it, by name; nobody while it is unassigned."""
    rows = session.execute(
        select(Company, PortalUser.first_name, PortalUser.last_name, PortalUser.email)
        .outerjoin(Portfolio, Portfolio.company_id == Company.id)
        .outerjoin(PortalUser, (PortalUser.id == Portfolio.manager_id) & PortalUser.active)
        .where(Company.id == company_id)
        .order_by(PortalUser.last_name, PortalUser.first_name)
    ).all()
    managers = (
        AccountManager(f"{row.first_name} {row.last_name}".strip(), row.email)
        for row in rows
        if row.email is not None
    )
    return rows[0].Company, tuple(managers)


def details_of(company: Company) -> CompanyDetails:
    """The present values, as a form shows them."""
    return CompanyDetails(**{name: getattr(company, name) for name in _DETAILS})


def update_company(
    session: Session, company: Company, details: CompanyDetails, *, version: str
) -> bool:
    """Change what an employer decides about its company; False when nothing differs.

    Raises:
        EditedMeanwhile: somebody saved it after `version`.
        TextTooLong, NotAnEmailAddress, NotAPhoneNumber, NotAWebAddress: with the field at fault.
    """
    checked = checked_details(details)
    if checked == details_of(company):
        return False
    claim(session, company, version=version)
    changes = {
        name: (getattr(company, name), getattr(checked, name))
        for name in _DETAILS
        if getattr(company, name) != getattr(checked, name)
    }
    for name in changes:
        setattr(company, name, getattr(checked, name))
    if "country" in changes:
        derive_keys(company)
    session.flush()
    record(session, AuditAction.COMPANY_CHANGED, target=company, changes=changes)
    return True


def correct_company(session: Session, company: Company, values: Mapping[str, str | None]) -> bool:
    """Change what employers do not change themselves, by column: name, enterprise_number, vat_number.

    False when nothing differs. The caller has cleaned the values and holds the company.

    Raises:
        NameMissing
        EnterpriseNumberTaken: the transaction is to be rolled back.
    """
    if "name" in values and not values["name"]:
        raise NameMissing(field="name")
    before = {name: getattr(company, name) for name in values}
    changes = {
        name: (before[name], after) for name, after in values.items() if before[name] != after
    }
    if not changes:
        return False
    for name, (_before, after) in changes.items():
        setattr(company, name, after)
    derive_keys(company)
    try:
        session.flush()
    except IntegrityError as error:
        raise EnterpriseNumberTaken(field="enterprise_number") from error
    record(session, AuditAction.COMPANY_CHANGED, target=company, changes=changes)
    return True


def checked_details(details: CompanyDetails) -> CompanyDetails:
    """The same values in the form that is stored.

    Raises:
        TextTooLong, NotAnEmailAddress, NotAPhoneNumber, NotAWebAddress: with the field at fault.
    """
    return CompanyDetails(
        email=checked_email(details.email, field="email"),
        phone=checked_phone(details.phone, field="phone"),
        website=checked_web_address(details.website, field="website"),
        language=details.language,
        street=checked_line(details.street, field="street", longest=200),
        additional_street=checked_line(
            details.additional_street, field="additional_street", longest=200
        ),
        postcode=checked_line(details.postcode, field="postcode", longest=20),
        city=checked_line(details.city, field="city", longest=100),
        country=required_line(details.country, field="country", longest=2).upper(),
    )


def derive_keys(company: Company, *, scheme: str = "") -> None:
    """Make the `_key` columns follow the identifiers of a company; whoever sets one calls this.

    `scheme` is the register of the enterprise number where it is known; else the one already known.
    """
    known, colon, _ = (company.enterprise_key or "").partition(":")
    number = Identifier(company.enterprise_number or "", scheme or (known if colon else ""))
    country = company.country or BELGIUM
    company.enterprise_key = enterprise_key(number, country=country) or None
    company.vat_key = normalise_vat_number(company.vat_number or "")[:40] or None


def _company(new: NewCompany) -> Company:
    number, endpoint = new.enterprise_number, new.endpoint
    company = Company(
        name=new.name.strip()[:200],
        enterprise_number=number.value[:40] if number else None,
        vat_number=_cut(new.vat_number, 40),
        customer_number=_cut(new.customer_number, 40),
        endpoint_scheme=_cut(endpoint.scheme, 10) if endpoint else None,
        endpoint_id=_cut(endpoint.value, 60) if endpoint else None,
        vat_status=new.vat_status,
        language=new.language,
        email=_cut(new.email, 254),
        phone=_cut(new.phone, 40),
        website=_cut(new.website, 200),
        **_postal(new.postal),
    )
    derive_keys(company, scheme=number.scheme if number else "")
    return company


def _default_address(new: NewCompany, company: Company) -> Address:
    return Address(
        company_id=company.id,
        name=(new.address_name.strip() or new.postal.city or company.name)[:100],
        delivery_mode=new.delivery_mode,
        buyer_reference=_cut(new.buyer_reference, 100),
        billing_emails=[
            BillingEmail(company_id=company.id, email=email) for email in new.billing_emails
        ],
        is_default=True,
        **_postal(new.postal),
    )


def _postal(lines: PostalLines) -> dict[str, str | None]:
    country = lines.country.strip().upper()
    return {
        "street": _cut(lines.street, 200),
        "additional_street": _cut(lines.additional_street, 200),
        "postcode": _cut(lines.postcode, 20),
        "city": _cut(lines.city, 100),
        "country": country if len(country) == 2 else BELGIUM,
    }


def _cut(text: str | None, longest: int) -> str | None:
    return (text or "").strip()[:longest] or None
