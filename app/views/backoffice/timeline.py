"""What happened at a company, as staff read it."""

from uuid import UUID

from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission
from app.views.backoffice.company_screen import find_company
from app.views.backoffice.tabs import company_tabs


class TimelineView(PortalView):
    endpoint_name = "timeline"
    route_base = "/backoffice/timeline"

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_TIMELINE)
    def show(self, public_id: UUID) -> str:
        company = find_company(public_id)
        tabs = company_tabs(company, "timeline")
        return self.render("backoffice/timeline.html", company=company, tabs=tabs)
