"""The issuer's settings: name, sender, contact, languages, identifiers."""

from app.fab.portal import PortalView, expose
from app.security.access import requires
from app.security.permissions import Permission


class IssuerView(PortalView):
    endpoint_name = "issuer"
    route_base = "/backoffice/issuer"

    @expose("/")
    @requires(Permission.EDIT_ISSUER)
    def edit(self) -> str:
        return self.render("backoffice/overview.html")
