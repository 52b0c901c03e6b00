"""One search over what staff look for: companies, people, contacts, billing addresses, invoices.

Everything is narrowed by the scope of the session, like any other statement.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.einvoice import InvoiceKind
from app.domain.identifiers import normalise_enterprise_number, normalise_vat_number
from app.models import Address, BillingEmail, Company, Contact, Invoice, Membership, PortalUser
from app.services.invoice_search import looked_up, read_search, values_of, ways_of

SHORTEST, LONGEST = 2, 100
MOST_HITS = 6
"""Hits of a kind; one more is looked for, to say that there are more."""
_NUMBER = re.compile(r"(?i)(?:BE)?[\s.\-/]*[0-9][0-9\s.\-/]{2,}")


@dataclass(frozen=True, slots=True)
class CompanyHit:
    public_id: UUID
    name: str
    customer_number: str | None
    enterprise_number: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class PersonHit:
    """Somebody of a company: who signs in, a contact, or an address that gets invoices by e-mail.

    `public_id` is the membership's, the contact's or the address's.
    """

    public_id: UUID
    name: str
    email: str | None
    company: str


@dataclass(frozen=True, slots=True)
class InvoiceHit:
    public_id: UUID
    number: str
    kind: InvoiceKind
    company: str
    issued_on: date
    signed_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hits by kind, at most MOST_HITS of each; `more` names the kinds that have others."""

    companies: tuple[CompanyHit, ...] = ()
    users: tuple[PersonHit, ...] = ()
    contacts: tuple[PersonHit, ...] = ()
    billing: tuple[PersonHit, ...] = ()
    invoices: tuple[InvoiceHit, ...] = ()
    more: frozenset[str] = field(default_factory=frozenset)

    @property
    def count(self) -> int:
        kinds = (self.companies, self.users, self.contacts, self.billing, self.invoices)
        return sum(map(len, kinds))


def search(session: Session, text: str, *, everywhere: bool = False) -> Found | None:
    """What a text finds, in at most seven statements; None when it is too short to mean anything.

    `everywhere` says that the reader sees every company: a number is then looked for in the index
    of all references, where the index by company is of no use. No policy keeps this reader from it.
    """
    wanted = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if len(wanted) < SHORTEST:
        return None
    found: dict[str, list[Any]] = {
        "companies": _companies(session, wanted),
        "users": _users(session, wanted),
        "contacts": _contacts(session, wanted),
        "billing": _billing(session, wanted) if "@" in wanted or "." in wanted else [],
        "invoices": _invoices(session, wanted, everywhere=everywhere),
    }
    more = frozenset(kind for kind, hits in found.items() if len(hits) > MOST_HITS)
    return Found(**{kind: tuple(hits[:MOST_HITS]) for kind, hits in found.items()}, more=more)


def _companies(session: Session, wanted: str) -> list[CompanyHit]:
    ways: list[ColumnElement[bool]] = [
        Company.name.icontains(wanted, autoescape=True),
        Company.email.icontains(wanted, autoescape=True),
        Company.customer_number.icontains(wanted, autoescape=True),
    ]
    if _NUMBER.fullmatch(wanted):
        number = normalise_enterprise_number(wanted)
        ways.append(Company.enterprise_key.contains(number, autoescape=True))
    if wanted[:2].isalpha() and any(sign.isdigit() for sign in wanted):
        ways.append(Company.vat_key.startswith(normalise_vat_number(wanted), autoescape=True))
    columns = (
        Company.public_id,
        Company.name,
        Company.customer_number,
        Company.enterprise_number,
        Company.email,
    )
    statement = select(*columns).where(or_(*ways)).order_by(Company.name, Company.id)
    return [CompanyHit(*row) for row in session.execute(statement.limit(MOST_HITS + 1))]


def _users(session: Session, wanted: str) -> list[PersonHit]:
    name = PortalUser.first_name + " " + PortalUser.last_name
    statement = (
        select(Membership.public_id, name, PortalUser.email, Company.name)
        .join(PortalUser, PortalUser.id == Membership.user_id)
        .join(Company, Company.id == Membership.company_id)
        .where(_either(name, PortalUser.email, wanted))
        .order_by(PortalUser.email, Membership.id)
    )
    return _people(session, statement)


def _contacts(session: Session, wanted: str) -> list[PersonHit]:
    statement = (
        select(Contact.public_id, Contact.name, Contact.email, Company.name)
        .join(Company, Company.id == Contact.company_id)
        .where(_either(Contact.name, Contact.email, wanted))
        .order_by(Contact.name, Contact.id)
    )
    return _people(session, statement)


def _billing(session: Session, wanted: str) -> list[PersonHit]:
    statement = (
        select(Address.public_id, Address.name, BillingEmail.email, Company.name)
        .select_from(BillingEmail)
        .join(Address, Address.id == BillingEmail.address_id)
        .join(Company, Company.id == BillingEmail.company_id)
        .where(BillingEmail.email.icontains(wanted, autoescape=True))
        .order_by(BillingEmail.email, BillingEmail.id)
    )
    return _people(session, statement)


def _invoices(session: Session, wanted: str, *, everywhere: bool) -> list[InvoiceHit]:
    read = read_search(wanted)
    if read is None:
        return []
    ways = [read.anywhere] if everywhere else [read]
    if not ways[0].is_certain:
        ways.append(read.anywhere)
    for one in ways:
        way = one if everywhere else looked_up(session, one)
        values = values_of(session, way)
        statement = (
            select(
                Invoice.public_id,
                Invoice.number,
                Invoice.kind,
                Company.name,
                Invoice.issued_on,
                Invoice.signed_cents,
                Invoice.currency,
            )
            .join(Company, Company.id == Invoice.company_id)
            .where(or_(*ways_of(tuple(values))))
            .order_by(Invoice.issued_on.desc(), Invoice.id.desc())
            .limit(MOST_HITS + 1)
        )
        hits = [InvoiceHit(*row) for row in session.execute(statement, values)]
        if hits:
            return hits
    return []


def _either(
    name: ColumnElement[str] | InstrumentedAttribute[Any],
    email: ColumnElement[str] | InstrumentedAttribute[Any],
    wanted: str,
) -> ColumnElement[bool]:
    return or_(name.icontains(wanted, autoescape=True), email.icontains(wanted, autoescape=True))


def _people(session: Session, statement: Select[UUID, str, str | None, str]) -> list[PersonHit]:
    return [PersonHit(*row) for row in session.execute(statement.limit(MOST_HITS + 1))]
