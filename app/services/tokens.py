"""Single-use links: made, looked at, used once, revoked, swept away."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.tokens import LIFETIMES, TokenPurpose
from app.models import Token


class LinkDead(DomainError):
    """The link opens nothing: it was used, has expired, was replaced by a newer one, or never existed."""

    code = "link_dead"


def issue_token(
    session: Session,
    purpose: TokenPurpose,
    *,
    email: str,
    user_id: int | None = None,
    secret_key: str,
    keeps_others: bool = False,
) -> Token:
    """Make a link for `email`; those made before for the same purpose and person open nothing any more.

    `keeps_others` lets them be, where each belongs to a browser of its own.
    `secret_key` is the deployment's: `secret_of` makes the link of it, now and at each later attempt to send it.
    """
    if user_id is not None and not keeps_others:
        revoke_tokens(session, user_id, (purpose,))
    nonce = secrets.token_hex(16)
    at = now()
    token = Token(
        purpose=purpose,
        nonce=nonce,
        secret_sha256=_hash(_secret(purpose, nonce, secret_key)),
        user_id=user_id,
        email=email,
        created_at=at,
        expires_at=at + LIFETIMES[purpose],
    )
    session.add(token)
    session.flush()
    return token


def secret_of(token: Token, *, secret_key: str) -> str:
    """What the link carries: 256 bits that only the mail's reader and this deployment's key can tell."""
    return _secret(token.purpose, token.nonce, secret_key)


def find_token(session: Session, purposes: Iterable[TokenPurpose], secret: str) -> Token:
    """The token of a link that still opens something; looking changes nothing, for mail scanners look too.

    Raises:
        LinkDead
    """
    token = session.scalar(
        select(Token).where(
            Token.secret_sha256 == _hash(secret),
            Token.purpose.in_(tuple(purposes)),
            Token.used_at.is_(None),
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
        )
    )
    if token is None:
        raise LinkDead
    return token


def use_token(session: Session, token: Token) -> None:
    """Use a link up, in one statement: of ten who try at once, one wins. The caller commits with what it opened.

    Raises:
        LinkDead: somebody was quicker, or it has expired meanwhile.
    """
    used = session.execute(
        update(Token)
        .where(
            Token.id == token.id,
            Token.used_at.is_(None),
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise LinkDead
    session.refresh(token)


def revoke_token(session: Session, token_id: int) -> None:
    """Make one link open nothing from now on."""
    _revoke(session, Token.id == token_id)


def revoke_tokens(
    session: Session, user_id: int, purposes: Iterable[TokenPurpose] | None = None
) -> None:
    """Make the links of a person open nothing: all of them when disabled, some after a change of who they are."""
    wanted = [Token.user_id == user_id]
    if purposes is not None:
        wanted.append(Token.purpose.in_(tuple(purposes)))
    _revoke(session, *wanted)


def purge_tokens(session: Session, *, older_than: timedelta = timedelta(days=30)) -> int:
    """Delete links that expired long ago; returns how many."""
    statement = delete(Token).where(Token.expires_at < now() - older_than)
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]


def _revoke(session: Session, *wanted: object) -> None:
    session.execute(
        update(Token)
        .where(*wanted, Token.used_at.is_(None), Token.revoked_at.is_(None))  # type: ignore[arg-type]
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )


def _secret(purpose: TokenPurpose, nonce: str, secret_key: str) -> str:
    text = "\0".join(("token", purpose.value, nonce))
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
