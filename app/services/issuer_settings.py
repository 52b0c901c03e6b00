"""The issuer's settings as an administrator changes them."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.typed_text import (
    NotAnEmailAddress,
    checked_email,
    checked_line,
    checked_phone,
    required_line,
)
from app.models import IssuerSetting
from app.services.audit import record
from app.services.versions import EditedMeanwhile

THE_ROW = 1


class LanguageNotOffered(DomainError):
    """The language of those who chose none must be one that is offered."""

    code = "language_not_offered"


@dataclass(frozen=True, slots=True)
class IssuerValues:
    """Who the issuer is. The two numbers recognise its own documents; `languages` are ISO 639-1 codes."""

    name: str = ""
    sender_name: str = ""
    sender_email: str = ""
    contact_email: str = ""
    contact_phone: str | None = None
    vat_number: str | None = None
    enterprise_number: str | None = None
    default_language: str = "fr"
    languages: tuple[str, ...] = ("fr", "nl", "de", "en")


def read_issuer(session: Session) -> tuple[IssuerValues, str]:
    """The present settings and their version; empty ones before anybody has named the issuer."""
    row = _row(session)
    if row is None:
        return IssuerValues(), ""
    return _values(row), row.updated_at.isoformat()


def change_issuer(session: Session, values: IssuerValues, *, version: str) -> bool:
    """Change who the issuer is; False when nothing differs.

    Raises:
        EditedMeanwhile: somebody saved it after `version`.
        TextMissing, TextTooLong, NotAnEmailAddress, NotAPhoneNumber, LanguageNotOffered: with
        the field at fault.
    """
    wanted, row = _checked(values), _row(session, lock=True)
    if row is None:
        row = IssuerSetting(id=THE_ROW)
        session.add(row)
        before = dict.fromkeys(asdict(wanted))
    elif row.updated_at.isoformat() != version:
        raise EditedMeanwhile
    else:
        before = asdict(_values(row))
    after = asdict(wanted)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if not changes:
        return False
    for name, value in after.items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    session.flush()
    record(session, AuditAction.ISSUER_CHANGED, target=row, changes=changes)
    return True


def _row(session: Session, *, lock: bool = False) -> IssuerSetting | None:
    statement = select(IssuerSetting).where(IssuerSetting.id == THE_ROW)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def _values(row: IssuerSetting) -> IssuerValues:
    plain = {name: getattr(row, name) for name in asdict(IssuerValues()) if name != "languages"}
    return IssuerValues(**plain, languages=tuple(row.languages))


def _checked(values: IssuerValues) -> IssuerValues:
    if values.default_language not in values.languages:
        raise LanguageNotOffered(field="default_language")
    return replace(
        values,
        name=required_line(values.name, field="name", longest=200),
        sender_name=required_line(values.sender_name, field="sender_name", longest=200),
        sender_email=_required_email(values.sender_email, "sender_email"),
        contact_email=_required_email(values.contact_email, "contact_email"),
        contact_phone=checked_phone(values.contact_phone, field="contact_phone"),
        vat_number=checked_line(values.vat_number, field="vat_number", longest=40),
        enterprise_number=checked_line(
            values.enterprise_number, field="enterprise_number", longest=40
        ),
    )


def _required_email(typed: str, field: str) -> str:
    address = checked_email(typed, field=field)
    if address is None:
        raise NotAnEmailAddress(field=field, email="")
    return address
