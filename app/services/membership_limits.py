"""The addresses that somebody's access to a company is limited to."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.models import Address, Membership, MembershipAddress


class NoAddressChosen(DomainError):
    """Access that is limited to some addresses names at least one."""

    code = "no_address_chosen"


@dataclass(frozen=True, slots=True)
class AddressChoice:
    """An address that access may be limited to; archived ones only while they are chosen."""

    public_id: UUID
    name: str
    is_chosen: bool


def address_choices(session: Session, membership: Membership) -> list[AddressChoice]:
    """The addresses of the membership's company, by name."""
    chosen = limits_of_membership(session, membership)
    statement = (
        select(Address)
        .where(Address.company_id == membership.company_id)
        .order_by(Address.name, Address.id)
    )
    return [
        AddressChoice(one.public_id, one.name, one.id in chosen)
        for one in session.scalars(statement)
        if one.archived_at is None or one.id in chosen
    ]


def chosen_addresses(
    session: Session, company_id: int, wanted: Iterable[UUID] | None
) -> dict[int, str] | None:
    """The addresses of a company that access is to be limited to: id to name; None for all of them.

    Raises:
        NoAddressChosen: none of those that are wanted is known to whoever asks.
    """
    if wanted is None:
        return None
    statement = select(Address.id, Address.name).where(
        Address.company_id == company_id, Address.public_id.in_(set(wanted))
    )
    found = {row.id: row.name for row in session.execute(statement)}
    if not found:
        raise NoAddressChosen(field="addresses")
    return found


def limits_of_membership(session: Session, membership: Membership) -> dict[int, str]:
    """The addresses that are kept for an access now: id to name."""
    statement = (
        select(Address.id, Address.name)
        .join(MembershipAddress, MembershipAddress.address_id == Address.id)
        .where(
            MembershipAddress.company_id == membership.company_id,
            MembershipAddress.membership_id == membership.id,
        )
    )
    return {row.id: row.name for row in session.execute(statement)}


def keep_limits(session: Session, membership: Membership, wanted: set[int]) -> None:
    """Limit access to these addresses by their numbers; to none in particular where there are none."""
    there = {row.address_id: row for row in session.scalars(_rows(membership))}
    for address_id, row in there.items():
        if address_id not in wanted:
            session.delete(row)
    for address_id in sorted(wanted - set(there)):
        session.add(
            MembershipAddress(
                company_id=membership.company_id,
                membership_id=membership.id,
                address_id=address_id,
            )
        )
    session.flush()
    session.expire(membership, ["addresses"])


def _rows(membership: Membership) -> Select[MembershipAddress]:
    return select(MembershipAddress).where(
        MembershipAddress.company_id == membership.company_id,
        MembershipAddress.membership_id == membership.id,
    )
