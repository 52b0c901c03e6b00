"""Invitations as account managers send them: a new first administrator of a company, or anybody else of it."""

from collections.abc import Callable
from typing import Any, ClassVar

from flask import current_app, flash
from flask_appbuilder.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from app.domain.access import InvitationState
from app.domain.errors import DomainError
from app.extensions import db
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.redirects import requested_next, see_other
from app.fab.widgets import Action
from app.models import Invitation
from app.security.fresh import ensure_fresh
from app.security.permissions import Screen
from app.services import invitations
from app.services.invitations import Terms
from app.views.backoffice.company_screen import CompanyScreen
from app.views.invited_emails import InvitedEmails
from app.views.inviting import count_invitations, invited_words, inviter
from app.views.locale import LANGUAGES

_OPEN = frozenset({InvitationState.PENDING, InvitationState.EXPIRED})


class InvitationScreen(CompanyScreen):
    """Whether somebody has an account already shows nowhere: who accepts decides what they need."""

    endpoint_name = "invitations"
    route_base = "/backoffice/invitations"
    datamodel = TenantInterface(Invitation)
    class_permission_name = Screen.INVITATIONS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add"]
    method_permission_name: ClassVar[dict[str, str]] = {"resend": "act", "revoke": "act"}
    section = "invitations"
    list_title = _("Invitations")
    show_title = _("Invitation")
    add_title = _("Invite people")
    add_submit = _("Send the invitations")
    list_columns: ClassVar[list[str]] = [
        "email",
        "company",
        "role",
        "state",
        "created_at",
        "expires_at",
        "mail.state",
    ]
    show_columns: ClassVar[list[str]] = [
        "email",
        "company",
        "role",
        "access_until",
        "addresses",
        "state",
        "invited_by",
        "created_at",
        "sent_count",
        "mail.state",
        "expires_at",
        "ended_at",
    ]
    add_columns: ClassVar[list[str]] = ["company", "emails", "role", "expires_on", "language"]
    search_columns = ("email", "state", "role")
    order_columns = ("created_at", "email")
    base_order = ("created_at", "desc")
    add_row_message = _("The invitations are on their way.")
    label_columns: ClassVar[dict[str, Any]] = {
        "email": _("E-mail address"),
        "emails": _("E-mail addresses"),
        "company": _("Company"),
        "role": _("Role"),
        "state": _("State"),
        "created_at": _("Invited on"),
        "expires_at": _("Link works until"),
        "ended_at": _("Ended"),
        "mail.state": _("Mail"),
        "access_until": _("Last day of access"),
        "expires_on": _("Last day of access"),
        "addresses": _("Only some addresses"),
        "invited_by": _("Invited by"),
        "sent_count": _("Mails sent"),
        "language": _("Language of the invitation"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "emails": InvitedEmails(
            _("E-mail addresses"),
            description=_("One or many, separated by commas, spaces or new lines."),
        ),
        "expires_on": DateField(
            _("Last day of access"),
            [Optional()],
            description=_("Without end when it is empty."),
        ),
        "language": SelectField(
            _("Language of the invitation"),
            choices=[("", _("The language of the company")), *LANGUAGES.items()],
        ),
    }

    def _create(self, item: Invitation, form: Any) -> None:
        """Raises TooManyAttempts too, which the form shows like any other refusal."""
        ensure_fresh()
        count_invitations(form.emails.emails)
        session = db.session()
        invited = invitations.invite(
            session,
            form.company.data,
            form.emails.emails,
            Terms(form.role.data, form.expires_on.data, language=form.language.data or None),
            by=inviter(),
            secret_key=str(current_app.secret_key),
        )
        session.commit()
        for kind, message in invited_words(invited):
            if kind != "ok":
                flash(message, kind)

    @action("resend", _("Send again"), multiple=False)
    def resend(self, item: Invitation) -> Response:
        ensure_fresh()
        key = self.datamodel.key_of(item)

        def send() -> None:
            count_invitations([item.email])
            invitations.resend_invitation(
                db.session(), item, by=inviter(), secret_key=str(current_app.secret_key)
            )

        done = gettext("The invitation was sent again. Earlier links no longer work.")
        return self._act_on(key, send, done)

    @action("revoke", _("Revoke"), _("The link in the mail will no longer work."), multiple=False)
    def revoke(self, item: Invitation) -> Response:
        ensure_fresh()
        key = self.datamodel.key_of(item)
        done = gettext("The invitation was revoked. Its link no longer works.")
        return self._act_on(key, lambda: invitations.revoke_invitation(db.session(), item), done)

    def offered(self, item: Invitation, actions: list[Action]) -> list[Action]:
        return actions if item.state in _OPEN else []

    def _act_on(self, key: str, change: Callable[[], None], done: str) -> Response:
        session = db.session()
        try:
            change()
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
        else:
            session.commit()
            flash(done, "ok")
        return see_other(requested_next() or self.url("show", pk=key))
