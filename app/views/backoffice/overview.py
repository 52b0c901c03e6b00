"""The first page of the back-office: what needs somebody's attention."""

from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission


class OverviewView(PortalView):
    endpoint_name = "backoffice"
    route_base = "/backoffice"

    @expose("/")
    @requires(Permission.VIEW_BACKOFFICE)
    def show(self) -> str:
        return self.render("backoffice/overview.html")
