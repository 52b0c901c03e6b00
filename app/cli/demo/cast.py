"""Writing the issuer, the customers and the people of the demo, through the product's own write path."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.companies import (
    COMPANIES,
    ISSUER_ENTERPRISE_NUMBER,
    ISSUER_NAME,
    ISSUER_VAT_NUMBER,
    DemoAddress,
    DemoCompany,
    DemoContact,
)
from app.cli.demo.people import (
    APPROVED_DOMAIN,
    ASKED,
    CUSTOMERS,
    FILTERS,
    INVITED,
    PASSWORD,
    PROVIDER,
    STAFF,
    AskedChange,
    Belonging,
    Customer,
    DemoFilter,
    InvitedPerson,
    StaffMember,
)
from app.domain.actors import Actor
from app.domain.clock import now
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    Identifier,
    normalise_enterprise_number,
)
from app.domain.roles import Role
from app.models import Address, Company, IssuerSetting, PortalUser
from app.services.addresses import AddressValues, add_address
from app.services.change_requests import Person, ask_for_changes
from app.services.companies import NewCompany, PostalLines, open_company
from app.services.contacts import ContactValues, add_contact
from app.services.invitations import Inviter, Terms, invite
from app.services.issuer_settings import IssuerValues, change_issuer
from app.services.membership_limits import chosen_addresses
from app.services.memberships import Access, AccessValues, give_access
from app.services.passwords import hash_password
from app.services.saved_filters import FilterOwner, FilterValues, save_filter
from app.services.sign_in_domains import approve_domain
from app.services.users import create_user, find_user


def holds_cast(session: Session) -> bool:
    """Whether the companies of the demo are there."""
    key = normalise_enterprise_number(COMPANIES[0].enterprise_number)
    return session.scalar(select(Company.id).where(Company.enterprise_key == key)) is not None


def holds_anything(session: Session) -> bool:
    """Whether there is anybody, or any company, or an issuer."""
    keys = (PortalUser.id, Company.id, IssuerSetting.id)
    return any(session.scalar(select(key).limit(1)) is not None for key in keys)


def add_cast(session: Session, *, secret_key: str) -> None:
    """Add the issuer, every company and everybody; who is invited gets their mail once a worker runs."""
    change_issuer(session, _ISSUER, version="")
    password = hash_password(PASSWORD)  # once: everybody has the same one, and hashing is slow
    managers: dict[str, int | None] = {}
    for member in STAFF:
        user = _person(session, member, password)
        managers |= dict.fromkeys(member.portfolio, user.id)
    companies = {one.key: _company(session, one, managers.get(one.key)) for one in COMPANIES}
    for customer in CUSTOMERS:
        user = _person(session, customer, password)
        _let_in(session, customer, user, companies)
    for invited in INVITED:
        _invite(session, invited, companies, secret_key=secret_key)
    for kept in FILTERS:
        _keep_filter(session, kept, companies[kept.company])
    for asked in ASKED:
        _ask(session, asked, companies[asked.company])
    approve_domain(session, provider=PROVIDER, domain=APPROVED_DOMAIN, offered=(PROVIDER,))


_ISSUER = IssuerValues(
    name=ISSUER_NAME,
    vat_number=ISSUER_VAT_NUMBER,
    enterprise_number=ISSUER_ENTERPRISE_NUMBER,
    contact_email="clients@issuer.example",
    contact_phone="+32 2 000 00 00",
    sender_name=ISSUER_NAME,
    sender_email="factures@issuer.example",
)


def _person(session: Session, person: StaffMember | Customer, password: str) -> PortalUser:
    user = create_user(
        session,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        language=person.language,
        staff_role=person.role if isinstance(person, StaffMember) else None,
    )
    user.password = password
    user.password_set_at = now()
    return user


def _company(session: Session, demo: DemoCompany, manager_id: int | None) -> Company:
    opened = open_company(session, _new_company(demo), manager_id=manager_id)
    places = {opened.address.name: opened.address.id}
    for other in demo.addresses[1:]:
        places[other.name] = add_address(session, opened.company.id, _address(other)).id
    for contact in demo.contacts:
        place = places[contact.address] if contact.address else None
        add_contact(session, opened.company.id, _contact(contact, place))
    return opened.company


def _new_company(demo: DemoCompany) -> NewCompany:
    seat = demo.addresses[0]
    return NewCompany(
        name=demo.name,
        enterprise_number=Identifier(demo.enterprise_number),
        vat_number=demo.vat_number,
        customer_number=demo.customer_number,
        endpoint=Identifier(demo.endpoint, BE_ENTERPRISE_SCHEME) if demo.endpoint else None,
        vat_status=demo.vat_status,
        language=demo.language,
        email=demo.email,
        phone=demo.phone,
        postal=PostalLines(street=seat.street, postcode=seat.postcode, city=seat.city),
        address_name=seat.name,
        delivery_mode=seat.delivery_mode,
        buyer_reference=seat.reference,
        billing_emails=seat.billing_emails,
    )


def _address(demo: DemoAddress) -> AddressValues:
    return AddressValues(
        name=demo.name,
        street=demo.street,
        postcode=demo.postcode,
        city=demo.city,
        delivery_mode=demo.delivery_mode,
        billing_emails=demo.billing_emails,
        buyer_reference=demo.reference,
    )


def _contact(demo: DemoContact, address_id: int | None) -> ContactValues:
    return ContactValues(
        name=demo.name,
        position=demo.position,
        topic=demo.topic,
        email=demo.email,
        phone=demo.phone,
        address_id=address_id,
    )


def _let_in(
    session: Session, customer: Customer, user: PortalUser, companies: dict[str, Company]
) -> None:
    for belonging in customer.belongs_to:
        company = companies[belonging.company]
        limits = chosen_addresses(session, company.id, _places(session, company, belonging))
        access = Access(AccessValues(belonging.role), limits)
        give_access(session, company, user, access, by_id=None)


def _invite(
    session: Session,
    invited: InvitedPerson,
    companies: dict[str, Company],
    *,
    secret_key: str,
) -> None:
    inviter = find_user(session, invited.by)
    terms = Terms(invited.belonging.role)
    company = companies[invited.belonging.company]
    by = Inviter(inviter.id, inviter.name)
    invite(session, company, [invited.email], terms, by=by, secret_key=secret_key)


def _keep_filter(session: Session, kept: DemoFilter, company: Company) -> None:
    user, query = find_user(session, kept.owner), kept.query
    if kept.address:
        wanted = select(Address.public_id).where(
            Address.company_id == company.id, Address.name == kept.address
        )
        query = f"{query}&address={session.scalars(wanted).one()}"
    owner = FilterOwner(company.id, user.id)
    with _acting_as(session, user):
        save_filter(session, owner, FilterValues(kept.name), query=query)


def _ask(session: Session, asked: AskedChange, company: Company) -> None:
    user = find_user(session, asked.by)
    wanted, by = {asked.field: asked.value}, Person(user.id, user.name)
    with _acting_as(session, user):
        ask_for_changes(session, company, wanted, reason=asked.reason, by=by)


@contextmanager
def _acting_as(session: Session, user: PortalUser) -> Iterator[None]:
    """Let the trail say who does it, as it would if they had done it in the portal."""
    loading = session.info["actor"]
    session.info["actor"] = Actor(user.id, user.name, Role.EMPLOYER_ADMIN)
    yield
    session.info["actor"] = loading


def _places(session: Session, company: Company, belonging: Belonging) -> list[UUID] | None:
    if not belonging.addresses:
        return None
    wanted = select(Address.public_id).where(
        Address.company_id == company.id, Address.name.in_(belonging.addresses)
    )
    return list(session.scalars(wanted))
