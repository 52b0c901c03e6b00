"""The link that confirms somebody's new e-mail address: looked at without harm, used by its button."""

from http import HTTPStatus

from flask import Response, flash, g, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.messages import message_for
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.models import PortalUser
from app.security.access import current_principal, public
from app.services.email_change import confirm_email_change, find_email_change
from app.services.tokens import LinkDead


class EmailConfirmationView(PortalView):
    """Open to whoever reads the mail, on any device: who reads it is what there is to prove.

    It signs nobody in, and the sign-in page takes the new address from then on.
    """

    endpoint_name = "email_confirmation"
    route_base = ""

    @expose("/account/email/<secret>")
    @public
    def show(self, secret: str) -> Response:
        try:
            found = find_email_change(db.session(), secret)
        except DomainError as error:
            return self._dead(error)
        return make_response(self.render("auth/account_email_confirm.html", found=found))

    @expose("/account/email/<secret>", methods=["POST"])
    @public
    def confirm(self, secret: str) -> BaseResponse:
        session = db.session()
        try:
            found = find_email_change(session, secret)
            address, kept = found.new_address, _session_of(found.user)
            confirm_email_change(
                session,
                found,
                keep_session_id=kept,
                ip=request.remote_addr,
                request_id=g.get("request_id"),
            )
        except DomainError as error:
            session.rollback()
            return self._dead(error)
        session.commit()
        message = _("Confirmed. From now on you sign in with %(email)s.", email=address)
        flash(message, "ok")
        return see_other("/account" if kept else "/login")

    def _dead(self, error: DomainError) -> Response:
        page = self.render("auth/account_email_dead.html", reason=message_for(error))
        status = HTTPStatus.GONE if isinstance(error, LinkDead) else HTTPStatus.CONFLICT
        return make_response(page, status)


def _session_of(user: PortalUser) -> int | None:
    """The session behind this request where it is this person's own."""
    person = current_principal()
    return person.session_id if person and person.user_id == user.id else None
