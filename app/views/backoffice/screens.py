"""Every screen of the back-office, in the order of its menu."""

from app.views.backoffice.addresses import CompanyAddressView
from app.views.backoffice.audit_events import AuditEventView
from app.views.backoffice.change_requests import ChangeRequestScreen
from app.views.backoffice.companies import CompanyView
from app.views.backoffice.contacts import CompanyContactView
from app.views.backoffice.documents import DocumentView
from app.views.backoffice.exports import StaffExportsView
from app.views.backoffice.import_batches import ImportBatchView
from app.views.backoffice.import_rows import ImportRowView
from app.views.backoffice.imports import InvoiceImportView
from app.views.backoffice.invitations import InvitationScreen
from app.views.backoffice.invoice_files import StaffInvoiceFilesView
from app.views.backoffice.invoices import CompanyInvoiceView
from app.views.backoffice.issuer import IssuerView
from app.views.backoffice.jobs import JobView
from app.views.backoffice.mails import MailView
from app.views.backoffice.memberships import MembershipView
from app.views.backoffice.overview import OverviewView
from app.views.backoffice.payment_import import PaymentImportView
from app.views.backoffice.payments import PaymentView
from app.views.backoffice.portfolios import PortfolioView
from app.views.backoffice.search import SearchView
from app.views.backoffice.sign_in_domains import SignInDomainView
from app.views.backoffice.statement import CompanyStatementView
from app.views.backoffice.timeline import TimelineView
from app.views.backoffice.users import UserView

BACKOFFICE: tuple[type, ...] = (
    OverviewView,
    CompanyView,
    CompanyAddressView,
    CompanyContactView,
    MembershipView,
    InvitationScreen,
    ChangeRequestScreen,
    CompanyInvoiceView,
    PaymentView,
    PaymentImportView,
    DocumentView,
    ImportBatchView,
    InvoiceImportView,
    ImportRowView,
    UserView,
    PortfolioView,
    SignInDomainView,
    MailView,
    JobView,
    AuditEventView,
    IssuerView,
    CompanyStatementView,
    TimelineView,
    SearchView,
    StaffInvoiceFilesView,
    StaffExportsView,
)
