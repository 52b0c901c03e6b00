"""The WHERE clauses of wall 1: one per kind of owner, the same for every statement of a scope."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Table, false, or_
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from app.models import (
    Address,
    AddressOwned,
    AuditEvent,
    Company,
    CompanyOwned,
    ImportBatch,
    ImportRow,
    MaybeAddressOwned,
    Membership,
    MembershipAddress,
    Payment,
    Portfolio,
)
from app.security.scope import Reach, Scope


def directory_tables() -> frozenset[Table]:
    """What an administrator may query of the owned tables."""
    kinds = (Company, Portfolio, Membership, MembershipAddress, AuditEvent)
    return frozenset(kind.__table__ for kind in kinds if isinstance(kind.__table__, Table))


@lru_cache(maxsize=512)
def criteria_of(scope: Scope) -> tuple[ExecutableOption, ...]:
    """Statement options that hide what `scope` does not hold; empty where it holds everything."""
    if scope.reach is Reach.DIRECTORY:
        # An administrator follows what happened to users and settings, not what happened at a company.
        return (_criterion(AuditEvent, AuditEvent.company_id.is_(None)),)
    if scope.reach is not Reach.COMPANIES:
        return ()
    return (
        _in_companies(scope.companies),
        _criterion(Company, Company.id.in_(scope.companies)),
        *_of_loose_rows(scope),
        *(_of_limited_addresses(scope.addresses) if scope.addresses is not None else ()),
    )


def _in_companies(companies: tuple[int, ...]) -> ExecutableOption:
    # A single company is a bound value: PostgreSQL then plans for that company, not the average.
    if len(companies) == 1:
        only = companies[0]
        return _criterion(CompanyOwned, lambda cls: cls.company_id == only)
    return _criterion(CompanyOwned, lambda cls: cls.company_id.in_(companies))


def _of_loose_rows(scope: Scope) -> Iterator[ExecutableOption]:
    """Rows whose company may be unknown: staff's alone until it is known."""
    yield _criterion(AuditEvent, AuditEvent.company_id.in_(scope.companies))
    payments = Payment.company_id.in_(scope.companies)
    yield _criterion(
        Payment, or_(payments, Payment.company_id.is_(None)) if scope.is_staff else payments
    )
    for kind in (ImportBatch, ImportRow):
        yield _criterion(kind, kind.started_by_id == scope.user_id if scope.is_staff else false())


def _of_limited_addresses(addresses: tuple[int, ...]) -> Iterator[ExecutableOption]:
    yield _criterion(AddressOwned, lambda cls: cls.address_id.in_(addresses))
    yield _criterion(
        MaybeAddressOwned, lambda cls: or_(cls.address_id.in_(addresses), cls.address_id.is_(None))
    )
    yield _criterion(Address, Address.id.in_(addresses))
    yield _criterion(AuditEvent, AuditEvent.address_id.in_(addresses))
    yield _criterion(Payment, false())


def _criterion(kind: type[Any], where: ColumnElement[bool] | Any) -> ExecutableOption:
    return with_loader_criteria(kind, where, include_aliases=True, propagate_to_loaders=False)
