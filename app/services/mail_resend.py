"""Sending a mail again: written anew, with a link of its own where it had one; refused where that makes no sense."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.actors import SYSTEM, Actor
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.mail import MailState
from app.domain.mail_contents import CONTENTS
from app.domain.tokens import TokenPurpose
from app.models import Invitation, OutgoingMail, PortalUser, Token
from app.services.audit import record
from app.services.invitations import Inviter, resend_invitation
from app.services.mail import write_mail
from app.services.password_reset import start_reset
from app.services.tokens import issue_token

_ON_ITS_WAY = frozenset({MailState.QUEUED, MailState.SENDING, MailState.DEFERRED})


class MailOnItsWay(DomainError):
    """It is still going to be sent, or tried again, by itself."""

    code = "mail_on_its_way"


class MailOutOfDate(DomainError):
    """What the mail was for is settled, or has changed: its link was used or withdrawn, or the address is another."""

    code = "mail_out_of_date"


def resend_mail(session: Session, mail: OutgoingMail, *, secret_key: str) -> None:
    """Have it sent once more; a link in it is a new one, and the former opens nothing any more.

    Who may do this for whom is the caller's to check. `secret_key` is the deployment's.

    Raises:
        MailOnItsWay, MailOutOfDate
        UserDisabled, TooManyAttempts: no link for a password is sent to this person, or no more for now.
        InvitationSettled, AccessEndsInThePast: it invites to what can no longer be accepted.
    """
    if mail.state in _ON_ITS_WAY:
        raise MailOnItsWay
    purpose = CONTENTS[mail.kind].purpose
    again = (
        _written(session, mail, None)
        if purpose is None
        else _RENEWALS[purpose](session, mail, secret_key)
    )
    if again is not None:
        again.resend_of_id = mail.id
        session.flush()
    record(session, AuditAction.MAIL_RESENT, target=mail)


def _renew_password_link(
    session: Session, mail: OutgoingMail, secret_key: str
) -> OutgoingMail | None:
    """To somebody who still signs in with this address; the mail says who sent it."""
    token = _unused_token(session, mail)
    user = session.get(PortalUser, token.user_id) if token.user_id is not None else None
    if user is None or user.email != mail.to_email:
        raise MailOutOfDate
    start_reset(session, user, secret_key=secret_key, by=_actor(session).name)
    latest = select(OutgoingMail).where(OutgoingMail.user_id == user.id)
    return session.scalar(latest.order_by(OutgoingMail.id.desc()).limit(1))


def _renew_confirmation(
    session: Session, mail: OutgoingMail, secret_key: str
) -> OutgoingMail | None:
    """As long as the person has neither cancelled nor changed what they asked for."""
    token = _unused_token(session, mail)
    if token.revoked_at is not None:
        raise MailOutOfDate
    fresh = issue_token(
        session, token.purpose, email=token.email, user_id=token.user_id, secret_key=secret_key
    )
    return _written(session, mail, fresh)


def _renew_invitation(session: Session, mail: OutgoingMail, secret_key: str) -> OutgoingMail | None:
    """By the rules of invitations, which know whether there is still something to accept."""
    invitation = session.scalar(select(Invitation).where(Invitation.mail_id == mail.id))
    if invitation is None:
        raise MailOutOfDate
    actor = _actor(session)
    by = Inviter(actor.user_id, actor.name)
    resend_invitation(session, invitation, by=by, secret_key=secret_key)
    return session.get(OutgoingMail, invitation.mail_id)


_Renewal = Callable[[Session, OutgoingMail, str], OutgoingMail | None]
_RENEWALS: Mapping[TokenPurpose, _Renewal] = MappingProxyType(
    {
        TokenPurpose.RESET_PASSWORD: _renew_password_link,
        TokenPurpose.FIRST_PASSWORD: _renew_password_link,
        TokenPurpose.CONFIRM_EMAIL: _renew_confirmation,
        TokenPurpose.INVITATION: _renew_invitation,
    }
)


def _unused_token(session: Session, mail: OutgoingMail) -> Token:
    token = session.get(Token, mail.token_id) if mail.token_id is not None else None
    if token is None or token.used_at is not None:
        raise MailOutOfDate
    return token


def _written(session: Session, mail: OutgoingMail, token: Token | None) -> OutgoingMail | None:
    return write_mail(
        session,
        mail.kind,
        to=mail.to_email,
        language=mail.language,
        # of a former version's mail, what the kind still tells
        context={name: mail.context.get(name) for name in CONTENTS[mail.kind].facts},
        token=token,
        user_id=mail.user_id,
        company_id=mail.company_id,
        attachments=mail.attachments,
    )


def _actor(session: Session) -> Actor:
    return session.info.get("actor") or SYSTEM
