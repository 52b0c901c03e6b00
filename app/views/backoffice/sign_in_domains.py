"""Domains whose people may sign in through a provider without linking first: approved by an administrator."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from app.extensions import db, ports
from app.fab.interface import TenantInterface
from app.fab.views import TenantModelView
from app.models import SignInDomain
from app.security.access import current_principal
from app.security.fresh import ensure_fresh
from app.security.permissions import Screen
from app.services.sign_in_domains import approve_domain, withdraw_domain


def _provider_label(name: str) -> str:
    """What people call a provider; its name where the settings no longer know it."""
    provider = ports().providers.get(name)
    return provider.label if provider else name


def _choices() -> list[tuple[str, str]]:
    return [(one.name, one.label) for one in ports().providers.values()]


class SignInDomainView(TenantModelView):
    endpoint_name = "sign_in_domains"
    route_base = "/backoffice/sign-in-domains"
    datamodel = TenantInterface(SignInDomain)
    class_permission_name = Screen.SIGN_IN_DOMAINS.value
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_add", "can_delete"]
    list_title = _("Sign-in domains")
    show_title = _("Sign-in domain")
    add_title = _("Approve a domain")
    list_columns: ClassVar[list[str]] = ["domain", "provider", "approved_by", "approved_at"]
    show_columns = list_columns
    add_columns: ClassVar[list[str]] = ["provider", "domain"]
    search_columns = ("domain",)
    order_columns = ("domain", "approved_at")
    base_order = ("domain", "asc")
    add_row_message = _("The domain is approved.")
    delete_row_message = _(
        "The domain is no longer approved. Accounts that were linked by it stay linked."
    )
    formatters_columns: ClassVar[dict[str, Any]] = {"provider": _provider_label}
    label_columns: ClassVar[dict[str, Any]] = {
        "domain": _("Domain of the e-mail address"),
        "provider": _("Provider"),
        "approved_by": _("Approved by"),
        "approved_at": _("Approved on"),
    }
    add_form_extra_fields: ClassVar[dict[str, Any]] = {
        "provider": SelectField(
            _("Provider"),
            description=_("Those of the settings (OIDC_PROVIDERS)."),
            choices=_choices,
            validators=[DataRequired()],
        ),
        "domain": StringField(
            _("Domain of the e-mail address"),
            description=_(
                "Example: company.be. A user whose address at exactly this domain the provider has "
                "verified signs in through it at once. Nobody gets access who has none already."
            ),
            validators=[DataRequired(_("Enter a domain."))],
        ),
    }

    def _create(self, item: SignInDomain, form: Any) -> None:
        ensure_fresh()
        principal, session = current_principal(), db.session()
        approve_domain(
            session,
            provider=form.provider.data or "",
            domain=form.domain.data or "",
            offered=set(ports().providers),
            by_id=principal.user_id if principal else None,
        )
        session.commit()

    def remove(self, item: SignInDomain) -> None:
        session = db.session()
        withdraw_domain(session, item)
        session.commit()
