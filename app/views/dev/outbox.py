"""The outbox: every mail that the demo would have sent, for whoever tries it and for tests. 404 where mail is sent."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, current_app, jsonify, make_response, url_for

from app.extensions import ports
from app.fab.portal import PortalView, expose
from app.integrations.mail import OutboxMailer, StoredMail
from app.security.access import public
from app.views.document_files import attachment

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_FRAME_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""A mail styles itself and does nothing else: no script, no form, nothing loaded, an origin of its own."""
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class OutboxView(PortalView):
    """Needs no sign-in: there is nothing in it but what people of the demo wrote to each other."""

    endpoint_name = "outbox"
    route_base = "/dev"

    @expose("/outbox")
    @public
    def index(self) -> str:
        return self.render("dev/outbox.html", mails=_outbox().mails())

    @expose("/outbox.json")
    @public
    def data(self) -> Response:
        return jsonify([_as_json(mail) for mail in _outbox().mails()])

    @expose("/outbox/<mail_id>")
    @public
    def show(self, mail_id: str) -> Response:
        page = self.render("dev/outbox_mail.html", mail=_mail(mail_id), sandbox=_SANDBOX)
        response = make_response(page)
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
        return response

    @expose("/outbox/<mail_id>/html")
    @public
    def frame(self, mail_id: str) -> Response:
        """The mail alone, as a mail program shows it; its links open a page of their own."""
        html = _mail(mail_id).html.replace("<head>", '<head><base target="_blank">', 1)
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _FRAME_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    @expose("/outbox/<mail_id>/attachments/<int:number>")
    @public
    def attached(self, mail_id: str, number: int) -> Response:
        files = _mail(mail_id).attachments
        if number >= len(files):
            abort(HTTPStatus.NOT_FOUND)
        response = Response(files[number].data, mimetype="application/octet-stream")
        response.headers["Content-Disposition"] = attachment(files[number].filename)
        return response


def _outbox() -> OutboxMailer:
    mailer = ports().mailer
    if current_app.extensions["settings"].is_production or not isinstance(mailer, OutboxMailer):
        abort(HTTPStatus.NOT_FOUND)
    return mailer


def _mail(mail_id: str) -> StoredMail:
    mail = _outbox().find(mail_id)
    if mail is None:
        abort(HTTPStatus.NOT_FOUND)
    return mail


def _as_json(mail: StoredMail) -> dict[str, Any]:
    return {
        "to": mail.to,
        "subject": mail.subject,
        "language": mail.language,
        "text": mail.text,
        "html": mail.html,
        "links": mail.links,
        "attachments": [
            {
                "name": one.filename,
                "media_type": one.media_type,
                "size": len(one.data),
                "url": url_for("outbox.attached", mail_id=mail.id, number=number, _external=True),
            }
            for number, one in enumerate(mail.attachments)
        ],
        "at": mail.at.isoformat(),
    }
