"""Who somebody is: three staff roles and three roles at an employer."""

from enum import StrEnum


class Role(StrEnum):
    PLATFORM_ADMIN = "PLATFORM_ADMIN"
    ACCOUNT_MANAGER = "ACCOUNT_MANAGER"
    AUDITOR = "AUDITOR"
    EMPLOYER_ADMIN = "EMPLOYER_ADMIN"
    EMPLOYER_BILLING = "EMPLOYER_BILLING"
    EMPLOYER_VIEWER = "EMPLOYER_VIEWER"

    @property
    def is_staff(self) -> bool:
        return self in STAFF_ROLES


class StaffRole(StrEnum):
    """The role of somebody who works for the issuer; a subset of `Role`."""

    PLATFORM_ADMIN = "PLATFORM_ADMIN"
    ACCOUNT_MANAGER = "ACCOUNT_MANAGER"
    AUDITOR = "AUDITOR"


class EmployerRole(StrEnum):
    """The role of a membership at a company; a subset of `Role`."""

    EMPLOYER_ADMIN = "EMPLOYER_ADMIN"
    EMPLOYER_BILLING = "EMPLOYER_BILLING"
    EMPLOYER_VIEWER = "EMPLOYER_VIEWER"


STAFF_ROLES = frozenset(Role(role.value) for role in StaffRole)
EMPLOYER_ROLES = frozenset(Role(role.value) for role in EmployerRole)
