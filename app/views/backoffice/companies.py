"""The back-office's companies: listed, shown, opened and edited."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from app.domain.identifiers import Identifier
from app.extensions import db
from app.fab.interface import TenantInterface
from app.models import Company
from app.security.access import current_principal
from app.security.permissions import Screen
from app.services.companies import NewCompany, PostalLines, derive_keys, open_company
from app.views.backoffice.company_screen import CompanyScreen
from app.views.formats import enterprise_number, vat_number
from app.views.locale import LANGUAGES

_POSTAL = ("street", "additional_street", "postcode", "city", "country")
_REACH = ("email", "phone", "website")


class CompanyView(CompanyScreen):
    endpoint_name = "companies"
    route_base = "/backoffice/companies"
    datamodel = TenantInterface(Company)
    class_permission_name = Screen.COMPANIES.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_edit"]
    section = "details"
    filters_by_company = False
    list_title = _("Companies")
    show_title = _("Company")
    add_title = _("Add a company")
    edit_title = _("Edit the company")
    list_columns: ClassVar[list[str]] = [
        "name",
        "customer_number",
        "enterprise_number",
        "city",
        "language",
        "vat_status",
    ]
    show_fieldsets: ClassVar[list[Any]] = [
        (
            _("Company"),
            {
                "fields": [
                    "name",
                    "customer_number",
                    "enterprise_number",
                    "vat_number",
                    "vat_status",
                    "endpoint_scheme",
                    "endpoint_id",
                    "language",
                ]
            },
        ),
        (_("Registered address"), {"fields": list(_POSTAL)}),
        (_("How to reach them"), {"fields": list(_REACH)}),
    ]
    add_fieldsets = edit_fieldsets = show_fieldsets
    search_columns = ("name", "customer_number", "city", "vat_status")
    order_columns = ("name",)
    base_order = ("name", "asc")
    formatters_columns: ClassVar[dict[str, Any]] = {
        "enterprise_number": enterprise_number,
        "vat_number": vat_number,
        "language": LANGUAGES.get,
    }
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _("Legal name"),
        "customer_number": _("Customer number"),
        "enterprise_number": _("Enterprise number"),
        "vat_number": _("VAT number"),
        "vat_status": _("VAT status"),
        "endpoint_scheme": _("PEPPOL scheme"),
        "endpoint_id": _("PEPPOL identifier"),
        "language": _("Language of documents"),
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "website": _("Website"),
        "street": _("Street and number"),
        "additional_street": _("Additional address line"),
        "postcode": _("Postcode"),
        "city": _("City"),
        "country": _("Country"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "language": SelectField(_("Language of documents"), choices=list(LANGUAGES.items())),
    }
    edit_form_extra_fields = add_form_extra_fields

    def _create(self, item: Any, form: Any) -> None:
        """Open the company with its first address, in the portfolio of who opens it."""
        principal = current_principal()
        new = NewCompany(
            name=form.name.data,
            enterprise_number=_identifier(form.enterprise_number.data, ""),
            vat_number=form.vat_number.data,
            customer_number=form.customer_number.data,
            endpoint=_identifier(form.endpoint_id.data, form.endpoint_scheme.data),
            vat_status=form.vat_status.data,
            language=form.language.data,
            email=form.email.data,
            phone=form.phone.data,
            website=form.website.data,
            postal=PostalLines(**{name: form[name].data for name in _POSTAL}),
        )
        session = db.session()
        open_company(session, new, manager_id=principal.user_id if principal else None)
        session.commit()

    def pre_update(self, item: Company) -> None:
        derive_keys(item)


def _identifier(value: str | None, scheme: str | None) -> Identifier | None:
    return Identifier(value, scheme or "") if value else None
