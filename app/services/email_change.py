"""Another e-mail address for somebody: asked for, confirmed by a link at the new one, told to the old one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.mail import MailKind
from app.domain.tokens import OF_THE_ACCOUNT, TokenPurpose
from app.domain.typed_text import is_email_address, normalise_email, one_line
from app.models import PortalUser, Token
from app.services.administrator_notices import have_administrators_told
from app.services.audit import record
from app.services.mail import write_mail
from app.services.sessions import end_sessions_of, hold_sign_ins
from app.services.tokens import LinkDead, find_token, issue_token, revoke_tokens, use_token
from app.services.users import LONGEST_SIGN_IN_NAME, EmailMalformed, EmailTaken

_PURPOSES = (TokenPurpose.CONFIRM_EMAIL,)


class EmailUnchanged(DomainError):
    """It is the address that the person signs in with already."""

    code = "email_unchanged"


class NothingToConfirm(DomainError):
    """No other address waits for its confirmation: it was confirmed, cancelled, or nobody did so in time."""

    code = "nothing_to_confirm"


@dataclass(frozen=True, slots=True)
class PendingEmail:
    """An address that somebody asked for and has not confirmed yet."""

    address: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the link in a mail would do: whose account gets which address."""

    user: PortalUser
    new_address: str
    token: Token


def request_email_change(session: Session, user_id: int, typed: str, *, secret_key: str) -> str:
    """Send a link to another address and return it as it will be; until the link is used, nothing changes.

    Whether somebody signs in with that address already is not looked at: the answer would tell who is a customer
    (OWASP ASVS 5, 6.3.8). A request made before is replaced.

    Raises:
        EmailMalformed, EmailUnchanged
    """
    user = session.get_one(PortalUser, user_id)
    address = normalise_email(one_line(typed) or "")
    if len(address) > LONGEST_SIGN_IN_NAME or not is_email_address(address):
        raise EmailMalformed(field="email")
    if address == user.username:
        raise EmailUnchanged(field="email")
    _send(session, user, address, secret_key=secret_key)
    changes = {"email": (user.email, address)}
    record(session, AuditAction.EMAIL_CHANGE_REQUESTED, target=user, changes=changes)
    return address


def pending_email(session: Session, user_id: int) -> PendingEmail | None:
    """The address that waits to be confirmed."""
    row = session.execute(
        select(Token.email, Token.created_at, Token.expires_at)
        .where(
            Token.user_id == user_id,
            Token.purpose.in_(_PURPOSES),
            Token.used_at.is_(None),
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
        )
        .order_by(Token.id.desc())
        .limit(1)
    ).first()
    return None if row is None else PendingEmail(*row)


def resend_email_change(session: Session, user_id: int, *, secret_key: str) -> str:
    """Send a new link to the address that waits; the one sent before opens nothing any more.

    Raises:
        NothingToConfirm
    """
    waiting = pending_email(session, user_id)
    if waiting is None:
        raise NothingToConfirm
    user = session.get_one(PortalUser, user_id)
    _send(session, user, waiting.address, secret_key=secret_key)
    return waiting.address


def cancel_email_change(session: Session, user_id: int) -> None:
    """Leave the address as it is: the link that was sent opens nothing any more."""
    revoke_tokens(session, user_id, _PURPOSES)


def find_email_change(session: Session, secret: str) -> Confirmation:
    """What a link would do; looking changes nothing.

    Raises:
        LinkDead: nothing, it opens nothing any more, or the person may no longer sign in.
    """
    token = find_token(session, _PURPOSES, secret)
    user = session.get(PortalUser, token.user_id)
    if user is None or not user.active:
        raise LinkDead
    return Confirmation(user, token.email, token)


def confirm_email_change(
    session: Session,
    found: Confirmation,
    *,
    keep_session_id: int | None = None,
    ip: str | None = None,
    request_id: str | None = None,
) -> None:
    """Make the new address the one to sign in with; of ten who use the link at once, one does.

    Every other link of the account opens nothing any more and its sessions end, maybe but one: whoever reads the
    old mailbox has no way left. The old address is told, and so is whoever administers a company together with
    the person. Whoever is refused has not used the link up.

    Raises:
        LinkDead: somebody was quicker.
        EmailTaken: somebody else signs in with the address. Only who reads its mail is told so.
    """
    user, old, new = found.user, found.user.email, found.new_address
    hold_sign_ins(session, user.id)  # the person before their links, as everywhere
    use_token(session, found.token)
    session.refresh(user)
    _take_address(session, user, new)
    revoke_tokens(session, user.id, OF_THE_ACCOUNT)
    end_sessions_of(session, user.id, except_id=keep_session_id)
    actor = Actor(user.id, user.name, None, ip, request_id)
    changes = {"email": (old, new)}
    record(session, AuditAction.EMAIL_CHANGED, target=user, changes=changes, actor=actor)
    write_mail(
        session,
        MailKind.EMAIL_CHANGED,
        to=old,
        language=user.language,
        context={"new_email": new, "at": now()},
        user_id=user.id,
    )
    have_administrators_told(session, user, AdministratorChange.EMAIL_CHANGED)


def _send(session: Session, user: PortalUser, address: str, *, secret_key: str) -> None:
    token = issue_token(
        session,
        TokenPurpose.CONFIRM_EMAIL,
        email=address,
        user_id=user.id,
        secret_key=secret_key,
    )
    write_mail(
        session,
        MailKind.CONFIRM_EMAIL,
        to=address,
        language=user.language,
        context={"new_email": address},
        token=token,
        user_id=user.id,
    )


def _take_address(session: Session, user: PortalUser, address: str) -> None:
    """The database decides between two who take one address at the same instant."""
    try:
        with session.begin_nested():
            user.username = user.email = address
            session.flush()
    except IntegrityError as error:
        raise EmailTaken(field="email") from error
