"""The first page of the back-office: what waits for somebody, what is owed, how it went."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

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
from app.services.monthly_figures import monthly_figures
from app.views.backoffice.work_items import work_items
from app.views.currency_plots import plots_by_currency
from app.views.labels import IMPORT_SOURCES, IMPORT_STATES
from app.views.plots import share_bars


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
    is_business = principal.role is not Role.PLATFORM_ADMIN
    is_everywhere = principal.may_use_screen(Screen.PORTFOLIOS, "can_list")
    found = attention(session, is_business=is_business, is_everywhere=is_everywhere)
    facts: dict[str, Any] = {
        "company_count": found.companies,
        "work": work_items(found, principal),
        "unserved_count": found.unserved,
        "unserved": portfolios.first_unserved(session) if is_everywhere else [],
        "managers": portfolios.manager_loads(session) if is_everywhere else [],
        "may_assign": principal.may_use_screen(Screen.PORTFOLIOS, "can_add"),
        "balances": [],
        "imports": [],
        "plots": [],
        "shares": None,
        "companies_url": None,
    }
    return facts | _business(session) if is_business else facts


def _business(session: Session) -> dict[str, Any]:
    on = today()
    owed, figures = balances(session, today=on), monthly_figures(session, today=on)
    return {
        "companies_url": url_for("companies.list"),
        "balances": owed,
        "plots": plots_by_currency(owed, figures.invoiced, on),
        "shares": share_bars(figures.in_time, figures.due, today=on),
        "imports": portfolios.latest_imports(session),
        "sources": IMPORT_SOURCES,
        "states": IMPORT_STATES,
    }
