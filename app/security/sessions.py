"""Flask's session: on the server for whoever is signed in, in a signed cookie for whoever is not."""

import json
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from flask import Flask, Request, Response, current_app, g, request
from flask import session as flask_session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.access import SignInMethod
from app.domain.clock import now
from app.extensions import db
from app.models import LoginSession
from app.security.principal import Principal
from app.security.signed_in import SignedIn, find_signed_in
from app.services import sessions as rows
from app.services.devices import note_device
from app.services.memberships import touch_membership

log = logging.getLogger(__name__)

_DEVICE: Final = re.compile(r"[\w-]{43}", re.ASCII)


class PortalSession(SessionMixin):
    """Read when first looked at: static files and health checks ask the database for nothing."""

    def __init__(self, interface: "PortalSessions", asked: Request) -> None:
        self._interface = interface
        self._request = asked
        self._data: dict[str, Any] | None = None
        self._signed_in: SignedIn | None = None
        self.new_token: str | None = None
        self.new_id = 0
        self.renewed_token: str | None = None
        self.device: str | None = None
        self.modified = False

    @property
    def signed_in(self) -> SignedIn | None:
        """Who the cookie says is there; None for a visitor, also after a session has ended."""
        self._read()
        return self._signed_in

    @property
    def is_known(self) -> bool:
        """Whether it was read, or begun: `accessed` is also set where reading failed."""
        return self._data is not None

    def start(self, login: LoginSession, token: str, *, device: str | None = None) -> None:
        """Go on as somebody who has just signed in: nothing of the visitor's session survives."""
        self._data, self._signed_in, self.new_token = json.loads(login.data), None, token
        self.device, self.new_id = device, login.id
        self.modified = False  # the row has it

    def renew(self, token: str, who: SignedIn) -> None:
        """Go on as the same person with the same data, under another token."""
        self._signed_in, self.renewed_token = who, token

    def leave(self) -> None:
        """Go on as a visitor."""
        self._data, self._signed_in, self.new_token = {}, None, ""
        self.modified = True

    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._read()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._read()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, Any]:
        if self._data is None:
            self._signed_in, self._data = self._interface.read(self._request)
        return self._data


class PortalSessions(SecureCookieSessionInterface):
    """`sid` names a row of `login_session`; `visitor` is a signed cookie with form token and messages.

    `device` stays when the session ends: a sign-in from a browser that is known goes without a mail.
    """

    def open_session(self, app: Flask, request: Request) -> Any:
        return PortalSession(self, request)

    def read(self, asked: Request) -> tuple[SignedIn | None, dict[str, Any]]:
        token = asked.cookies.get(_sid_name(current_app))
        if token:
            company: UUID | None = g.get("company_in_path")
            signed_in = find_signed_in(db.session(), rows.hash_token(token), company)
            if signed_in is not None:
                return signed_in, json.loads(signed_in.data)
        return None, dict(super().open_session(current_app, asked) or {})

    def get_cookie_name(self, app: Flask) -> str:
        """The visitor's; the base class reads and writes it."""
        return _sid_name(app).replace("sid", "visitor")

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        if not session.is_known:
            return
        response.vary.add("Cookie")
        if session.new_token:
            _keep_new(session)
            self._send(app, response, session.new_token)
            if session.device:
                name = _device_name(app)
                self._send(app, response, session.device, name=name, lifetime=rows.REMEMBERED)
            response.delete_cookie(
                self.get_cookie_name(app), path="/", secure=self.get_cookie_secure(app)
            )
        elif session.signed_in is not None:
            _keep(session)
            if session.renewed_token:
                self._send(app, response, session.renewed_token)
        else:
            if session.new_token == "":
                response.delete_cookie(_sid_name(app), path="/", secure=self.get_cookie_secure(app))
            super().save_session(app, session, response)

    def _send(
        self,
        app: Flask,
        response: Response,
        value: str,
        *,
        name: str = "",
        lifetime: timedelta | None = None,
    ) -> None:
        response.set_cookie(
            name or _sid_name(app),
            value,
            max_age=lifetime,
            httponly=True,
            path="/",
            secure=self.get_cookie_secure(app),
            samesite="Lax",
        )


