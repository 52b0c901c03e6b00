"""The delivery log: every mail with what became of it, never what it said or where its link led."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import current_app, flash
from flask_appbuilder.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import DomainError
from app.domain.mail import MailKind, MailState
from app.extensions import db
from app.fab.interface import TenantInterface
from app.fab.messages import message_for
from app.fab.redirects import see_other
from app.fab.widgets import Action, Record
from app.models import OutgoingMail
from app.security.fresh import ensure_fresh
from app.security.permissions import Screen
from app.services.mail_resend import resend_mail
from app.views.backoffice.company_screen import CompanyScreen
from app.views.backoffice.problems import problem_words
from app.views.inviting import count_invitations
from app.views.locale import LANGUAGES
from app.views.record_names import name_in_words

_ON_ITS_WAY = frozenset({MailState.QUEUED, MailState.SENDING, MailState.DEFERRED})


class MailView(CompanyScreen):
    """Account managers see the mails of their companies, administrators those of nobody's, auditors all."""

    endpoint_name = "mails"
    route_base = "/backoffice/mails"
    datamodel = TenantInterface(OutgoingMail)
    class_permission_name = Screen.MAILS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    method_permission_name: ClassVar[dict[str, str]] = {"resend": "act"}
    section = "mails"
    list_title = _("Mails")
    show_title = _("Mail")
    list_columns: ClassVar[list[str]] = [
        "written_at",
        "kind",
        "to_email",
        "company",
        "state",
        "sent_at",
        "last_error",
    ]
    show_columns: ClassVar[list[str]] = [
        *list_columns,
        "language",
        "attempts",
        "attempted_at",
        "maybe_twice",
        "bounced_at",
        "message_id",
    ]
    search_columns = ("state", "kind", "to_email", "written_at")
    order_columns = ("written_at",)
    base_order = ("written_at", "desc")
    label_columns: ClassVar[dict[str, Any]] = {
        "written_at": _("Written"),
        "kind": _("About"),
        "to_email": _("To"),
        "company": _("Company"),
        "state": _("State"),
        "sent_at": _("Sent"),
        "last_error": _("Last problem"),
        "language": _("Language"),
        "attempts": _("Attempts"),
        "attempted_at": _("Last attempt"),
        "maybe_twice": _("Possibly sent twice"),
        "bounced_at": _("Returned"),
        "message_id": _("Message-ID"),
    }
    formatters_columns: ClassVar[dict[str, Any]] = {
        "last_error": problem_words,
        "language": LANGUAGES.get,
    }

    @action(
        "resend",
        _("Send again"),
        _(
            "The same mail is written anew. A link in it is a new one; the former opens nothing any more."
        ),
        multiple=False,
    )
    def resend(self, item: OutgoingMail) -> Response:
        session, key = db.session(), self.datamodel.key_of(item)
        if item.kind is MailKind.INVITATION:  # by the rules of its own screen: it lets somebody in
            ensure_fresh()
            count_invitations([item.to_email])
        try:
            resend_mail(session, item, secret_key=str(current_app.secret_key))
        except DomainError as error:
            session.rollback()
            flash(message_for(error), "bad")
            return see_other(self.url("show", pk=key))
        session.commit()
        flash(gettext("The mail is on its way again."), "ok")
        return see_other(self.url("list"))

    def offered(self, item: OutgoingMail, actions: list[Action]) -> list[Action]:
        return [] if item.state in _ON_ITS_WAY else actions

    def _record(self, item: OutgoingMail) -> Record:
        return replace(super()._record(item), name=name_in_words(item.__tablename__, str(item)))
