"""Who changed what, when: everything that happened to a company, page by page."""

from flask import abort, request, url_for
from flask_babel import gettext as _

from app.domain.errors import DomainError
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.history import Subject, history
from app.views.history_words import history_lines
from app.views.portal.company_ref import this_company


class HistoryView(PortalView):
    """`/c/<company>/company/history`; what it is about and the page stand in the address."""

    endpoint_name = "history"
    route_base = "/c/<uuid:company_id>/company/history"

    @expose("")
    @requires(Permission.VIEW_HISTORY)
    def index(self) -> str:
        about, before = request.args.get("about") or None, request.args.get("before") or None
        try:
            subject = Subject(about) if about else None
            page = history(db.session(), this_company().id, about=subject, before=before)
        except (ValueError, DomainError):
            abort(400)
        return self.render(
            "portal/history.html",
            lines=history_lines(page.events),
            older=page.older,
            about=about,
            before=before,
            subjects=_subjects(about or ""),
        )


def _subjects(current: str) -> list[tuple[str, str, None, bool]]:
    named = (
        ("", _("Everything")),
        (Subject.COMPANY.value, _("Details")),
        (Subject.ADDRESSES.value, _("Addresses")),
        (Subject.CONTACTS.value, _("Contacts")),
        (Subject.ACCESS.value, _("Access")),
    )
    return [
        (label, url_for("history.index", about=about or None), None, about == current)
        for about, label in named
    ]
