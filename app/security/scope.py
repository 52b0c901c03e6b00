"""What one session may see and write: the value that all three walls of tenancy are built from."""

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    COMPANIES = "COMPANIES"
    """The companies named, and nothing else: an employer's one, an account manager's portfolio."""
    DIRECTORY = "DIRECTORY"
    """Which companies exist and who serves them, but nothing that is theirs: an administrator."""
    AUDIT = "AUDIT"
    """Every company, read only: an auditor."""
    EVERYTHING = "EVERYTHING"
    """Every company: imports and commands, under `cross_company`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`addresses` is None where all addresses of the companies are visible.

    `user_id` is whose own import batches are visible; None for work that is nobody's.
    """

    reach: Reach
    companies: tuple[int, ...] = ()
    addresses: tuple[int, ...] | None = None
    user_id: int | None = None
    is_staff: bool = False

    @property
    def is_read_only(self) -> bool:
        return self.reach is Reach.AUDIT

    @property
    def sees_every_company(self) -> bool:
        return self.reach in {Reach.AUDIT, Reach.EVERYTHING}

    def holds_company(self, company_id: int | None) -> bool:
        return self.sees_every_company or company_id in self.companies

    def holds_address(self, address_id: int | None) -> bool:
        return self.addresses is None or address_id in self.addresses


def of_company(
    company_id: int, *, addresses: tuple[int, ...] | None = None, user_id: int | None = None
) -> Scope:
    """One company, or some of its addresses: what a membership opens."""
    return Scope(Reach.COMPANIES, (company_id,), addresses, user_id)


def of_portfolio(companies: tuple[int, ...], *, user_id: int) -> Scope:
    """The companies an account manager serves."""
    return Scope(Reach.COMPANIES, companies, None, user_id, is_staff=True)


def of_directory(*, user_id: int | None = None) -> Scope:
    """What an administrator needs to run the machine; also work that concerns no company, with nobody there."""
    return Scope(Reach.DIRECTORY, (), None, user_id, is_staff=True)


def of_audit(*, user_id: int) -> Scope:
    """Everything, read only."""
    return Scope(Reach.AUDIT, (), None, user_id, is_staff=True)


EVERYTHING = Scope(Reach.EVERYTHING, is_staff=True)
