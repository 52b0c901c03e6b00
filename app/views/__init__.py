"""Every screen of the product, in one table."""

from flask import Flask

from app.fab.builder import AppBuilder
from app.views.assets import register_assets
from app.views.auth.account import AccountView
from app.views.auth.account_details import AccountDetailsView
from app.views.auth.account_password import AccountPasswordView
from app.views.auth.confirm import ConfirmView, register_confirmation
from app.views.auth.email_confirmation import EmailConfirmationView
from app.views.auth.forgot import ForgotView
from app.views.auth.invitation import InvitationView
from app.views.auth.openid import OpenIdView
from app.views.auth.openid_account import ProvidersView
from app.views.auth.openid_code import ConfirmCodeView
from app.views.auth.reset import ResetView
from app.views.auth.second_step import SecondStepView
from app.views.auth.second_step_pages import SecondStepPages, register_set_up_gate
from app.views.auth.sign_in import SignInView
from app.views.backoffice.screens import BACKOFFICE
from app.views.context import register_context
from app.views.dev.outbox import OutboxView
from app.views.errors import register_errors
from app.views.formats import register_formats
from app.views.fragments import register_fragments
from app.views.headers import register_headers
from app.views.health import blueprint as health
from app.views.language import blueprint as language
from app.views.portal.access import AccessView
from app.views.portal.access_invitations import InvitationsView
from app.views.portal.addresses import AddressesView
from app.views.portal.changes import ChangesView
from app.views.portal.company import CompanyDetailsView
from app.views.portal.contacts import ContactsView
from app.views.portal.exports import ExportsView, InvoiceExportView
from app.views.portal.history import HistoryView
from app.views.portal.home import HomeView
from app.views.portal.invoice_downloads import InvoiceDownloadsView
from app.views.portal.invoices import InvoicesView
from app.views.portal.saved_filters import SavedFiltersView
from app.views.portal.selection import SelectionView
from app.views.portal.statement import StatementView
from app.views.request_log import register_request_log

SCREENS: tuple[type, ...] = (
    SignInView,
    ForgotView,
    ResetView,
    InvitationView,
    AccountView,
    OpenIdView,
    ConfirmCodeView,
    ProvidersView,
    AccountDetailsView,
    AccountPasswordView,
    EmailConfirmationView,
    ConfirmView,
    SecondStepView,
    SecondStepPages,
    HomeView,
    InvoicesView,
    InvoiceDownloadsView,
    SelectionView,
    StatementView,
    InvoiceExportView,
    ExportsView,
    SavedFiltersView,
    CompanyDetailsView,
    ChangesView,
    AddressesView,
    ContactsView,
    AccessView,
    InvitationsView,
    HistoryView,
    OutboxView,
    *BACKOFFICE,
)


def register_views(app: Flask, builder: AppBuilder) -> None:
    """Add every screen and what they share; needs an application context."""
    register_request_log(app)
    register_headers(app, is_production=app.extensions["settings"].is_production)
    register_errors(app)
    register_confirmation(app)
    register_set_up_gate(app)
    register_context(app)
    register_formats(app)
    register_fragments(app)
    register_assets(app)
    app.register_blueprint(health)
    app.register_blueprint(language)
    for screen in SCREENS:
        builder.add_view_no_menu(screen)
