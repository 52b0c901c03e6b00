"""The way in: what happens once somebody has proved who they are, whichever way they did."""

from dataclasses import dataclass

from flask import current_app, g, request, session
from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.tokens import TokenPurpose
from app.extensions import db
from app.fab.redirects import own_path, see_other
from app.models import PortalUser, Token
from app.security.sessions import sign_in, sign_out
from app.services.audit import record
from app.services.second_step import has_second_step
from app.services.tokens import LinkDead, find_token, issue_token, secret_of
from app.views.locale import remember_language

WAITING = "second_step"
"""Where the visitor's signed session keeps who has passed the first step: a token's secret, worth ten minutes."""

MESSAGES = "_flashes"
"""Flask's own name for what the next page will say."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who has passed the first step and owes the second."""

    user: PortalUser
    token: Token
    method: SignInMethod
    wanted: str | None


def enter(user: PortalUser, *, method: SignInMethod, wanted: str | None = None) -> Response:
    """Let somebody in who passed the first step, and commit: to `wanted`, a path of this site, else home.

    Who has a second step gets no session yet, and is asked for a code, however the first one was passed. Whoever
    was signed in here before is not any more.
    """
    language = user.language
    if has_second_step(db.session(), user.id):
        _wait(user, method=method, wanted=wanted)
        answer = see_other("/login/second-step")
    else:
        let_in(user, method=method)
        answer = see_other(wanted or "/")
    db.session.commit()
    return remember_language(answer, language)


def let_in(user: PortalUser, *, method: SignInMethod, has_second_step: bool = False) -> None:
    """Start the session; the caller has seen every step and commits."""
    sign_in(user.id, method=method, has_second_step=has_second_step)
    actor = Actor(user.id, user.name, None, request.remote_addr, g.get("request_id"))
    record(db.session(), AuditAction.SIGNED_IN, target=user, actor=actor)


def who_waits() -> Waiting:
    """Who has passed the first step in this browser.

    Raises:
        LinkDead: nobody, or it was too long ago; or the password was changed or the account disabled since.
    """
    kept = session.get(WAITING) or {}
    token = find_token(db.session(), (TokenPurpose.SECOND_STEP,), str(kept.get("secret", "")))
    user = db.session.get(PortalUser, token.user_id)
    if user is None or not user.active or _is_older_than_password(token, user):
        raise LinkDead
    return Waiting(user, token, SignInMethod(kept["method"]), own_path(kept.get("wanted")))


def wait_no_more() -> None:
    """Forget who has passed the first step here."""
    session.pop(WAITING, None)


def _wait(user: PortalUser, *, method: SignInMethod, wanted: str | None) -> None:
    messages = session.get(MESSAGES)
    sign_out()  # also leaves the visitor's session: what was planted in it does not come along
    if messages:
        session[MESSAGES] = messages
    secret_key = str(current_app.secret_key)
    token = issue_token(
        db.session(),
        TokenPurpose.SECOND_STEP,
        email=user.email,
        user_id=user.id,
        secret_key=secret_key,
        keeps_others=True,  # or whoever knows the password could stop its owner from signing in
    )
    secret = secret_of(token, secret_key=secret_key)
    session[WAITING] = {"secret": secret, "method": method.value, "wanted": wanted}


def _is_older_than_password(token: Token, user: PortalUser) -> bool:
    return user.password_set_at is not None and token.created_at < user.password_set_at
