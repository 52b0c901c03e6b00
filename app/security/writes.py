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
    Export,
    ImportBatch,
    ImportRow,
    MaybeAddressOwned,
    MaybeCompanyOwned,
    OutgoingMail,
    Payment,
    PersonOwned,
)
from app.security.criteria import WRITTEN_BY_ADMINISTRATORS
from app.security.row_security import bind_scope
from app.security.scope import Reach, Scope


class NotYours(DomainError):
    """A row of another company, of another address, or of a reader, was about to be written."""

    code = "not_yours"


_TRACES = (AuditEvent, OutgoingMail)
_OWNED = (Company, CompanyOwned, MaybeCompanyOwned)
_BEFORE = "scope_before_admission"


def check_writes(session: Session) -> None:
    """Refuse the flush unless each owned row in it is inside the session's scope.

    Raises:
        NotYours: it is not, or nothing may be written at all.
    """
    changed = [item for item in session.dirty if session.is_modified(item)]
    touched = [*session.new, *changed, *session.deleted]
    # A company that staff open comes first: its number is what the rows below it are checked by.
    for item in sorted(touched, key=lambda item: not isinstance(item, Company)):
        if isinstance(item, _OWNED):
            _check(session, item)


def keep_admitted(session: Session) -> None:
    """After a commit: the companies that were opened are the scope's for good."""
    session.info.pop(_BEFORE, None)


def forget_admitted(session: Session) -> None:
    """After a rollback: a company that does not exist is not the scope's; its number may become another's."""
    before = session.info.pop(_BEFORE, None)
    if before is not None:
        session.info["scope"] = before


def _check(session: Session, item: Any) -> None:
    scope: Scope | None = session.info.get("scope")
    if isinstance(item, _TRACES) and item in session.new:
        # Whoever acts leaves a trace, also where they may write nothing else, and may have to tell somebody.
        allowed = True
    elif scope is None or isinstance(item, AuditEvent):
        allowed = False  # an event of the trail is never written again
    elif scope.reach is Reach.EVERYTHING:
        allowed = True
    elif isinstance(item, Export):
        # A reader changes nothing, and may all the same have a file made of what they read.
        allowed = _is_own_export(item, scope)
    else:
        allowed = not scope.is_read_only and _may_write(session, item, scope)
    if not allowed:
        raise NotYours(table=item.__tablename__)


def _may_write(session: Session, item: Any, scope: Scope) -> bool:
    if scope.reach is Reach.DIRECTORY:
        return item.__tablename__ in WRITTEN_BY_ADMINISTRATORS
    if isinstance(item, Company):
        return _may_write_company(session, item, scope)
    if isinstance(item, ImportBatch | ImportRow):
        return scope.is_staff and _are_within(item, "started_by_id", (scope.user_id,))
    if isinstance(item, Payment):
        return _may_write_payment(item, scope)
    return (
        _is_of_companies(item, scope)
        and _is_of_addresses(item, scope)
        and _is_of_person(item, scope)
    )


def _is_own_export(item: Export, scope: Scope) -> bool:
    companies = (*scope.companies, *((None,) if scope.is_staff else ()))
    is_own = _are_within(item, "requested_by_id", (scope.user_id,))
    return is_own and _are_within(item, "company_id", companies)


def _may_write_company(session: Session, company: Company, scope: Scope) -> bool:
    if company in session.new:
        return scope.is_staff and _admit(session, company, scope)
    return _are_within(company, "id", scope.companies)


def _may_write_payment(payment: Payment, scope: Scope) -> bool:
    """Staff also take in money that is nobody's yet; who sees only some addresses sees none, and writes none."""
    owners = (*scope.companies, *((None,) if scope.is_staff else ()))
    return scope.addresses is None and _are_within(payment, "company_id", owners)


def _admit(session: Session, company: Company, scope: Scope) -> bool:
    """Take a company that staff just opened into their scope, unless it asks for a number of its own choice."""
    number: int | None = company.id
    if number is not None:
        return False
    company.id = _next_company_id(session)
    session.info.setdefault(_BEFORE, scope)
    widened = replace(scope, companies=(*scope.companies, company.id))
    session.info["scope"] = widened
    bind_scope(session.connection(), widened)
    return True


def _next_company_id(session: Session) -> int:
    """Row-level security asks for the number before the row exists."""
    connection, checked = session.connection(), {"tenancy": "checked"}
    statement = "SELECT nextval(pg_get_serial_sequence('company', 'id'))"
    if connection.dialect.name == "sqlite":
        # A write that changes nothing takes SQLite's one write lock: nobody else counts until we are done.
        lock = text("UPDATE company SET id = id WHERE id IS NULL")
        connection.execute(lock, execution_options=checked)
        statement = "SELECT coalesce(max(id), 0) + 1 FROM company"
    return int(connection.execute(text(statement), execution_options=checked).scalar_one())


def _is_of_companies(item: Any, scope: Scope) -> bool:
    """Whether the row is, and was, of a company in the scope; gives it its company where that is not in doubt."""
    owner, address = _related(item, "company"), _related(item, "address")
    if owner is not None and owner.id is not None:
        item.company_id = owner.id
    elif item.company_id is None and address is not None:
        item.company_id = address.company_id
    elif item.company_id is None and isinstance(item, CompanyOwned) and len(scope.companies) == 1:
        item.company_id = scope.companies[0]
    return _are_within(item, "company_id", scope.companies)


def _is_of_addresses(item: Any, scope: Scope) -> bool:
    if scope.addresses is None:
        return True
    if isinstance(item, Address):
        return _are_within(item, "id", scope.addresses)
    if isinstance(item, AddressOwned | MaybeAddressOwned):
        address = _related(item, "address")
        if address is not None and address.id is not None:
            item.address_id = address.id
        return _are_within(item, "address_id", scope.addresses)
    return True


def _is_of_person(item: Any, scope: Scope) -> bool:
    return not isinstance(item, PersonOwned) or _are_within(item, "user_id", (scope.user_id,))


def _related(item: Any, name: str) -> Any:
    """The related row that code has just put there, without asking the database; else None."""
    state = inspect(item)
    if name not in state.mapper.relationships:
        return None
    history = state.attrs[name].history
    return history.added[0] if history.added else None


def _are_within(item: Any, field: str, allowed: tuple[Any, ...]) -> bool:
    """Whether the value and, where it was changed, the value before are allowed."""
    before = inspect(item).attrs[field].history.deleted or ()
    return all(value in allowed for value in (getattr(item, field), *before))
