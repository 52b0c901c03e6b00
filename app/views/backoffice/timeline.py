"""What happened at a company, as staff read it."""

from uuid import UUID

from flask import abort, request

from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.services.history import HistoryPageUnknown
from app.services.timeline import company_timeline
from app.views.backoffice.company_screen import find_company
from app.views.backoffice.tabs import company_tabs
from app.views.history_words import history_lines


class TimelineView(PortalView):
    endpoint_name = "timeline"
    route_base = "/backoffice/timeline"

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_TIMELINE)
    def show(self, public_id: UUID) -> str:
        company, before = find_company(public_id), request.args.get("before") or None
        try:
            page = company_timeline(db.session(), company.id, before=before)
        except HistoryPageUnknown:
            abort(400)
        return self.render(
            "backoffice/timeline.html",
            company=company,
            tabs=company_tabs(company, "timeline"),
            lines=history_lines(page.events),
            before=before,
            older=page.older,
        )
