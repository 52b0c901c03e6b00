"""The second step in somebody's own account: set up, recovery codes, switched off."""

from http import HTTPStatus
from typing import ClassVar

import segno
from flask import Flask, Response, current_app, make_response, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.extensions import db, ports
from app.fab.messages import add_to_form
from app.fab.portal import expose
from app.fab.redirects import see_other
from app.models import PortalUser
from app.security.access import current_principal, requires_sign_in
from app.security.fresh import requires_fresh
from app.security.sessions import renew_sign_in
from app.services.issuer import issuer_card
from app.services.second_step import (
    SecondStepMissing,
    check_second_step,
    renew_recovery_codes,
    status_of,
    switch_off,
)
from app.services.second_step_set_up import begin_set_up, finish_set_up, set_up_of
from app.services.throttle import Limit, forgive_attempt, second_step_limits
from app.views.auth.account_page import AccountPage, this_person
from app.views.auth.second_step import CodeForm
from app.views.throttled import count_or_refuse

HOME = "/account/second-step"
SET_UP = f"{HOME}/set-up"
OPEN_WITHOUT = frozenset({"second_step", "confirm"})
"""What somebody may open who must set up a second step first, beside what is public."""


class SecondStepPages(AccountPage):
    """Each act asks for a fresh sign-in; what shows the seed or the codes shows them once."""

    endpoint_name = "second_step"
    set_up_template: ClassVar[str] = "auth/second_step_set_up.html"

    @expose(HOME)
    @requires_sign_in
    def show(self) -> str:
        return self.render("auth/second_step.html", second_step=second_step_card())

    @expose(f"{HOME}/start", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def start(self) -> BaseResponse:
        """Make a new seed: whoever begins again, on another phone too, finds the former one void."""
        try:
            begin_set_up(db.session(), _person(), vault=ports().vault)
        except DomainError as error:
            return self.refuse(error, url=HOME)
        db.session.commit()
        return see_other(SET_UP)

    @expose(SET_UP, methods=["GET", "POST"])
    @requires_sign_in
    @requires_fresh
    def set_up(self) -> BaseResponse:
        form = CodeForm()
        try:
            if request.method != "POST":
                return self._set_up_page(form)
            if not form.validate():
                return self._set_up_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            return self._switch_on(form)
        except SecondStepMissing:
            db.session.rollback()
            return see_other(HOME)

    @expose(f"{HOME}/recovery-codes", methods=["POST"])
    @requires_sign_in
    @requires_fresh
    def make_codes(self) -> BaseResponse:
        """Counted like a try of a code, and not taken back: ten hashes keep everybody's sign-in waiting."""
        _counted()
        try:
            codes = renew_recovery_codes(db.session(), _person())
        except DomainError as error:
            return self.refuse(error, url=HOME)
        renew_sign_in(is_proof=False)
        db.session.commit()
        return self._codes_page(codes, is_new=False)

    @expose(f"{HOME}/off", methods=["GET", "POST"])
    @requires_sign_in
    @requires_fresh
    def off(self) -> BaseResponse:
        if not second_step_card()["is_on"]:
            return see_other(HOME)
        form = CodeForm()
        if request.method != "POST":
            return self._off_page(form)
        if not form.validate():
            return self._off_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        limits = _counted()
        try:
            self._switch_off(form.code.data or "", limits)
        except DomainError as error:
            db.session.commit()  # the event of the failure
            add_to_form(form, error)
            return self._off_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.saved(_("The second step is switched off."), HOME)

    def render(self, template: str, **context: object) -> str:
        """In the bare layout for somebody who may open nothing else yet."""
        person = this_person()
        if person.must_set_up:
            return super(AccountPage, self).render(template, layout="layouts/auth.html", **context)
        return super().render(template, **context)

    def _switch_on(self, form: CodeForm) -> BaseResponse:
        """Raises SecondStepMissing: it was finished meanwhile, in another tab."""
        session, person = db.session(), this_person()
        _counted()  # not taken back: ten hashes keep everybody's sign-in waiting
        try:
            codes = finish_set_up(
                session,
                _person(),
                form.code.data or "",
                vault=ports().vault,
                session_id=person.session_id,
            )
        except SecondStepMissing:
            raise
        except DomainError as error:
            session.rollback()
            add_to_form(form, error)
            return self._set_up_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        renew_sign_in(has_second_step=True, is_proof=False)
        session.commit()
        return self._codes_page(codes, is_new=True)

    def _switch_off(self, typed: str, limits: tuple[Limit, ...]) -> None:
        """Raises CodeRefused, SecondStepMissing, HashingBusy."""
        session, user = db.session(), _person()
        check_second_step(session, user, typed, vault=ports().vault)
        switch_off(session, user, keep_session_id=this_person().session_id)
        forgive_attempt(session, limits)
        renew_sign_in(is_proof=False)
        session.commit()

    def _set_up_page(self, form: FlaskForm, *, status: int = HTTPStatus.OK) -> Response:
        issuer = issuer_card(db.session()).name
        about = set_up_of(db.session(), _person(), vault=ports().vault, issuer=issuer)
        groups = [about.key[start : start + 4] for start in range(0, len(about.key), 4)]
        page = self.render(
            self.set_up_template, form=form, uri=about.uri, qr=_qr(about.uri), groups=groups
        )
        return make_response(page, status)

    def _off_page(self, form: FlaskForm, *, status: int = HTTPStatus.OK) -> Response:
        page = self.render("auth/second_step_off.html", form=form, second_step=second_step_card())
        return make_response(page, status)

    def _codes_page(self, codes: tuple[str, ...], *, is_new: bool) -> Response:
        """In the answer to the POST and nowhere else: they are kept nowhere, so no address can show them."""
        lines = [issuer_card(db.session()).name, this_person().email, "", *codes, ""]
        page = self.render(
            "auth/recovery_codes.html", codes=codes, text="\n".join(lines), is_new=is_new
        )
        return make_response(page)


def register_set_up_gate(app: Flask) -> None:
    """Lead whoever must set up a second step there, whatever they ask for."""
    app.before_request(_lead_to_set_up)


def second_step_card() -> dict[str, object]:
    """What the card of the account page says: see `auth/second_step_card.html`."""
    person = this_person()
    status = status_of(db.session(), person.user_id)
    is_required = current_app.extensions["settings"].needs_staff_second_step
    is_demo = not current_app.extensions["settings"].is_production
    is_staff = person.is_staff or person.must_set_up
    return {
        "is_on": status.is_on,
        "since": status.since,
        "codes_left": status.codes_left,
        "is_required": is_staff and is_required,
        "must_set_up": person.must_set_up,
        "is_spared_by_demo": is_staff and is_demo and not is_required,
    }


def _lead_to_set_up() -> BaseResponse | None:
    if not current_app.extensions["settings"].needs_staff_second_step:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "is_public", False) or request.blueprint in OPEN_WITHOUT:
        return None
    principal = current_principal()
    return see_other(HOME) if principal is not None and principal.must_set_up else None


def _person() -> PortalUser:
    return db.session.get_one(PortalUser, this_person().user_id)


def _counted() -> tuple[Limit, ...]:
    """The limits under which the try was counted, for good and before it is looked at.

    Raises:
        TooManyAttempts
    """
    limits = second_step_limits(
        str(current_app.secret_key), account=this_person().email, ip=request.remote_addr
    )
    count_or_refuse(limits, throttled=AuditAction.SIGN_IN_THROTTLED)
    return limits


def _qr(uri: str) -> Markup:
    """The code as an SVG element, with the white around it that cameras need."""
    code = segno.make(uri, error="l", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    label = Markup.escape(_("QR code for your app"))
    described = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return Markup(described)  # noqa: S704 - made by segno of modules and path commands
