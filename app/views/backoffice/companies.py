"""The back-office's companies: listed, shown, opened and edited."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import SQLAlchemyError
from wtforms import EmailField, SelectField, TelField, URLField

from app.domain.errors import DomainError
from app.domain.identifiers import Identifier
from app.domain.typed_text import checked_email, checked_phone, checked_web_address
from app.extensions import db
from app.fab.interface import TenantInterface
from app.models import Company
from app.security.access import current_principal
from app.security.permissions import Screen
from app.services.companies import (
    EnterpriseNumberTaken,
    NewCompany,
    PostalLines,
    derive_keys,
    open_company,
)
from app.views.backoffice.company_screen import CompanyScreen
from app.views.formats import enterprise_number, vat_number
from app.views.locale import LANGUAGES
from app.views.portal.fields import CountryField, Rule, country_name

_POSTAL = ("street", "additional_street", "postcode", "city", "country")
_REACH = ("email", "phone", "website")


def _bare(typed: str | None) -> str | None:
    """Without spaces around it; nothing left is nothing given."""
    return (typed or "").strip() or None


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
        "country": country_name,
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
        "country": CountryField(_("Country"), default="BE"),
        "email": EmailField(
            _("E-mail address"),
            [Rule(lambda typed: checked_email(typed, field=""))],
            filters=[_bare],
        ),
        "phone": TelField(
            _("Telephone"), [Rule(lambda typed: checked_phone(typed, field=""))], filters=[_bare]
        ),
        "website": URLField(
            _("Website"),
            [Rule(lambda typed: checked_web_address(typed, field=""))],
            filters=[_bare],
        ),
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

    def refusal(self, error: DomainError | SQLAlchemyError) -> DomainError:
        """The key is made of the number: that is where the form says that it is taken."""
        refused = super().refusal(error)
        if refused.params.get("field") == "enterprise_key":
            return EnterpriseNumberTaken(field="enterprise_number")
        return refused


def _identifier(value: str | None, scheme: str | None) -> Identifier | None:
    return Identifier(value, scheme or "") if value else None
