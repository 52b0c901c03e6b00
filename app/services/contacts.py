"""Contact persons of a company: listed, added, changed, removed and brought back."""

from dataclasses import asdict, dataclass, fields, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.audit import AuditAction
from app.domain.contacts import ContactTopic
from app.domain.errors import DomainError
from app.domain.typed_text import checked_email, checked_line, checked_phone, required_line
from app.models import Address, AuditEvent, Contact
from app.services.addresses import AddressUnknown
from app.services.audit import record
from app.services.versions import claim, hold_company


class ContactUnknown(DomainError):
    """There is no such contact for whoever asks."""

    code = "contact_unknown"


class ContactUnreachable(DomainError):
    """Neither an e-mail address nor a telephone number is given."""

    code = "contact_unreachable"


class ContactThere(DomainError):
    """A contact that was removed has been brought back already."""

    code = "contact_there"


@dataclass(frozen=True, slots=True)
class ContactValues:
    """What people say about a contact; `address_id` is None for one of the whole company."""

    name: str
    position: str | None = None
    topic: ContactTopic = ContactTopic.GENERAL
    email: str | None = None
    phone: str | None = None
    address_id: int | None = None


_FIELDS = tuple(field.name for field in fields(ContactValues))


def list_contacts(session: Session, company_id: int) -> list[Contact]:
    """By name, with their addresses."""
    statement = (
        select(Contact)
        .where(Contact.company_id == company_id)
        .options(joinedload(Contact.address))
        .order_by(Contact.name, Contact.id)
    )
    return list(session.scalars(statement))


def find_contact(session: Session, company_id: int, public_id: UUID) -> Contact:
    """Raises ContactUnknown."""
    statement = (
        select(Contact)
        .where(Contact.company_id == company_id, Contact.public_id == public_id)
        .options(joinedload(Contact.address))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise ContactUnknown
    return found


def values_of(contact: Contact) -> ContactValues:
    """The present values, as a form shows them."""
    return ContactValues(**{name: getattr(contact, name) for name in _FIELDS})


def add_contact(session: Session, company_id: int, values: ContactValues) -> Contact:
    """Add a person to reach.

    Raises:
        ContactUnreachable, AddressUnknown, TextMissing, TextTooLong, NotAnEmailAddress, NotAPhoneNumber.
    """
    checked = checked_values(values)
    _check_address(session, company_id, checked)
    return _added(session, Contact(company_id=company_id), checked)


def update_contact(
    session: Session, contact: Contact, values: ContactValues, *, version: str
) -> bool:
    """Change what is said about a person; False when nothing differs.

    Raises:
        EditedMeanwhile: somebody saved it after `version`.
        ContactUnreachable, AddressUnknown, TextMissing, TextTooLong, NotAnEmailAddress, NotAPhoneNumber.
    """
    checked = checked_values(values)
    if checked == values_of(contact):
        return False
    if checked.address_id != contact.address_id:
        _check_address(session, contact.company_id, checked)
    claim(session, contact, version=version)
    before, after = asdict(values_of(contact)), asdict(checked)
    places = _named(session, contact.company_id)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if "address_id" in changes:
        was, becomes = changes.pop("address_id")
        changes["address"] = (places.get(was), places.get(becomes))
    _assign(contact, checked)
    session.flush()
    record(session, AuditAction.CONTACT_CHANGED, target=contact, changes=changes)
    return True


def remove_contact(session: Session, contact: Contact) -> None:
    """Forget a person; the trail keeps what `restore_contact` needs."""
    said = asdict(values_of(contact)) | {"public_id": contact.public_id}
    gone = {name: (value, None) for name, value in said.items() if value is not None}
    session.delete(contact)
    session.flush()
    record(session, AuditAction.CONTACT_REMOVED, target=contact, changes=gone)


def restore_contact(session: Session, company_id: int, public_id: UUID) -> Contact:
    """Bring back a person as they were when they were removed.

    An address that is gone or archived by now is left out.

    Raises:
        ContactUnknown: nobody with this id was removed.
        ContactThere: somebody was quicker.
    """
    hold_company(session, company_id)
    there = select(Contact.id).where(
        Contact.company_id == company_id, Contact.public_id == public_id
    )
    if session.scalar(there) is not None:
        raise ContactThere
    kept = AuditEvent.changes[("public_id", 0)].as_string()
    statement = (
        select(AuditEvent)
        .where(
            AuditEvent.company_id == company_id,
            AuditEvent.action == AuditAction.CONTACT_REMOVED,
            kept == str(public_id),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    event = session.scalars(statement).one_or_none()
    if event is None:
        raise ContactUnknown
    said = {name: pair[0] for name, pair in event.changes.items() if name in _FIELDS}
    values = ContactValues(**said | {"topic": ContactTopic(said["topic"])})
    if values.address_id not in {one.id for one in places_of(session, company_id)}:
        values = replace(values, address_id=None)
    return _added(session, Contact(company_id=company_id, public_id=public_id), values)


def checked_values(values: ContactValues) -> ContactValues:
    """The same values in the form that is stored.

    Raises:
        ContactUnreachable, TextMissing, TextTooLong, NotAnEmailAddress, NotAPhoneNumber.
    """
    checked = replace(
        values,
        name=required_line(values.name, field="name", longest=120),
        position=checked_line(values.position, field="position", longest=120),
        email=checked_email(values.email, field="email"),
        phone=checked_phone(values.phone, field="phone"),
    )
    if checked.email is None and checked.phone is None:
        raise ContactUnreachable(field="email")
    return checked


def places_of(session: Session, company_id: int) -> list[Address]:
    """The addresses a contact may stand for: those in use, by name."""
    statement = (
        select(Address)
        .where(Address.company_id == company_id, Address.archived_at.is_(None))
        .order_by(Address.name, Address.id)
    )
    return list(session.scalars(statement))


def _added(session: Session, contact: Contact, values: ContactValues) -> Contact:
    _assign(contact, values)
    session.add(contact)
    session.flush()
    said = {name: (None, value) for name, value in asdict(values).items() if value is not None}
    place = _named(session, contact.company_id).get(values.address_id)
    said.pop("address_id", None)
    changes = said | ({"address": (None, place)} if place else {})
    record(session, AuditAction.CONTACT_CREATED, target=contact, changes=changes)
    return contact


def _assign(contact: Contact, values: ContactValues) -> None:
    for name in _FIELDS:
        setattr(contact, name, getattr(values, name))


def _check_address(session: Session, company_id: int, values: ContactValues) -> None:
    if values.address_id is None:
        return
    if values.address_id not in {one.id for one in places_of(session, company_id)}:
        raise AddressUnknown(field="address_id")


def _named(session: Session, company_id: int) -> dict[int | None, str]:
    """The name of each address, archived or not."""
    rows = session.execute(select(Address.id, Address.name).where(Address.company_id == company_id))
    return {row.id: row.name for row in rows}