def sign_in(
    user_id: int,
    *,
    method: SignInMethod = SignInMethod.PASSWORD,
    has_second_step: bool = False,
) -> int:
    """Start a session for the browser that is asking and return its id; the caller commits.

    The token is new, so a cookie planted before the sign-in is worth nothing after it.
    """
    former = _current().signed_in
    if former is not None:
        rows.end_session(db.session(), former.session_id)
    login, token = rows.start_session(
        db.session(),
        user_id,
        ip=request.remote_addr,
        user_agent=request.user_agent.string,
        method=method,
        has_second_step=has_second_step,
    )
    login.data = json.dumps(json.loads(login.data) | {"csrf_token": secrets.token_hex(20)})
    device = _device()
    note_device(db.session(), login, device, request_id=g.get("request_id"))
    _current().start(login, token, device=device)
    return login.id


def renew_sign_in(*, has_second_step: bool = False, is_proof: bool = True) -> None:
    """Note that who is asking has just proved again who they are; the caller commits.

    The token is new, for what the session may do from now on is more. The forms of its other pages stay good.
    Without `is_proof` only the token is new: or one sensitive act would keep the session fresh for the next.
    """
    current = _current()
    who = current.signed_in
    if who is None:
        return
    token = rows.renew_session(
        db.session(), who.session_id, has_second_step=has_second_step, is_proof=is_proof
    )
    at = now()
    second_step_at = at if has_second_step else who.second_step_at
    proved_at = at if is_proof else who.authenticated_at
    current.renew(token, replace(who, authenticated_at=proved_at, second_step_at=second_step_at))


def sign_out() -> None:
    """End the session of the browser that is asking; the caller commits."""
    signed_in = _current().signed_in
    if signed_in is not None:
        rows.end_session(db.session(), signed_in.session_id)
    _current().leave()


def signed_in() -> SignedIn | None:
    """The session and user behind this request."""
    return _current().signed_in


def has_lost_session() -> bool:
    """Whether the browser brought the cookie of a session that has ended."""
    return bool(request.cookies.get(_sid_name(current_app))) and signed_in() is None


def _current() -> PortalSession:
    return cast("PortalSession", flask_session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


def _keep(session: PortalSession) -> None:
    """Write back what changed, and at most once a minute that somebody was here."""
    who = session.signed_in
    if who is None:
        return
    is_stale = now() - who.last_seen_at > rows.SEEN_EVERY
    company_id = _company_to_note()
    if not (session.modified or is_stale or company_id):
        return
    with _written_by_the_way() as database:
        if session.modified:
            rows.keep_session_data(database, who.session_id, json.dumps(dict(session)))
        if is_stale:
            rows.touch_session(database, who.session_id, created_at=who.created_at)
        if company_id is not None:
            touch_membership(database, company_id, who.user_id)


def _keep_new(session: PortalSession) -> None:
    """Write what was put into a session in the request that began it, such as what its first page will say."""
    if session.modified:
        with _written_by_the_way() as database:
            rows.keep_session_data(database, session.new_id, json.dumps(dict(session)))


@contextmanager
def _written_by_the_way() -> Iterator[Session]:
    """The page is made. A busy database must not take it from its reader for a note of our own."""
    database = db.session()
    try:
        database.rollback()  # the view has committed what it wanted to keep
        yield database
        database.commit()
    except SQLAlchemyError as error:
        database.rollback()
        log.warning("session not written: %s", type(error).__name__)


def _company_to_note() -> int | None:
    """The company of this request, when its people should read that this person was there; else None."""
    person = g.get(
        "_login_user"
    )  # where Flask-Login keeps whom it has loaded: nothing is loaded for this
    if not isinstance(person, Principal) or person.company is None:
        return None
    is_fresh = person.seen_at is not None and now() - person.seen_at <= rows.SEEN_EVERY
    return None if is_fresh else person.company.id


def _device() -> str:
    """What this browser is recognised by from now on; it opens nothing."""
    brought = request.cookies.get(_device_name(current_app), "")
    return brought if _DEVICE.fullmatch(brought) else secrets.token_urlsafe(32)


def _sid_name(app: Flask) -> str:
    return str(app.config["SESSION_COOKIE_NAME"])


def _device_name(app: Flask) -> str:
    return _sid_name(app).replace("sid", "device")
