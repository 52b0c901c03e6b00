"""A forgotten password: asked for without saying who exists, answered by a mail, settled by a link that works once."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.jobs import Task
from app.domain.mail import MailKind
from app.domain.tokens import FOR_A_PASSWORD, LIFETIMES, TokenPurpose
from app.models import PortalUser, Token
from app.queue import enqueue
from app.services.audit import record
from app.services.mail import write_mail
from app.services.throttle import TooManyAttempts, count_attempt, keyed_hash, reset_mail_limits
from app.services.tokens import LinkDead, find_token, issue_token, revoke_tokens, use_token
from app.services.users import hashed_for, keep_password

_MAILS = {
    TokenPurpose.RESET_PASSWORD: MailKind.RESET_PASSWORD,
    TokenPurpose.FIRST_PASSWORD: MailKind.FIRST_PASSWORD,
}


class UserDisabled(DomainError):
    """They may not sign in, so a new password would open nothing."""

    code = "user_disabled"


def request_reset(session: Session, email: str, *, secret_key: str, actor: Actor) -> None:
    """Have a link sent to `email`, if it is somebody's: the answer comes by mail alone, and from a worker.

    Known, disabled or unknown: the same rows are written, and nobody is looked up, so neither the answer nor its
    time tells who exists (OWASP ASVS 5, 6.3.8). The job carries an identifier only, as every job does. The address
    waits in the link that would be sent: it is nobody's yet, and is gone once the worker finds nobody.
    """
    link = issue_token(session, TokenPurpose.RESET_PASSWORD, email=email, secret_key=secret_key)
    arguments = {"link": str(link.public_id), "request": actor.request_id or ""}
    enqueue(session, Task.REQUEST_PASSWORD_RESET, arguments)
    stranger = keyed_hash(secret_key, "stranger", email)[:16]
    record(session, AuditAction.PASSWORD_RESET_REQUESTED, label=stranger, actor=actor)


def answer_reset_request(
    session: Session, link_id: UUID, *, secret_key: str, request_id: str | None
) -> None:
    """Send the link to the person whose address it waits for; called again, it does nothing more.

    Nobody gets a mail that says "no account here": anybody could have it sent to anybody. Who is sent too many
    keeps the latest link, which is good until they are sent another. Of two requests the newer one wins, in
    whichever order they are answered.
    """
    link = session.scalar(select(Token).where(Token.public_id == link_id))
    if link is None or link.user_id is not None:
        return
    user = _locked(session, PortalUser.username == link.email)
    if user is None or not user.active or not _is_wanted(session, link, user, secret_key):
        session.delete(link)
        return
    revoke_tokens(session, user.id, FOR_A_PASSWORD)
    link.user_id = user.id
    link.expires_at = now() + LIFETIMES[link.purpose]
    session.flush()
    _mail_link(session, link, user)
    visitor = Actor(None, "visitor", request_id=request_id or None)
    record(session, AuditAction.PASSWORD_RESET_REQUESTED, target=user, actor=visitor)


def start_reset(session: Session, user: PortalUser, *, secret_key: str, by: str) -> None:
    """Send somebody a link for a new password, or for their first one: nobody else chooses it for them.

    `by` is the name of who started it, which the mail says. Source: OWASP ASVS 5, 6.4.6.

    Raises:
        UserDisabled: they may not sign in.
        TooManyAttempts: they were sent several just now; the latest link is good.
    """
    if not user.active:
        raise UserDisabled
    count_attempt(session, reset_mail_limits(secret_key, email=user.email))
    send_password_link(session, user, secret_key=secret_key, by=by)
    record(session, AuditAction.PASSWORD_RESET_STARTED, target=user)


def send_password_link(
    session: Session, user: PortalUser, *, secret_key: str, by: str | None
) -> None:
    """Send the link by which a person chooses a password: for 7 days if it is their first, else for 30 minutes."""
    revoke_tokens(session, user.id, FOR_A_PASSWORD)
    is_first = user.password_set_at is None
    purpose = TokenPurpose.FIRST_PASSWORD if is_first else TokenPurpose.RESET_PASSWORD
    link = issue_token(session, purpose, email=user.email, user_id=user.id, secret_key=secret_key)
    _mail_link(session, link, user, by=by)


def find_link(session: Session, secret: str) -> Token:
    """The link that somebody has opened; looking uses nothing up, for mail scanners look too.

    Raises:
        LinkDead: it opens nothing, or nothing any more.
    """
    link = find_token(session, FOR_A_PASSWORD, secret)
    if link.user_id is None:  # nobody's yet: it was never sent
        raise LinkDead
    return link


def choose_password(session: Session, secret: str, password: str, *, actor: Actor) -> PortalUser:
    """Give the person behind a link the password they chose; the link, all others and every session end.

    `actor` is the visitor, who turns out to be that person. Of two who open one link the first sets the password
    and the second is refused; a password that breaks the rule uses nothing up. The hash is computed before
    anything is written, for other writers would wait for it.

    Raises:
        LinkDead: somebody was quicker, it has expired, or the person may not sign in any more.
        DomainError: the password breaks the rule (`check_password_rule`).
        HashingBusy: nothing was changed.
    """
    link = find_link(session, secret)
    hashed = hashed_for(session, session.get_one(PortalUser, link.user_id), password)
    user = _locked(session, PortalUser.id == link.user_id)  # before its links, as everywhere
    use_token(session, link)
    if user is None or not user.active:
        raise LinkDead
    keep_password(session, user, hashed, actor=replace(actor, user_id=user.id, name=user.name))
    return user


def _is_wanted(session: Session, link: Token, user: PortalUser, secret_key: str) -> bool:
    """Whether a link asked for is the latest one, and the person was not sent too many already."""
    newer = select(Token.id).where(
        Token.user_id == user.id, Token.purpose.in_(FOR_A_PASSWORD), Token.id > link.id
    )
    if session.scalar(newer.limit(1)) is not None:
        return False
    try:
        count_attempt(session, reset_mail_limits(secret_key, email=user.email))
    except TooManyAttempts:
        return False
    return True


def _mail_link(session: Session, link: Token, user: PortalUser, *, by: str | None = None) -> None:
    write_mail(
        session,
        _MAILS[link.purpose],
        to=user.email,
        language=user.language,
        context={"by": by},
        token=link,
        user_id=user.id,
        key=f"link {link.public_id}",
    )


def _locked(session: Session, whose: ColumnElement[bool]) -> PortalUser | None:
    """The person as they are now, until the commit: who is being disabled meanwhile waits, or is waited for."""
    statement = select(PortalUser).where(whose).with_for_update(of=PortalUser)
    return session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
