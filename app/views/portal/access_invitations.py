"""Inviting people to a company, in the portal: one or many at once, again, or no longer."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, current_app, flash, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import add_to_form
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.models import Invitation
from app.security.access import requires
from app.security.fresh import requires_fresh
from app.security.permissions import Permission
from app.services import access_list, invitations
from app.services.companies import get_company
from app.services.contacts import places_of
from app.services.invitation_emails import MOST_AT_ONCE
from app.services.invitations import Invited
from app.services.throttle import TooManyAttempts
from app.views import formats
from app.views.inviting import count_invitations, invited_words, inviter
from app.views.portal.access_forms import InviteForm
from app.views.portal.access_viewer import viewer
from app.views.portal.access_words import ROLE_CARDS
from app.views.portal.company_ref import this_company
from app.views.portal.own_addresses import sees_every_address


class InvitationsView(PortalView):
    """`/c/<company>/company/access/…`: who is to have access."""

    endpoint_name = "access_invitations"
    route_base = "/c/<uuid:company_id>/company/access"

    @expose("/add", methods=["GET", "POST"])
    @requires(Permission.MANAGE_ACCESS)
    @requires_fresh
    def add(self) -> BaseResponse:
        """Invite one or many people: all of them, or nobody where one address cannot be right."""
        form = _invite_form()
        if request.method == "GET":
            return self._invite_page(form)
        if not form.validate():
            return self._invite_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            count_invitations(form.emails.emails)
        except TooManyAttempts as error:
            form.form_errors.append(_try_again(error))
            return self._invite_page(form, status=HTTPStatus.TOO_MANY_REQUESTS)
        try:
            invited = _invite(form)
        except DomainError as error:
            db.session.rollback()
            add_to_form(form, error)
            return self._invite_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        db.session.commit()
        for kind, message in invited_words(invited):
            flash(message, kind)
        return see_other(_index())

    @expose("/invitations/<uuid:public_id>/resend", methods=["POST"])
    @requires(Permission.MANAGE_ACCESS)
    @requires_fresh
    def resend(self, public_id: UUID) -> BaseResponse:
        session, invitation = db.session(), _invitation(public_id)
        count_invitations([invitation.email])
        try:
            invitations.resend_invitation(
                session, invitation, by=inviter(), secret_key=str(current_app.secret_key)
            )
        except DomainError as error:
            return self.refuse(error, url=_index())
        email = invitation.email
        session.commit()
        message = _(
            "The invitation of %(email)s was sent again. Earlier links no longer work.", email=email
        )
        return self.saved(message, _index())

    @expose("/invitations/<uuid:public_id>/revoke", methods=["GET", "POST"])
    @requires(Permission.MANAGE_ACCESS)
    @requires_fresh
    def revoke(self, public_id: UUID) -> BaseResponse:
        session, invitation = db.session(), _invitation(public_id)
        if request.method == "GET":
            page = self.render(
                "portal/access_revoke.html", invitation=invitation, back_url=_index()
            )
            return make_response(page)
        email = invitation.email
        try:
            invitations.revoke_invitation(session, invitation)
        except DomainError as error:
            return self.refuse(error, url=_index())
        session.commit()
        message = _(
            "The invitation of %(email)s was revoked. Its link no longer works.", email=email
        )
        return self.saved(message, _index())

    def _invite_page(self, form: InviteForm, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        page = self.render(
            "portal/access_add.html",
            form=form,
            role_cards=ROLE_CARDS,
            most=MOST_AT_ONCE,
            back_url=_index(),
        )
        return make_response(page, status)


def _invitation(public_id: UUID) -> Invitation:
    try:
        return access_list.find_invited(db.session(), this_company().id, public_id, viewer())
    except DomainError:
        abort(404)


def _invite_form() -> InviteForm:
    session, company_id = db.session(), this_company().id
    return InviteForm.of(
        places_of(session, company_id),
        is_limited=not sees_every_address(),
        language=get_company(session, company_id).language,
    )


def _invite(form: InviteForm) -> Invited:
    """Raises DomainError: nobody was invited."""
    session = db.session()
    return invitations.invite(
        session,
        get_company(session, this_company().id),
        form.emails.emails,
        form.terms(),
        by=inviter(),
        secret_key=str(current_app.secret_key),
    )


def _try_again(error: TooManyAttempts) -> str:
    at = formats.moment(error.retry_at)
    return _("That is too many invitations at once. You can try again on %(at)s.", at=at)


def _index() -> str:
    return url_for("access.index")
