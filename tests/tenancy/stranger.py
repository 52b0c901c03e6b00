"""What somebody of the cast must never see: another company's rows, their texts, and a print of them to compare."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from app.models import (
    Address,
    AuditEvent,
    Base,
    BillingEmail,
    ChangeRequest,
    Company,
    Contact,
    ExternalIdentity,
    Invitation,
    Invoice,
    Job,
    LoginSession,
    Membership,
    Payment,
    PortalUser,
    Portfolio,
    SavedFilter,
    SignInDomain,
)
from app.security.statements import is_owned
from tests import cast

TELLING: dict[Any, tuple[str, ...]] = {
    Company: (
        "name",
        "enterprise_number",
        "vat_number",
        "customer_number",
        "email",
        "phone",
        "street",
    ),
    Address: ("name", "street", "buyer_reference"),
    BillingEmail: ("email",),
    Contact: ("name", "email", "phone"),
    Invitation: ("email",),
    SavedFilter: ("name",),
    ChangeRequest: ("new_value", "reason"),
    Invoice: ("number", "structured_communication", "mandate_reference"),
    Payment: ("communication", "payer_name", "external_reference"),
}
SHORTEST = 6
"""Characters of a text that surely came from a row, and not from a page."""


@dataclass(frozen=True)
class Stranger:
    """One person, and a company that is not theirs (or, of a limited membership, an address)."""

    email: str | None
    own: str | None
    victim: str
    but_at: str | None = None
    may_name_companies: bool = False
    reads_all: bool = False


STRANGERS = {
    "a visitor": Stranger(None, None, cast.MARTIN),
    "an employer's administrator": Stranger(cast.CLAIRE, cast.MARTIN, cast.PEETERS),
    "an employer's billing clerk": Stranger(cast.BRUNO, cast.MARTIN, cast.PEETERS),
    "an employer's viewer": Stranger(cast.VERA, cast.MARTIN, cast.PEETERS),
    "a colleague limited to an address": Stranger(cast.LEA, cast.MARTIN, cast.PEETERS),
    "the same colleague and the other address": Stranger(
        cast.LEA, cast.MARTIN, cast.MARTIN, but_at=cast.companies.MARTIN.addresses[0].name
    ),
    "an outsider": Stranger(cast.PIETER, cast.PEETERS, cast.MARTIN),
    "an accountant of three companies": Stranger(cast.INES, cast.DUBOIS, cast.LAMBERT),
    "an account manager": Stranger(cast.MARC, None, cast.PEETERS),
    "the other account manager": Stranger(cast.NORA, None, cast.MARTIN),
    "an auditor": Stranger(cast.ANA, None, cast.MARTIN, reads_all=True),
    "an administrator": Stranger(cast.SOFIA, None, cast.MARTIN, may_name_companies=True),
}


def rows_of(session: Session, kind: Any, who: Stranger) -> list[Any]:
    """The victim's rows of a kind."""
    return list(session.scalars(_at_victim(session, select(kind), kind, who)))


def secrets_of(session: Session, who: Stranger) -> frozenset[str]:
    """Texts of the victim's rows that stand in no row the person may see."""
    if who.reads_all:
        return frozenset()
    theirs, others = _texts(session, who, of_victim=True), _texts(session, who, of_victim=False)
    if who.may_name_companies:
        others |= set(session.scalars(select(Company.name)))
        for user in session.scalars(select(PortalUser)):
            others |= {user.name, user.email}
    known = "\n".join(others)
    return frozenset(text for text in theirs if len(text) >= SHORTEST and text not in known)


def print_of(session: Session, who: Stranger) -> dict[str, str]:
    """A hash, by table, of every row the person may not change."""
    prints: dict[str, str] = {}
    for mapper in Base.registry.mappers:
        kind: Any = mapper.class_
        statement = _forbidden(session, kind, who)
        if statement is not None:
            columns = (getattr(kind, mapper.get_property_by_column(c).key) for c in mapper.columns)
            rows = sorted(map(repr, session.execute(statement.with_only_columns(*columns))))
            prints[kind.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return prints


def _forbidden(session: Session, kind: Any, who: Stranger) -> Select[Any] | None:
    # Jobs are the machine's, whoever's work they do: administrators start them again and cancel them.
    staff: set[Any] = {PortalUser, Membership, Portfolio, LoginSession, AuditEvent, Job}
    theirs_to_change = staff if who.may_name_companies else set()
    is_somebodys = is_owned(kind.__table__) or kind in {PortalUser, LoginSession, ExternalIdentity}
    if kind in theirs_to_change or not is_somebodys:
        return None
    return _at_victim(session, select(kind), kind, who)


def _at_victim(session: Session, statement: Select[Any], kind: Any, who: Stranger) -> Select[Any]:
    if kind is PortalUser:
        return statement.where(PortalUser.username != (who.email or ""))
    if kind in {LoginSession, ExternalIdentity}:
        person = select(PortalUser.id).where(PortalUser.username == (who.email or ""))
        return statement.where(kind.user_id.not_in(person))
    if kind is SignInDomain:  # the deployment's
        return statement
    victim = select(Company.id).where(Company.name == who.victim).scalar_subquery()
    if who.but_at is None:
        return statement.where((kind.id if kind is Company else kind.company_id) == victim)
    at = select(Address.id).where(Address.name == who.but_at).scalar_subquery()
    if kind is Address:
        return statement.where(kind.id == at)
    return statement.where(kind.address_id == at if hasattr(kind, "address_id") else false())


def _texts(session: Session, who: Stranger, *, of_victim: bool) -> set[str]:
    texts: set[str] = set()
    for kind, names in TELLING.items():
        theirs = {row.id for row in rows_of(session, kind, who)} if kind in _below(who) else set()
        for row in session.scalars(select(kind)):
            if (row.id in theirs) is of_victim and (of_victim or _sees(session, row, who)):
                texts.update(str(value) for name in names if (value := getattr(row, name)))
    return texts


def _below(who: Stranger) -> set[Any]:
    return set(TELLING) if who.but_at is None else set(TELLING) - {Company, Contact}


def _sees(session: Session, row: Any, who: Stranger) -> bool:
    """Whether a row is of a company the person belongs to or serves."""
    if who.email is None:
        return False
    person = select(PortalUser.id).where(PortalUser.username == who.email).scalar_subquery()
    belongs = select(Membership.company_id).where(Membership.user_id == person)
    serves = select(Portfolio.company_id).where(Portfolio.manager_id == person)
    company_id = row.id if isinstance(row, Company) else row.company_id
    found = select(Company.id).where(
        Company.id == company_id, or_(Company.id.in_(belongs), Company.id.in_(serves))
    )
    return session.scalar(found) is not None
