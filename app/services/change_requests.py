"""Changes that an employer asks for: legal name, enterprise number, VAT number; asked, withdrawn, decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.audit import AuditAction
from app.domain.change_requests import CHANGE_MOVES, ChangeField, ChangeState
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.identifiers import (
    is_valid_enterprise_number,
    is_valid_vat_number,
    normalise_enterprise_number,
    normalise_vat_number,
)
from app.domain.typed_text import checked_line, required_line
from app.models import ChangeRequest, Company
from app.models.change_request import LONGEST_TEXT
from app.services.audit import record
from app.services.change_notices import tell_asker, tell_managers
from app.services.companies import BELGIUM, correct_company
from app.services.versions import hold_company

SHOWN = 10
_LONGEST = {
    ChangeField.NAME: 200,
    ChangeField.ENTERPRISE_NUMBER: 40,
    ChangeField.VAT_NUMBER: 40,
}


class NothingAsked(DomainError):
    """Every value is the one that is stored."""

    code = "nothing_asked"


class ChangeAskedAlready(DomainError):
    """A change of the same field waits for a decision."""

    code = "change_asked_already"


class ChangeSettled(DomainError):
    """The request was decided or withdrawn meanwhile."""

    code = "change_settled"


class ChangeOfSomebodyElse(DomainError):
    """Only who asked for it withdraws it."""

    code = "change_of_somebody_else"


class OwnChange(DomainError):
    """Nobody decides what they asked for themselves."""

    code = "own_change"


class ValueChangedMeanwhile(DomainError):
    """The company has another value by now than the one that was shown to whoever accepts."""

    code = "value_changed_meanwhile"


class ReplyMissing(DomainError):
    """Whoever asked is told why it is refused."""

    code = "reply_missing"


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks or decides: their number, and their name as mails say it."""

    user_id: int
    name: str


Values = Mapping[ChangeField, str | None]
"""What a field is to be; None for nothing. A field that is left out stays as it is."""


def ask_for_changes(
    session: Session, company: Company, wanted: Values, *, reason: str, by: Person
) -> list[ChangeRequest]:
    """Ask for each value that differs from the stored one; the account managers are told in one mail.

    Check digits only warn: `doubtful` says before what looks wrong.

    Raises:
        NothingAsked, ChangeAskedAlready
        TextMissing, TextTooLong: with the field at fault; only a VAT number can be asked away.
    """
    why = required_line(reason, field="reason", longest=LONGEST_TEXT)
    hold_company(session, company.id)
    session.refresh(company)
    changed = {
        field: value
        for field, value in checked_values(wanted, company).items()
        if not _is_same(field, value, value_of(company, field))
    }
    if not changed:
        raise NothingAsked
    for one in open_requests(session, company.id):
        if one.field in changed:
            raise ChangeAskedAlready(field=one.field.column)
    asked = [_request(company, field, changed[field], why, by) for field in changed]
    session.add_all(asked)
    session.flush()
    for one in asked:
        changes = {one.field.column: (one.old_value, one.new_value), "reason": (None, why)}
        record(session, AuditAction.CHANGE_REQUESTED, target=one, changes=changes)
    tell_managers(session, company, asked, by=by.name)
    return asked


def doubtful(company: Company, wanted: Values) -> list[ChangeField]:
    """The identifiers among the values that differ whose check digits look wrong."""
    return [
        field
        for field, value in wanted.items()
        if value
        and not _is_same(field, value, value_of(company, field))
        and not _has_right_digits(field, value, country=company.country)
    ]


def withdraw_change(session: Session, request: ChangeRequest, *, by_id: int) -> None:
    """Take back what one asked for.

    Raises:
        ChangeSettled, ChangeOfSomebodyElse
    """
    _hold(session, request)
    if request.asked_by_id != by_id:
        raise ChangeOfSomebodyElse
    _end(request, ChangeState.WITHDRAWN)
    session.flush()
    gone = {request.field.column: (request.old_value, request.new_value)}
    record(session, AuditAction.CHANGE_WITHDRAWN, target=request, changes=gone)


def accept_change(
    session: Session, request: ChangeRequest, *, seen: str | None, reply: str | None, by: Person
) -> None:
    """Give the company the value that was asked for; whoever asked is told.

    `seen` is the present value as it was shown to whoever accepts.

    Raises:
        ChangeSettled, OwnChange, TextTooLong
        ValueChangedMeanwhile: nothing was overwritten.
        EnterpriseNumberTaken: another company has it; the transaction is to be rolled back.
    """
    said = checked_line(reply, field="reply", longest=LONGEST_TEXT)
    _begin_decision(session, request, by)
    session.refresh(request.company)
    if (value_of(request.company, request.field) or None) != (seen or None):
        raise ValueChangedMeanwhile
    correct_company(session, request.company, {request.field.column: request.new_value})
    _decide(session, request, ChangeState.ACCEPTED, reply=said, by=by)


