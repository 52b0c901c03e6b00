"""One search box over companies, people and invoices."""

from flask import request
from flask_babel import gettext as _

from app.domain.roles import Role
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.search import LONGEST, SHORTEST, search
from app.views.backoffice.search_hits import groups_of


class SearchView(PortalView):
    """`/backoffice/search?q=`: what a text finds, by kind, each with the way to the rest."""

    endpoint_name = "backoffice_search"
    route_base = "/backoffice/search"

    @expose("")
    @requires(Permission.SEARCH_BACKOFFICE)
    def show(self) -> str:
        text = request.args.get("q", "").strip()[:LONGEST]
        principal = current_principal()
        everywhere = principal is not None and principal.role is Role.AUDITOR
        found = search(db.session(), text, everywhere=everywhere)
        groups = groups_of(found, text) if found else []
        return self.render(
            "backoffice/search.html",
            search_text=text,
            groups=groups,
            is_too_short=found is None,
            shortest=SHORTEST,
            summary=_("%(count)s found", count=found.count) if found else "",
        )
