"""Addresses of a company: listed, added, changed, made the default, archived and brought back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.audit import AuditAction
from app.domain.clock import now, today
from app.domain.delivery import DeliveryMode
from app.domain.errors import DomainError
from app.domain.typed_text import checked_email, checked_line, required_line
from app.models import Address, AuditEvent, BillingEmail, Invoice
from app.services.audit import record
from app.services.history import history_of
from app.services.versions import claim, hold_company

MOST_BILLING_EMAILS = 20
_YEAR = timedelta(days=365)


class AddressUnknown(DomainError):
    """There is no such address for whoever asks."""

    code = "address_unknown"


class AddressNameTaken(DomainError):
    """Another address in use has this name, and pages would show two of them."""

    code = "address_name_taken"


class TooManyBillingEmails(DomainError):
    """More than `limit` people would get the invoices of an address."""

    code = "too_many_billing_emails"


class DefaultAddressStays(DomainError):
    """The default address takes every invoice that names none: another one must become it first."""

    code = "default_address_stays"


class LastAddressStays(DomainError):
    """Without an address there is nowhere for invoices to go."""

    code = "last_address_stays"


class AddressArchived(DomainError):
    """It takes no invoices any more; it has to be restored first."""

    code = "address_archived"


class NothingToUndo(DomainError):
    """The last thing that happened to the address is not a change of its details."""

    code = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class AddressValues:
    """What people decide about an address; texts are None where they are not given."""

    name: str
    invoice_name: str | None = None
    street: str | None = None
    additional_street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str = "BE"
    delivery_mode: DeliveryMode = DeliveryMode.EMAIL
    billing_emails: tuple[str, ...] = ()
    buyer_reference: str | None = None
    delivery_location_id: str | None = None


_FIELDS = frozenset(field.name for field in fields(AddressValues))
_LINES = {
    "invoice_name": 200,
    "street": 200,
    "additional_street": 200,
    "postcode": 20,
    "city": 100,
    "buyer_reference": 100,
    "delivery_location_id": 60,
}


def list_addresses(session: Session, company_id: int) -> list[Address]:
    """Those in use, the default one first, then the archived ones; with their billing e-mails."""
    statement = (
        select(Address)
        .where(Address.company_id == company_id)
        .options(joinedload(Address.billing_emails))
        .order_by(Address.archived_at.is_not(None), Address.is_default.desc(), Address.name)
    )
    return list(session.scalars(statement).unique())


def find_address(session: Session, company_id: int, public_id: UUID) -> Address:
    """The address with its billing e-mails and its company. Raises AddressUnknown."""
    statement = (
        select(Address)
        .where(Address.company_id == company_id, Address.public_id == public_id)
        .options(joinedload(Address.billing_emails), joinedload(Address.company))
    )
    found = session.scalars(statement).unique().one_or_none()
    if found is None:
        raise AddressUnknown
    return found


def values_of(address: Address) -> AddressValues:
    """The present values, as a form shows them."""
    plain = {name: getattr(address, name) for name in _FIELDS if name != "billing_emails"}
    return AddressValues(**plain, billing_emails=tuple(_emails(address)))


def invoices_last_year(session: Session, address: Address) -> int:
    """How many invoices and credit notes the address got in the last 365 days."""
    statement = select(func.count(Invoice.id)).where(
        Invoice.company_id == address.company_id,
        Invoice.address_id == address.id,
        Invoice.issued_on > today() - _YEAR,
    )
    return session.scalar(statement) or 0


def add_address(session: Session, company_id: int, values: AddressValues) -> Address:
    """Give a company one more address.

    Raises:
        AddressNameTaken, TooManyBillingEmails, TextMissing, TextTooLong, NotAnEmailAddress.
    """
    hold_company(session, company_id)
    checked = checked_values(values)
    _refuse_taken_name(session, company_id, checked.name)
    address = Address(company_id=company_id, is_default=False, archived_at=None)
    _assign(address, checked)
    session.add(address)
    session.flush()
    _set_emails(session, address, checked.billing_emails)
    given = {name: (None, value) for name, value in asdict(checked).items() if value}
    record(session, AuditAction.ADDRESS_CREATED, target=address, changes=given)
    return address


def update_address(
    session: Session, address: Address, values: AddressValues, *, version: str
) -> bool:
    """Change what people decide about an address; False when nothing differs.

    Raises:
        EditedMeanwhile: somebody saved it after `version`.
        AddressArchived, AddressNameTaken, TooManyBillingEmails, TextMissing, TextTooLong,
        NotAnEmailAddress.
    """
    checked = checked_values(values)
    if checked == values_of(address):
        return False
    if checked.name != address.name:
        hold_company(session, address.company_id)
        _refuse_taken_name(session, address.company_id, checked.name, but=address)
    claim(session, address, version=version)
    _change(session, address, checked)
    return True


def undo_last_change(session: Session, address: Address, *, version: str) -> None:
    """Bring back the values from before the last change; a second undo brings the change back.

    Raises:
        NothingToUndo: something else happened last.
        EditedMeanwhile: somebody saved it after `version`.
    """
    event = undoable(history_of(session, "address", address.id))
    if event is None:
        raise NothingToUndo
    before: dict[str, Any] = {
        name: _from_trail(name, pair[0]) for name, pair in event.changes.items()
    }
    update_address(session, address, replace(values_of(address), **before), version=version)


def undoable(events: Sequence[AuditEvent]) -> AuditEvent | None:
    """The change that can be undone, of an address's events from the newest on: the last one, if it is of details."""
    event = next(iter(events), None)
    if event is None or event.kind is not AuditAction.ADDRESS_CHANGED:
        return None
    return event if event.changes and event.changes.keys() <= _FIELDS else None


