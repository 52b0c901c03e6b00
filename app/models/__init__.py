"""Tables and the invariants of one row; importing this package maps every one of them."""

from app.models.address import Address, BillingEmail
from app.models.audit import AuditEvent
from app.models.base import AddressOwned, Base, CompanyOwned, MaybeAddressOwned, MaybeCompanyOwned
from app.models.company import Company
from app.models.contact import Contact
from app.models.document import Document
from app.models.imports import ImportBatch, ImportRow
from app.models.invoice import Invoice, InvoiceContent, PrecedingInvoice
from app.models.issuer import IssuerSetting
from app.models.membership import Membership, MembershipAddress, Portfolio
from app.models.payment import Allocation, Payment
from app.models.session import LoginSession, ThrottleWindow
from app.models.user import PortalUser

__all__ = [
    "Address",
    "AddressOwned",
    "Allocation",
    "AuditEvent",
    "Base",
    "BillingEmail",
    "Company",
    "CompanyOwned",
    "Contact",
    "Document",
    "ImportBatch",
    "ImportRow",
    "Invoice",
    "InvoiceContent",
    "IssuerSetting",
    "LoginSession",
    "MaybeAddressOwned",
    "MaybeCompanyOwned",
    "Membership",
    "MembershipAddress",
    "Payment",
    "PortalUser",
    "Portfolio",
    "PrecedingInvoice",
    "ThrottleWindow",
]
