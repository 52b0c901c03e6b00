"""What a company has left to set up so that its invoices arrive: found in its own rows, never nagging twice."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.contacts import ContactTopic
from app.domain.delivery import DeliveryMode, VatStatus
from app.models import Address, BillingEmail, Company, Contact


class SetupStep(StrEnum):
    """In the order of how much goes wrong without them."""

    BILLING_EMAIL = "BILLING_EMAIL"
    """An address on e-mail names nobody to send to: its invoices wait in the portal."""
    COMPLETE_ADDRESS = "COMPLETE_ADDRESS"
    DELIVERY_MODE = "DELIVERY_MODE"
    """E-mail alone is no legal invoice for a VAT-liable company since 2026 (law of 6 February 2024)."""
    INVOICE_CONTACT = "INVOICE_CONTACT"


_STEPS_PER_COMPANY = 1
"""The contact; everything else is asked of each address."""
_STEPS_PER_ADDRESS = len(SetupStep) - _STEPS_PER_COMPANY


@dataclass(frozen=True, slots=True)
class OpenStep:
    """One thing to do; `address` is None where it is about the company."""

    step: SetupStep
    address_name: str = ""
    address: UUID | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """`total` counts each step at each address, as `open_steps` does, so that the two add up."""

    open_steps: tuple[OpenStep, ...]
    total: int = 0

    @property
    def done(self) -> int:
        return self.total - len(self.open_steps)


def setup_of(session: Session, company_id: int) -> Setup:
    """What is left to do at the addresses in scope; one statement."""
    has_email = select(BillingEmail.id).where(BillingEmail.address_id == Address.id).exists()
    is_for_invoices = (Contact.company_id == Company.id) & (Contact.topic == ContactTopic.INVOICES)
    has_contact = select(Contact.id).where(is_for_invoices).exists()
    rows = session.execute(
        select(
            Address.public_id,
            Address.name,
            Address.street,
            Address.postcode,
            Address.city,
            Address.delivery_mode,
            Company.vat_status,
            has_email.label("has_email"),
            has_contact.label("has_contact"),
        )
        .select_from(Address)
        .join(Company, Company.id == Address.company_id)
        .where(Address.company_id == company_id, Address.archived_at.is_(None))
        .order_by(Address.name, Address.id)
    ).all()
    steps = [OpenStep(step, row.name, row.public_id) for row in rows for step in _steps(row)]
    if rows and not rows[0].has_contact:
        steps.append(OpenStep(SetupStep.INVOICE_CONTACT))
    order = list(SetupStep)
    in_order = tuple(sorted(steps, key=lambda one: order.index(one.step)))
    return Setup(in_order, total=len(rows) * _STEPS_PER_ADDRESS + _STEPS_PER_COMPANY)


def _steps(row: Row[*tuple[object, ...]]) -> list[SetupStep]:
    found = []
    if row.delivery_mode.needs_email and not row.has_email:
        found.append(SetupStep.BILLING_EMAIL)
    if not (row.street and row.postcode and row.city):
        found.append(SetupStep.COMPLETE_ADDRESS)
    if row.delivery_mode is DeliveryMode.EMAIL and row.vat_status is VatStatus.LIABLE:
        found.append(SetupStep.DELIVERY_MODE)
    return found
