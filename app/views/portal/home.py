"""The first page of an employer: what is owed, what is left to set up, what arrived last."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from app.domain.clock import BUSINESS_ZONE, now, today
from app.extensions import db
from app.fab.portal import PortalView, expose
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.security.principal import Principal
from app.services.balances import (
    MAIN_CURRENCY,
    Balance,
    balances,
    invoiced_by_month,
    with_overpayments,
)
from app.services.invoice_list import InvoiceQuery, invoice_page, surroundings
from app.services.setup_checks import OpenStep, Setup, SetupStep, setup_of
from app.views.currency_plots import plots_by_currency
from app.views.portal.invoice_rows import document_rows
from app.views.portal.own_addresses import sees_every_address

LATEST = 5
_NOON, _EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class Todo:
    title: str
    text: str
    icon: str
    label: str
    of: str
    url: str


class HomeView(PortalView):
    endpoint_name = "home"
    route_base = "/c/<uuid:company_id>"

    @expose("/")
    @requires(Permission.VIEW_INVOICES)
    def show(self) -> str:
        session, on, principal = db.session(), today(), current_principal()
        if principal is None or principal.company is None:
            raise RuntimeError("a home page belongs to somebody at a company")
        around, list_url = surroundings(session, None), url_for("invoices.index")
        latest = invoice_page(session, InvoiceQuery(on), size=LATEST)
        owed, invoiced = balances(session, today=on), invoiced_by_month(session, today=on)
        setup = setup_of(session, principal.company.id) if _may_set_up(principal) else Setup(())
        return self.render(
            "portal/home.html",
            greeting=_greeting(now().astimezone(BUSINESS_ZONE), principal.first_name),
            setup=setup,
            todos=[_todo(one) for one in setup.open_steps],
            balances=with_overpayments(session, owed) or [Balance(MAIN_CURRENCY)],
            documents=document_rows(latest.rows, today=on, list_url=list_url, places=around.names),
            plots=plots_by_currency(owed, invoiced, on),
            list_url=list_url,
            statement_url=url_for("statement.show") if sees_every_address() else None,
        )


def _may_set_up(principal: Principal) -> bool:
    return principal.may(Permission.EDIT_ADDRESSES)


def _greeting(at: datetime, name: str) -> str:
    if at.hour < _NOON:
        return _("Good morning, %(name)s", name=name)
    if at.hour < _EVENING:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def _todo(one: OpenStep) -> Todo:
    title, text, icon, label = {
        SetupStep.BILLING_EMAIL: (
            _("Name who receives the invoices of %(address)s", address=one.address_name),
            _("Invoices go out by e-mail, but this address has no billing e-mail yet."),
            "mail",
            _("Add an e-mail address"),
        ),
        SetupStep.COMPLETE_ADDRESS: (
            _("Complete the address %(address)s", address=one.address_name),
            _("Street, postcode or city is missing; invoices need all three."),
            "address",
            _("Complete"),
        ),
        SetupStep.DELIVERY_MODE: (
            _("Choose how %(address)s receives its invoices", address=one.address_name),
            _(
                "This address is on e-mail alone. Since 2026, companies liable for VAT get invoices over PEPPOL."
            ),
            "peppol",
            _("Choose delivery"),
        ),
        SetupStep.INVOICE_CONTACT: (
            _("Name a contact for invoices"),
            _("So that we know whom to ask when something about an invoice is unclear."),
            "user",
            _("Add a contact"),
        ),
    }[one.step]
    return Todo(title, text, icon, label, one.address_name, _where(one.address))


def _where(address: UUID | None) -> str:
    if address is None:
        return url_for("contacts.index")
    return url_for("addresses.edit", public_id=address)
