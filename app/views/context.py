"""What every template may rely on, and the company that every portal address carries."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, current_app, g, url_for
from flask_babel import get_locale

from app.extensions import db
from app.security.access import current_principal
from app.security.permissions import Permission
from app.security.principal import Principal
from app.security.signed_in import CompanyRef
from app.services.issuer import IssuerCard, issuer_card
from app.views.locale import offered_languages
from app.views.navigation import menu_of

COMPANY = "company_id"
"""The name of the company in portal addresses: `/c/<uuid:company_id>/…`."""


@dataclass(frozen=True, slots=True)
class CompanyLink:
    """A company as the switch shows it."""

    public_id: UUID
    name: str
    customer_number: str | None
    url: str


def register_context(app: Flask) -> None:
    """Take the company out of addresses, put it back into links, and name things for templates."""
    app.url_value_preprocessor(_take_company)
    app.url_defaults(_give_company)
    app.context_processor(_names)


def _take_company(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.company_in_path = values.pop(COMPANY, None) if values else None


def _give_company(endpoint: str, values: dict[str, Any]) -> None:
    company = g.get("company_in_path")
    if (
        company
        and COMPANY not in values
        and current_app.url_map.is_endpoint_expecting(endpoint, COMPANY)
    ):
        values[COMPANY] = company


def _names() -> dict[str, Any]:
    principal = current_principal()
    return {
        "principal": principal,
        "company": principal.company if principal else None,
        "companies": [_link(one) for one in principal.companies] if principal else [],
        "navigation": menu_of(principal) if principal else [],
        "issuer": _issuer(),
        "locale": str(get_locale() or "fr"),
        "languages": list(offered_languages().items()),
        "can": _can,
        "search_url": _search_url(principal),
    }


def _search_url(principal: Principal | None) -> str | None:
    """Where the search of the staff leads; None for everybody else."""
    if principal is None or not principal.may(Permission.SEARCH_BACKOFFICE):
        return None
    return url_for("backoffice_search.show")


def _can(name: str) -> bool:
    principal = current_principal()
    return principal is not None and principal.may(Permission(name))


def _link(company: CompanyRef) -> CompanyLink:
    url = url_for("home.show", company_id=company.public_id)
    return CompanyLink(company.public_id, company.name, company.customer_number, url)


def _issuer() -> IssuerCard:
    if "issuer" not in g:
        g.issuer = issuer_card(db.session())
    card: IssuerCard = g.issuer
    return card
