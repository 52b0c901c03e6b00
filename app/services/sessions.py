"""Sign-in sessions: started, seen, ended; one row each, so that every one of them can be ended."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, update
from sqlalchemy.orm import Session, aliased

from app.domain.access import SignInMethod
from app.domain.clock import now
from app.models import LoginSession, PortalUser

IDLE = timedelta(hours=8)
"""A session that nobody used for this long has ended (OWASP ASVS 5, 7.3.1)."""
LONGEST = timedelta(days=7)
"""However much it is used, a session ends after this (OWASP ASVS 5, 7.3.2)."""
SEEN_EVERY = timedelta(seconds=60)
REMEMBERED = timedelta(days=400)
"""How long a browser is recognised: no cookie lives longer (RFC 6265bis, 5.5)."""


def hash_token(token: str) -> str:
    """What the table keeps of a cookie: SHA-256 in hexadecimal, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(
    session: Session,
    user_id: int,
    *,
    ip: str | None,
    user_agent: str | None,
    method: SignInMethod = SignInMethod.PASSWORD,
    has_second_step: bool = False,
) -> tuple[LoginSession, str]:
    """Add a session and return it with its token, which only the browser will know.

    `has_second_step` says that a code was given after the first step.
    """
    token = secrets.token_urlsafe(32)
    at = now()
    login = LoginSession(
        token_sha256=hash_token(token),
        user_id=user_id,
        created_at=at,
        authenticated_at=at,
        last_seen_at=at,
        expires_at=at + IDLE,
        ip=ip,
        method=method,
        second_step_at=at if has_second_step else None,
        user_agent=(user_agent or "")[:300] or None,
        data=json.dumps({"_user_id": str(user_id), "_fresh": True}),
    )
    session.add(login)
    session.flush()
    return login, token


def touch_session(session: Session, session_id: int, *, created_at: datetime | None = None) -> None:
    """Note that a session is in use, and postpone its end."""
    at = now()
    until = at + IDLE if created_at is None else min(at + IDLE, created_at + LONGEST)
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(last_seen_at=at, expires_at=until)
    )


def renew_session(
    session: Session, session_id: int, *, has_second_step: bool = False, is_proof: bool = True
) -> str:
    """Note that the person has just proved again who they are, and return the session's new token.

    The former token is worth nothing from the commit on (OWASP ASVS 5, 7.2.4). `has_second_step` says that a
    code was given as well. Without `is_proof` the time of the latest proof stays as it is.
    """
    token, at = secrets.token_urlsafe(32), now()
    values: dict[str, object] = {"token_sha256": hash_token(token)}
    if is_proof:
        values["authenticated_at"] = at
    if has_second_step:
        values["second_step_at"] = at
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(values)
    )
    return token


def keep_session_data(session: Session, session_id: int, data: str) -> None:
    """Store Flask's session of a signed-in browser, as JSON."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(data=data))


def hold_sign_ins(session: Session, user_id: int) -> None:
    """Let no other transaction begin a session of this person, or end them all, until ours ends.

    Whoever begins one looks afterwards whether what was proved still holds: else a sign-in with the former
    password, under way while it is changed, would outlive the change (OWASP ASVS 5, 7.4.3).
    """
    session.execute(
        update(PortalUser)
        .where(PortalUser.id == user_id)
        .values(active=PortalUser.active)
        .execution_options(synchronize_session=False)
    )


def end_session(session: Session, session_id: int) -> None:
    """End one session at once: its cookie is worth nothing from the commit on."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now(), data="{}")
    )


def end_sessions_of(session: Session, user_id: int, *, except_id: int | None = None) -> int:
    """End every session of a user, maybe but one; returns how many ended. Who is about to sign in is waited for."""
    hold_sign_ins(session, user_id)
    statement = (
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now(), data="{}")
    )
    if except_id is not None:
        statement = statement.where(LoginSession.id != except_id)
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]


def purge_sessions(session: Session, *, older_than: timedelta = timedelta(days=90)) -> int:
    """Delete the rows of sessions that ended long ago; returns how many.

    The latest in each browser stays for as long as the browser itself may be recognised, and the latest of each
    person for good: it tells when they were here, and that their next sign-in is not their first.
    """
    later = aliased(LoginSession)
    is_later = (later.user_id == LoginSession.user_id) & (later.id > LoginSession.id)
    same_browser = later.device_sha256.is_not_distinct_from(LoginSession.device_sha256)
    long_ago = LoginSession.expires_at < now() - max(older_than, REMEMBERED)
    statement = delete(LoginSession).where(
        LoginSession.expires_at < now() - older_than,
        exists().where(is_later, or_(same_browser, long_ago)),
    )
    deleted = session.execute(statement, execution_options={"synchronize_session": False})
    return deleted.rowcount  # type: ignore[attr-defined,no-any-return]
