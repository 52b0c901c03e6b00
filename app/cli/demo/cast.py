"""Writing the issuer, the customers and the people of the demo."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.companies import (
    COMPANIES,
    ISSUER_ENTERPRISE_NUMBER,
    ISSUER_NAME,
    ISSUER_VAT_NUMBER,
    DemoAddress,
    DemoCompany,
)
from app.cli.demo.people import CUSTOMERS, PASSWORD, STAFF, Belonging
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    normalise_enterprise_number,
    normalise_vat_number,
)
from app.models import (
    Address,
    BillingEmail,
    Company,
    Contact,
    IssuerSetting,
    Membership,
    MembershipAddress,
    PortalUser,
    Portfolio,
)
from app.services.audit import record
from app.services.passwords import hash_password
from app.services.users import create_user


def holds_cast(session: Session) -> bool:
    """Whether the companies of the demo are there."""
    key = normalise_enterprise_number(COMPANIES[0].enterprise_number)
    return session.scalar(select(Company.id).where(Company.enterprise_key == key)) is not None


def holds_anything(session: Session) -> bool:
    """Whether there is anybody, or any company, or an issuer."""
    keys = (PortalUser.id, Company.id, IssuerSetting.id)
    return any(session.scalar(select(key).limit(1)) is not None for key in keys)


def add_cast(session: Session) -> None:
    """Add the issuer, every company and everybody."""
    session.add(_issuer())
    companies = {one.key: _company(session, one) for one in COMPANIES}
    password = hash_password(PASSWORD)  # once: everybody has the same one, and hashing is slow
    for person in STAFF:
        user = create_user(
            session,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            language=person.language,
            staff_role=person.role,
        )
        _let_in(user, password)
        for key in person.portfolio:
            _assign(session, user, companies[key])
    for customer in CUSTOMERS:
        user = create_user(
            session,
            email=customer.email,
            first_name=customer.first_name,
            last_name=customer.last_name,
            language=customer.language,
        )
        _let_in(user, password)
        for belonging in customer.belongs_to:
            _join(session, user, companies[belonging.company], belonging)
    session.flush()


def _issuer() -> IssuerSetting:
    return IssuerSetting(
        id=1,
        name=ISSUER_NAME,
        vat_number=ISSUER_VAT_NUMBER,
        enterprise_number=ISSUER_ENTERPRISE_NUMBER,
        contact_email="clients@issuer.example",
        contact_phone="+32 2 000 00 00",
        sender_name=ISSUER_NAME,
        sender_email="factures@issuer.example",
        default_language="fr",
        languages=["fr", "nl", "de", "en"],
    )


def _company(session: Session, demo: DemoCompany) -> Company:
    seat = demo.addresses[0]
    company = Company(
        name=demo.name,
        enterprise_number=demo.enterprise_number,
        enterprise_key=normalise_enterprise_number(demo.enterprise_number),
        vat_number=demo.vat_number,
        vat_key=normalise_vat_number(demo.vat_number) if demo.vat_number else None,
        customer_number=demo.customer_number,
        endpoint_scheme=BE_ENTERPRISE_SCHEME if demo.endpoint else None,
        endpoint_id=demo.endpoint,
        vat_status=demo.vat_status,
        language=demo.language,
        email=demo.email,
        phone=demo.phone,
        street=seat.street,
        postcode=seat.postcode,
        city=seat.city,
        country="BE",
    )
    session.add(company)
    session.flush()
    record(session, AuditAction.COMPANY_CREATED, target=company)
    addresses = {one.name: _address(session, company, one) for one in demo.addresses}
    for contact in demo.contacts:
        row = Contact(
            company_id=company.id,
            address_id=addresses[contact.address].id if contact.address else None,
            name=contact.name,
            position=contact.position,
            topic=contact.topic,
            email=contact.email,
            phone=contact.phone,
        )
        session.add(row)
        session.flush()
        record(session, AuditAction.CONTACT_CREATED, target=row)
    return company


def _address(session: Session, company: Company, demo: DemoAddress) -> Address:
    address = Address(
        company_id=company.id,
        name=demo.name,
        street=demo.street,
        postcode=demo.postcode,
        city=demo.city,
        country="BE",
        delivery_mode=demo.delivery_mode,
        buyer_reference=demo.reference,
        is_default=demo.name == company.city,
    )
    session.add(address)
    session.flush()
    for email in demo.billing_emails:
        session.add(BillingEmail(company_id=company.id, address_id=address.id, email=email))
    record(session, AuditAction.ADDRESS_CREATED, target=address)
    return address


def _let_in(user: PortalUser, password: str) -> None:
    user.password = password
    user.password_set_at = now()


def _assign(session: Session, manager: PortalUser, company: Company) -> None:
    row = Portfolio(company_id=company.id, manager_id=manager.id, company=company, manager=manager)
    session.add(row)
    session.flush()
    record(session, AuditAction.PORTFOLIO_ASSIGNED, target=row)


def _join(session: Session, user: PortalUser, company: Company, belonging: Belonging) -> None:
    membership = Membership(
        company_id=company.id,
        user_id=user.id,
        company=company,
        user=user,
        role=belonging.role,
        limited_to_addresses=bool(belonging.addresses),
    )
    session.add(membership)
    session.flush()
    wanted = select(Address.id).where(
        Address.company_id == company.id, Address.name.in_(belonging.addresses)
    )
    for address_id in session.scalars(wanted):
        session.add(
            MembershipAddress(
                company_id=company.id, membership_id=membership.id, address_id=address_id
            )
        )
    record(session, AuditAction.MEMBERSHIP_CREATED, target=membership)
