"""The write side of wall 1: what a flush may add, change and delete."""

from dataclasses import replace
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.models import (
    Address,
    AddressOwned,
    AuditEvent,
    Company,
    CompanyOwned,
    ImportBatch,
    ImportRow,
    MaybeAddressOwned,
    MaybeCompanyOwned,
    Membership,
    MembershipAddress,
    Portfolio,
)
from app.security.row_security import bind_scope
from app.security.scope import Reach, Scope


class NotYours(DomainError):
    """A row of another company, of another address, or of a reader, was about to be written."""

    code = "not_yours"


_OWNED = (Company, CompanyOwned, MaybeCompanyOwned)
_WRITTEN_BY_ADMINISTRATORS = (Portfolio, Membership, MembershipAddress)


def check_writes(session: Session, scope: Scope | None) -> None:
    """Refuse the flush unless each owned row in it is inside `scope`.

    Raises:
        NotYours: it is not, or nothing may be written at all.
    """
    for item in (*session.new, *session.dirty, *session.deleted):
        if isinstance(item, AuditEvent) and item in session.new:
            continue  # whoever acts leaves a trace, also where they may write nothing else
        if isinstance(item, _OWNED):
            _check(session, item, session.info.get("scope", scope))


def _check(session: Session, item: Any, scope: Scope | None) -> None:
    if scope is None or scope.is_read_only:
        raise NotYours(table=item.__tablename__)
    if scope.reach is Reach.EVERYTHING:
        return
    if scope.reach is Reach.DIRECTORY:
        if not isinstance(item, _WRITTEN_BY_ADMINISTRATORS):
            raise NotYours(table=item.__tablename__)
        return
    if isinstance(item, Company):
        _check_company(session, item, scope)
    elif isinstance(item, ImportBatch | ImportRow):
        if item.started_by_id != scope.user_id or not scope.is_staff:
            raise NotYours(table=item.__tablename__)
    else:
        _check_owner(item, scope)
        _check_address(item, scope)


def _check_company(session: Session, company: Company, scope: Scope) -> None:
    if company not in session.new:
        if company.id not in scope.companies:
            raise NotYours(table="company")
    elif scope.is_staff:
        _admit(session, company, scope)
    else:
        raise NotYours(table="company")


def _admit(session: Session, company: Company, scope: Scope) -> None:
    """Take a company that staff just opened into their scope: its number is new, so it is nobody else's."""
    known: int | None = company.id
    if known is None:
        company.id = _next_company_id(session)
    widened = replace(scope, companies=(*scope.companies, company.id))
    session.info["scope"] = widened
    bind_scope(session.connection(), widened)


def _next_company_id(session: Session) -> int:
    # Row-level security asks for the number before the row exists. SQLite has one writer, which we are by now.
    statement = (
        "SELECT nextval(pg_get_serial_sequence('company', 'id'))"
        if session.get_bind().dialect.name == "postgresql"
        else "SELECT coalesce(max(id), 0) + 1 FROM company"
    )
    options = {"tenancy": "checked"}
    return int(
        session.connection().execute(text(statement), execution_options=options).scalar_one()
    )


def _check_owner(item: Any, scope: Scope) -> None:
    owner: Any = getattr(item, "company", None)
    if owner is not None and owner.id is not None:
        item.company_id = owner.id
    elif item.company_id is None and isinstance(item, CompanyOwned) and len(scope.companies) == 1:
        item.company_id = scope.companies[0]
    before = inspect(item).attrs.company_id.history.deleted
    if item.company_id not in scope.companies or any(one not in scope.companies for one in before):
        raise NotYours(table=item.__tablename__)


def _check_address(item: Any, scope: Scope) -> None:
    if scope.addresses is None:
        return
    address_id: int | None
    if isinstance(item, Address):
        address_id = item.id
    elif isinstance(item, AddressOwned | MaybeAddressOwned):
        address_id = item.address_id
    else:
        return
    before = inspect(item).attrs.address_id.history.deleted if not isinstance(item, Address) else ()
    if any(one not in scope.addresses for one in (address_id, *before)):
        raise NotYours(table=item.__tablename__)
