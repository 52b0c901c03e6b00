"""Choosing a password by the link of a mail: opening it uses nothing up, choosing does."""

from http import HTTPStatus
from typing import ClassVar

from flask import flash, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.domain.errors import DomainError
from app.domain.tokens import TokenPurpose
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.models import Token
from app.security.access import public, visitor_actor
from app.security.row_security import bind_person
from app.services.password_reset import choose_password, find_link
from app.services.passwords import LONGEST, SHORTEST
from app.services.tokens import LinkDead
from app.views.auth.entrance import enter
from app.views.auth.forms import NewPasswordForm


class ResetView(PortalView):
    """For people who forgot their password, and for those who never had one."""

    endpoint_name = "reset"
    route_base = "/reset"
    form_template: ClassVar[str] = "auth/reset.html"

    @expose("/<secret>", methods=["GET", "POST"])
    @public
    def choose(self, secret: str) -> Response:
        """The address of the page is the secret: no other site gets to see it."""
        try:
            response = self._form_or_entrance(secret)
        except LinkDead:
            db.session.rollback()
            page = self.render("auth/reset_dead.html")
            response = make_response(page, HTTPStatus.GONE)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def form_context(self) -> dict[str, object]:
        return {"shortest": SHORTEST, "longest": LONGEST}

    def _form_or_entrance(self, secret: str) -> Response:
        """Raises LinkDead."""
        link = find_link(db.session(), secret)
        form = _form_of(link)
        if request.method != "POST":
            return self.render_form(form)
        if not form.validate():
            return self.render_form(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if link.user_id is not None:
            bind_person(db.session.connection(), link.user_id)
        try:
            user = choose_password(
                db.session(), secret, form.password.data or "", actor=visitor_actor("visitor")
            )
        except LinkDead:
            raise
        except DomainError as error:
            return self.refuse(error, form)
        response = enter(user, method=SignInMethod.RESET_LINK)
        flash(_("Your password is saved. You were signed out everywhere else."), "ok")
        return response


def _form_of(link: Token) -> NewPasswordForm:
    form = NewPasswordForm()
    form.email.data = link.email
    form.is_first = link.purpose is TokenPurpose.FIRST_PASSWORD
    return form
