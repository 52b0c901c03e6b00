"""The WHERE clauses of wall 1: one per kind of owner, the same for every statement of a scope."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from app.models import (
    Address,
    AddressOwned,
    AuditEvent,
    Base,
    Company,
    CompanyOwned,
    Export,
    ImportBatch,
    ImportRow,
    Job,
    MaybeAddressOwned,
    MaybeCompanyOwned,
    Membership,
    MembershipAddress,
    OutgoingMail,
    Payment,
    PersonOwned,
    Portfolio,
)
from app.security.scope import Reach, Scope

DIRECTORY = (Company, Portfolio, Membership, MembershipAddress, AuditEvent, Job, OutgoingMail)
DIRECTORY_TABLES = frozenset(kind.__tablename__ for kind in DIRECTORY)
"""What an administrator may query of the owned tables."""
WRITTEN_BY_ADMINISTRATORS = frozenset(
    kind.__tablename__ for kind in (Portfolio, Membership, MembershipAddress, Job, OutgoingMail)
)


@lru_cache(maxsize=512)
def criteria_of(scope: Scope) -> tuple[ExecutableOption, ...]:
    """Statement options that hide what `scope` does not hold; empty where it holds everything."""
    if scope.sees_every_company:
        return ()
    if scope.reach is Reach.DIRECTORY:
        return tuple(_of_directory())
    return (
        _in_companies(scope.companies),
        _of_person(scope.user_id),
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


def _of_person(user_id: int | None) -> ExecutableOption:
    return _criterion(PersonOwned, lambda cls: cls.user_id == user_id)


def _of_loose_rows(scope: Scope) -> Iterator[ExecutableOption]:
    """Rows whose company may be unknown: as rows of a company, unless a table has a rule of its own."""
    for kind in _mapped(MaybeCompanyOwned):
        rule = _LOOSE.get(kind)
        where = rule(scope) if rule else kind.company_id.in_(scope.companies)
        yield _criterion(kind, where)


def _payments(scope: Scope) -> ColumnElement[bool]:
    known = Payment.company_id.in_(scope.companies)
    return or_(known, Payment.company_id.is_(None)) if scope.is_staff else known


def _own_batches(scope: Scope) -> ColumnElement[bool]:
    return ImportBatch.started_by_id == scope.user_id if scope.is_staff else false()


def _own_batch_rows(scope: Scope) -> ColumnElement[bool]:
    return ImportRow.started_by_id == scope.user_id if scope.is_staff else false()


def _own_exports(scope: Scope) -> ColumnElement[bool]:
    """What somebody asked for is theirs alone; of no company in particular, it is a member of the staff's."""
    ours = Export.company_id.in_(scope.companies)
    at_work = or_(ours, Export.company_id.is_(None)) if scope.is_staff else ours
    return and_(Export.requested_by_id == scope.user_id, at_work)


_LOOSE: Mapping[type[Any], Callable[[Scope], ColumnElement[bool]]] = MappingProxyType(
    {
        Payment: _payments,
        ImportBatch: _own_batches,
        ImportRow: _own_batch_rows,
        Export: _own_exports,
    }
)


def _of_limited_addresses(addresses: tuple[int, ...]) -> Iterator[ExecutableOption]:
    yield _criterion(AddressOwned, lambda cls: cls.address_id.in_(addresses))
    yield _criterion(
        MaybeAddressOwned, lambda cls: or_(cls.address_id.in_(addresses), cls.address_id.is_(None))
    )
    yield _criterion(Address, Address.id.in_(addresses))
    yield _criterion(AuditEvent, AuditEvent.address_id.in_(addresses))
    yield _criterion(Payment, false())


def _of_directory() -> Iterator[ExecutableOption]:
    """An administrator follows what happened to users and settings, not what happened at a company.

    Jobs are the machine's, whoever's work they do: they hold identifiers only.
    """
    yield _criterion(AuditEvent, AuditEvent.company_id.is_(None))
    yield _criterion(OutgoingMail, OutgoingMail.company_id.is_(None))
    for kind in (*_mapped(CompanyOwned), *_mapped(MaybeCompanyOwned)):
        if kind not in DIRECTORY:
            yield _criterion(kind, false())


def _criterion(kind: type[Any], where: ColumnElement[bool] | Any) -> ExecutableOption:
    # Propagated: without it, rows that a join loads along are not narrowed.
    return with_loader_criteria(kind, where, include_aliases=True, propagate_to_loaders=True)


@cache
def _mapped(owner: type[Any]) -> tuple[type[Any], ...]:
    found = (mapper.class_ for mapper in Base.registry.mappers)
    kinds = (kind for kind in found if issubclass(kind, owner))
    return tuple(sorted(kinds, key=lambda kind: kind.__name__))


_EVERY_KIND: tuple[type[Any], ...] = (
    *_mapped(CompanyOwned),
    *_mapped(MaybeCompanyOwned),
    Company,
)
DENY = tuple(_criterion(kind, false()) for kind in _EVERY_KIND)
"""Statement options that hide every company's rows: before a scope is open."""