def refuse_change(
    session: Session, request: ChangeRequest, *, reply: str | None, by: Person
) -> None:
    """Leave the company as it is; whoever asked is told why.

    Raises:
        ChangeSettled, OwnChange, ReplyMissing, TextTooLong
    """
    said = checked_line(reply, field="reply", longest=LONGEST_TEXT)
    if said is None:
        raise ReplyMissing(field="reply")
    _begin_decision(session, request, by)
    _decide(session, request, ChangeState.REFUSED, reply=said, by=by)


def open_requests(session: Session, company_id: int) -> list[ChangeRequest]:
    """What waits for a decision."""
    statement = select(ChangeRequest).where(
        ChangeRequest.company_id == company_id, ChangeRequest.state == ChangeState.OPEN
    )
    return list(session.scalars(statement))


def find_request(session: Session, company_id: int, public_id: UUID) -> ChangeRequest | None:
    """One request of a company."""
    statement = select(ChangeRequest).where(
        ChangeRequest.company_id == company_id, ChangeRequest.public_id == public_id
    )
    return session.scalars(statement).one_or_none()


def latest_requests(session: Session, company_id: int) -> list[ChangeRequest]:
    """The last requests of a company, the newest first, with who asked."""
    statement = (
        select(ChangeRequest)
        .where(ChangeRequest.company_id == company_id)
        .options(joinedload(ChangeRequest.asked_by))
        .order_by(ChangeRequest.created_at.desc(), ChangeRequest.id.desc())
        .limit(SHOWN)
    )
    return list(session.scalars(statement))


def value_of(company: Company, field: ChangeField) -> str | None:
    """The present value."""
    value: str | None = getattr(company, field.column)
    return value


def checked_values(wanted: Values, company: Company) -> dict[ChangeField, str | None]:
    """The same values in one line each.

    Raises:
        TextMissing, TextTooLong: with the field at fault.
    """
    found: dict[ChangeField, str | None] = {}
    for field, typed in wanted.items():
        limits: dict[str, object] = {"field": field.column, "longest": _LONGEST[field]}
        is_needed = field is not ChangeField.VAT_NUMBER and value_of(company, field)
        check = required_line if is_needed else checked_line
        found[field] = check(typed, **limits)  # type: ignore[arg-type]
    return found


def _has_right_digits(field: ChangeField, value: str, *, country: str) -> bool:
    if field is ChangeField.ENTERPRISE_NUMBER:
        return country != BELGIUM or is_valid_enterprise_number(value)
    return field is not ChangeField.VAT_NUMBER or is_valid_vat_number(value)


def _is_same(field: ChangeField, one: str | None, other: str | None) -> bool:
    """Numbers by their digits: another spelling is no change."""
    return _compact(field, one or "") == _compact(field, other or "")


def _compact(field: ChangeField, value: str) -> str:
    if field is ChangeField.ENTERPRISE_NUMBER:
        return normalise_enterprise_number(value)
    return normalise_vat_number(value) if field is ChangeField.VAT_NUMBER else value


def _request(
    company: Company, field: ChangeField, value: str | None, reason: str, by: Person
) -> ChangeRequest:
    return ChangeRequest(
        company_id=company.id,
        field=field,
        old_value=value_of(company, field),
        new_value=value,
        reason=reason,
        state=ChangeState.OPEN,
        asked_by_id=by.user_id,
    )


def _hold(session: Session, request: ChangeRequest) -> None:
    """Let one of two who decide at once come first."""
    hold_company(session, request.company_id)
    session.refresh(request)
    if not request.is_open:
        raise ChangeSettled


def _begin_decision(session: Session, request: ChangeRequest, by: Person) -> None:
    _hold(session, request)
    if request.asked_by_id == by.user_id:
        raise OwnChange


def _decide(
    session: Session, request: ChangeRequest, state: ChangeState, *, reply: str | None, by: Person
) -> None:
    request.reply, request.decided_by_id = reply, by.user_id
    _end(request, state)
    session.flush()
    changes = {request.field.column: (request.old_value, request.new_value)}
    said = {"reply": (None, reply)} if reply else {}
    is_accepted = state is ChangeState.ACCEPTED
    action = AuditAction.CHANGE_ACCEPTED if is_accepted else AuditAction.CHANGE_REFUSED
    record(session, action, target=request, changes=changes | said)
    tell_asker(session, request, by=by.name)


def _end(request: ChangeRequest, state: ChangeState) -> None:
    if state not in CHANGE_MOVES[request.state]:
        raise ChangeSettled
    request.state, request.decided_at = state, now()
