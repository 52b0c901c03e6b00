"""Who is in the demo: the people of the issuer, of its customers and of their accountant."""

from dataclasses import dataclass

from app.domain.change_requests import ChangeField
from app.domain.roles import EmployerRole, StaffRole

PASSWORD = "demo-Clientele-2026"  # noqa: S105 - everybody's in the demo, printed at its start


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the issuer, or its auditor; `portfolio` lists keys of companies."""

    first_name: str
    last_name: str
    email: str
    role: StaffRole
    language: str = "fr"
    portfolio: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Belonging:
    """A role at a company; `addresses` limits it to addresses of these names."""

    company: str
    role: EmployerRole
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who signs in for one or more companies."""

    first_name: str
    last_name: str
    email: str
    belongs_to: tuple[Belonging, ...]
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """Somebody who has not answered yet; `by` is who invited them."""

    email: str
    belonging: Belonging
    by: str


@dataclass(frozen=True, slots=True)
class DemoFilter:
    """A filter of the invoice list that somebody keeps; `address` is the name of the one it is about, if it is."""

    owner: str
    company: str
    name: str
    query: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class AskedChange:
    """What an administrator of a company asks its account manager to change."""

    by: str
    company: str
    field: ChangeField
    value: str
    reason: str


STAFF = (
    StaffMember("Sofia", "Admin", "sofia@issuer.example", StaffRole.PLATFORM_ADMIN),
    StaffMember(
        "Marc",
        "Manager",
        "marc@issuer.example",
        StaffRole.ACCOUNT_MANAGER,
        portfolio=("martin", "dubois"),
    ),
    StaffMember(
        "Nora",
        "Manager",
        "nora@issuer.example",
        StaffRole.ACCOUNT_MANAGER,
        language="nl",
        portfolio=("peeters",),
    ),
    StaffMember("Ana", "Auditor", "ana@audit.example", StaffRole.AUDITOR, language="en"),
)
CUSTOMERS = (
    Customer(
        "Claire",
        "Dubois",
        "claire@boulangerie-martin.example",
        (Belonging("martin", EmployerRole.EMPLOYER_ADMIN),),
    ),
    Customer(
        "Bruno",
        "Billing",
        "bruno@boulangerie-martin.example",
        (Belonging("martin", EmployerRole.EMPLOYER_BILLING),),
    ),
    Customer(
        "Vera",
        "Viewer",
        "vera@boulangerie-martin.example",
        (Belonging("martin", EmployerRole.EMPLOYER_VIEWER),),
    ),
    Customer(
        "Léa",
        "Namur",
        "lea@boulangerie-martin.example",
        (Belonging("martin", EmployerRole.EMPLOYER_BILLING, ("Namur",)),),
    ),
    Customer(
        "Pieter",
        "Peeters",
        "pieter@brouwerij-peeters.example",
        (Belonging("peeters", EmployerRole.EMPLOYER_ADMIN),),
        language="nl",
    ),
    Customer(
        "Ines",
        "Payroll",
        "ines@payroll.example",
        (
            Belonging("martin", EmployerRole.EMPLOYER_BILLING),
            Belonging("dubois", EmployerRole.EMPLOYER_BILLING),
            Belonging("peeters", EmployerRole.EMPLOYER_VIEWER),
        ),
    ),
)
INVITED = (
    InvitedPerson(
        "paul@boulangerie-martin.example",
        Belonging("martin", EmployerRole.EMPLOYER_VIEWER),
        "claire@boulangerie-martin.example",
    ),
)
FILTERS = (
    DemoFilter(
        "claire@boulangerie-martin.example", "martin", "Namur, en retard", "tab=overdue", "Namur"
    ),
    DemoFilter("pieter@brouwerij-peeters.example", "peeters", "Laatste 12 maanden", "period=12m"),
)
ASKED = (
    AskedChange(
        "claire@boulangerie-martin.example",
        "martin",
        ChangeField.NAME,
        "Boulangerie Martin et Filles SRL",
        "Nouvelle dénomination depuis l'acte de la semaine dernière.",
    ),
)
PROVIDER, PROVIDER_LABEL = "demo-id", "Titres Demo ID"
"""The identity provider on this machine that the demo offers beside the password."""
APPROVED_DOMAIN = "boulangerie-martin.example"
"""Its people sign in through the provider at once; everybody else links their account first."""
