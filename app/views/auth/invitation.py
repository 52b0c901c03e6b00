"""Answering an invitation by the link of its mail: opening it uses nothing up, saying yes does."""

from http import HTTPStatus

from flask import flash, make_response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.domain.access import SignInMethod
from app.domain.actors import Actor
from app.domain.audit import AuditAction
from app.domain.errors import DomainError
from app.domain.tokens import TokenPurpose
from app.extensions import db
from app.fab.messages import add_to_form
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.models import PortalUser
from app.security.access import current_principal, public, sign_in_url, visitor_actor
from app.security.cross_company import cross_company
from app.security.sessions import sign_out
from app.services.audit import record
from app.services.invitation_acceptance import (
    Accepted,
    Offer,
    accept_as_known,
    accept_as_new,
    look_at_offer,
)
from app.services.passwords import LONGEST, SHORTEST
from app.services.tokens import LinkDead, find_token
from app.views.auth.entrance import enter
from app.views.auth.forgot import remember_address
from app.views.auth.invitation_form import NewPersonForm
from app.views.labels import EMPLOYER_ROLES

REASON = "accept an invitation"


class InvitationView(PortalView):
    """`/invitation/<secret>`: for people who are new here, and for those who sign in already."""

    endpoint_name = "invitation"
    route_base = "/invitation"

    @expose("/<secret>")
    @public
    def show(self, secret: str) -> Response:
        """Who invites, to what; and the next step of whoever looks."""
        try:
            offer = _offer(secret)
        except LinkDead:
            return self._dead()
        if offer.is_known and current_principal() is None:
            remember_address(offer.email)  # the sign-in form asks for it next
        return self._page(secret, offer, NewPersonForm.of(offer.email))

    @expose("/<secret>", methods=["POST"])
    @public
    def begin(self, secret: str) -> Response:
        """Somebody new chooses a name and a password, and is in."""
        try:
            offer = _offer(secret)
        except LinkDead:
            return self._dead()
        form = NewPersonForm.of(offer.email)
        if offer.is_known or current_principal() is not None:
            return see_other(url_for("invitation.show", secret=secret))
        if not form.validate():
            return self._page(secret, offer, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            accepted = _accepted_as_new(secret, form)
        except LinkDead:
            return self._dead()
        except DomainError as error:
            add_to_form(form, error)
            return self._page(secret, offer, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except IntegrityError:  # an account for the address was made at the same moment
            return see_other(url_for("invitation.show", secret=secret))
        return self._entered(accepted)

    @expose("/<secret>/join", methods=["POST"])
    @public
    def join(self, secret: str) -> Response:
        """Somebody who is signed in adds the company: one button, no password."""
        person = current_principal()
        if person is None:
            return see_other(url_for("invitation.show", secret=secret))
        try:
            find_token(db.session(), (TokenPurpose.INVITATION,), secret)
            with cross_company(REASON, actor=person.actor(ip=request.remote_addr)) as session:
                accepted = accept_as_known(session, secret, person.user_id)
                session.commit()
        except LinkDead:
            return self._dead()
        except DomainError as error:
            return self.refuse(error, url=url_for("invitation.show", secret=secret))
        message = _("You have access to %(company)s.", company=accepted.company_name)
        return self.saved(message, _home_of(accepted))

    @expose("/<secret>/switch", methods=["POST"])
    @public
    def switch(self, secret: str) -> Response:
        """Sign out whoever is signed in here, so that the one who is invited can go on."""
        if current_principal() is not None:
            record(db.session(), AuditAction.SIGNED_OUT)
        sign_out()
        db.session.commit()
        return see_other(url_for("invitation.show", secret=secret))

    def _entered(self, accepted: Accepted) -> Response:
        user = db.session().get_one(PortalUser, accepted.user_id)
        with force_locale(user.language):  # the one just chosen: the next page is in it
            message = _("You have access to %(company)s.", company=accepted.company_name)
        response = enter(user, method=SignInMethod.INVITATION, wanted=_home_of(accepted))
        flash(message, "ok")
        return response

    def _page(
        self, secret: str, offer: Offer, form: NewPersonForm, *, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        person = current_principal()
        here = url_for("invitation.show", secret=secret)
        page = self.render(
            "auth/invitation.html",
            offer=offer,
            form=form,
            secret=secret,
            person=person,
            is_theirs=person is not None and person.email == offer.email,
            role=EMPLOYER_ROLES[offer.role],
            sign_in_url=sign_in_url(here),
            shortest=SHORTEST,
            longest=LONGEST,
        )
        return _private(make_response(page, status))

    def _dead(self) -> Response:
        db.session.rollback()
        page = self.render("auth/invitation_dead.html", person=current_principal())
        return _private(make_response(page, HTTPStatus.GONE))


def _offer(secret: str) -> Offer:
    """What the link offers; only a link that works opens the view across companies, which leaves a trace.

    Raises:
        LinkDead
    """
    find_token(db.session(), (TokenPurpose.INVITATION,), secret)
    with cross_company("look at an invitation", actor=_actor()) as session:
        return look_at_offer(session, secret)


def _accepted_as_new(secret: str, form: NewPersonForm) -> Accepted:
    """Raises LinkDead, DomainError, IntegrityError."""
    actor = visitor_actor("visitor")
    with cross_company(REASON, actor=actor) as session:
        accepted = accept_as_new(session, secret, form.person(), actor=actor)
        session.commit()
        return accepted


def _actor() -> Actor:
    person = current_principal()
    return person.actor(ip=request.remote_addr) if person else visitor_actor("visitor")


def _home_of(accepted: Accepted) -> str:
    return url_for("home.show", company_id=accepted.company_public_id)


def _private(response: Response) -> Response:
    """The address of the page is the secret: no other site gets to see it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