def make_default(session: Session, address: Address) -> bool:
    """Let the address take every invoice that names none; False when it does already.

    Raises:
        AddressArchived
    """
    hold_company(session, address.company_id)
    session.refresh(address)
    if address.archived_at is not None:
        raise AddressArchived(name=address.name)
    if address.is_default:
        return False
    others = select(Address).where(Address.company_id == address.company_id, Address.is_default)
    for other in session.scalars(others.execution_options(populate_existing=True)):
        other.is_default = False
        changes = {"is_default": (True, False)}
        record(session, AuditAction.ADDRESS_CHANGED, target=other, changes=changes)
    session.flush()  # only one may be the default at any moment
    address.is_default = True
    changes = {"is_default": (False, True)}
    record(session, AuditAction.ADDRESS_CHANGED, target=address, changes=changes)
    return True


def archive_address(session: Session, address: Address) -> bool:
    """Take no new invoices at an address, which keeps those it has; False when it is archived already.

    Raises:
        DefaultAddressStays, LastAddressStays
    """
    hold_company(session, address.company_id)
    session.refresh(address)
    if address.archived_at is not None:
        return False
    in_use = select(func.count(Address.id)).where(
        Address.company_id == address.company_id, Address.archived_at.is_(None)
    )
    if session.scalar(in_use) == 1:
        raise LastAddressStays(name=address.name)
    if address.is_default:
        raise DefaultAddressStays(name=address.name)
    address.archived_at = now()
    record(session, AuditAction.ADDRESS_ARCHIVED, target=address)
    return True


def restore_address(session: Session, address: Address) -> bool:
    """Let an archived address take invoices again; False when it does already.

    Raises:
        AddressNameTaken: one that is in use has its name by now.
    """
    hold_company(session, address.company_id)
    session.refresh(address)
    if address.archived_at is None:
        return False
    _refuse_taken_name(session, address.company_id, address.name, but=address)
    address.archived_at = None
    record(session, AuditAction.ADDRESS_RESTORED, target=address)
    return True


def checked_values(values: AddressValues) -> AddressValues:
    """The same values in the form that is stored.

    Raises:
        TextMissing, TextTooLong, NotAnEmailAddress, TooManyBillingEmails: with the field at fault.
    """
    lines: dict[str, Any] = {
        name: checked_line(getattr(values, name), field=name, longest=longest)
        for name, longest in _LINES.items()
    }
    name = required_line(values.name, field="name", longest=100)
    emails = (checked_email(one, field="billing_emails") for one in values.billing_emails)
    wanted = tuple(sorted({one for one in emails if one}))
    if len(wanted) > MOST_BILLING_EMAILS:
        raise TooManyBillingEmails(field="billing_emails", limit=MOST_BILLING_EMAILS)
    country = required_line(values.country, field="country", longest=2).upper()
    return replace(values, name=name, country=country, billing_emails=wanted, **lines)


def _change(session: Session, address: Address, wanted: AddressValues) -> None:
    """Write what differs of a claimed address, and say so in the trail."""
    if address.archived_at is not None:
        raise AddressArchived(name=address.name)
    before, after = asdict(values_of(address)), asdict(wanted)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    _assign(address, wanted)
    _set_emails(session, address, wanted.billing_emails)
    session.flush()
    record(session, AuditAction.ADDRESS_CHANGED, target=address, changes=changes)


def _assign(address: Address, values: AddressValues) -> None:
    for name in _FIELDS - {"billing_emails"}:
        setattr(address, name, getattr(values, name))


def _set_emails(session: Session, address: Address, wanted: tuple[str, ...]) -> None:
    for row in [one for one in address.billing_emails if one.email not in wanted]:
        address.billing_emails.remove(row)
    missing = set(wanted) - set(_emails(address))
    for email in sorted(missing):
        row = BillingEmail(company_id=address.company_id, address_id=address.id, email=email)
        address.billing_emails.append(row)
    session.flush()


def _emails(address: Address) -> list[str]:
    return sorted(one.email for one in address.billing_emails)


def _refuse_taken_name(
    session: Session, company_id: int, name: str, *, but: Address | None = None
) -> None:
    in_use = select(Address.id, Address.name).where(
        Address.company_id == company_id, Address.archived_at.is_(None)
    )
    for other_id, other_name in session.execute(in_use):
        if other_name.casefold() == name.casefold() and (but is None or other_id != but.id):
            raise AddressNameTaken(field="name", name=name)


def _from_trail(name: str, value: object) -> object:
    """A value as the trail kept it, back in its own type."""
    if name == "delivery_mode":
        return DeliveryMode(str(value))
    return tuple(value) if isinstance(value, list) else value
