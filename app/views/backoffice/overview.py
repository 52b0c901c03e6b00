"""The first page of the back-office: what needs somebody's attention."""

from typing import Any

from flask import url_for

from app.domain.clock import today
from app.domain.roles import Role
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission, Screen
from app.security.principal import Principal
from app.services import portfolios
from app.services.attention import attention
from app.services.balances import balances
from app.services.payments.unallocated import unallocated_payments
from app.views.labels import IMPORT_SOURCES, IMPORT_STATES


class OverviewView(PortalView):
    endpoint_name = "backoffice"
    route_base = "/backoffice"

    @expose("/")
    @requires(Permission.VIEW_BACKOFFICE)
    def show(self) -> str:
        principal = current_principal()
        facts = _facts(principal) if principal else {}
        return self.render("backoffice/overview.html", **facts)


def _facts(principal: Principal) -> dict[str, Any]:
    """What each role works with: companies and money, or people and who serves whom."""
    session = db.session()
    facts: dict[str, Any] = {
        "company_count": portfolios.count_companies(session),
        "unassigned": None,
        "managers": [],
        "balances": [],
        "unallocated": [],
        "imports": [],
        "sources": IMPORT_SOURCES,
        "states": IMPORT_STATES,
        "companies_url": None,
        "attention": attention(session),
        "may_assign": principal.may_use_screen(Screen.PORTFOLIOS, "can_add"),
    }
    if principal.may_use_screen(Screen.PORTFOLIOS, "can_list"):
        facts["unassigned"] = portfolios.unassigned_companies(session)
        facts["managers"] = portfolios.manager_loads(session)
    if principal.role is not Role.PLATFORM_ADMIN:
        facts["companies_url"] = url_for("companies.list")
        facts["balances"] = balances(session, today=today())
        facts["unallocated"] = unallocated_payments(session)
        facts["imports"] = portfolios.latest_imports(session)
    return facts
