"""Who serves which company: an administrator gives companies to account managers and takes them back."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from sqlalchemy import Select

from app.domain.roles import StaffRole
from app.fab.interface import TenantInterface
from app.fab.views import TenantModelView
from app.models import PortalUser, Portfolio
from app.security.permissions import Screen
from app.views.backoffice.company_screen import COMPANY_COLUMN, CompanyNamed


class PortfolioView(TenantModelView):
    endpoint_name = "portfolios"
    route_base = "/backoffice/portfolios"
    datamodel = TenantInterface(Portfolio)
    class_permission_name = Screen.PORTFOLIOS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_delete"]
    list_title = _("Portfolios")
    show_title = _("Company of a portfolio")
    add_title = _("Give a company to an account manager")
    list_columns: ClassVar[list[str]] = ["company", "manager", "created_at"]
    show_columns: ClassVar[list[str]] = ["company", "manager", "manager.email", "created_at"]
    add_columns: ClassVar[list[str]] = ["company", "manager"]
    search_columns = ("created_at",)
    order_columns = ("created_at",)
    base_order = ("created_at", "desc")
    relation_search: ClassVar[dict[str, Any]] = {"manager": ("first_name", "last_name", "email")}
    add_row_message = _("The company is in the portfolio.")
    delete_row_message = _("The company is no longer in the portfolio.")
    label_columns: ClassVar[dict[str, Any]] = {
        "company": _("Company"),
        COMPANY_COLUMN: _("Company"),
        "manager": _("Account manager"),
        "manager.email": _("E-mail address"),
        "created_at": _("Since"),
    }

    def _init_properties(self) -> None:
        super()._init_properties()
        named = CompanyNamed(COMPANY_COLUMN, self.datamodel)
        self._filters.get_search_filters()[COMPANY_COLUMN] = [named]

    def narrow_relation(self, relation: str, statement: Select[Any]) -> Select[Any]:
        if relation == "manager":
            return statement.where(
                PortalUser.staff_role == StaffRole.ACCOUNT_MANAGER, PortalUser.active.is_(True)
            )
        return statement
