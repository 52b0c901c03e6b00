"""Tables and the invariants of one row; importing this package maps every one of them."""

from app.models.address import Address, BillingEmail
from app.models.audit import AuditEvent
from app.models.base import (
    AddressOwned,
    Base,
    CompanyOwned,
    MaybeAddressOwned,
    MaybeCompanyOwned,
    PersonOwned,
)
from app.models.change_request import ChangeRequest
from app.models.company import Company
from app.models.contact import Contact
from app.models.document import Document
from app.models.export import Export
from app.models.identity import ExternalIdentity, SignInDomain
from app.models.imports import ImportBatch, ImportRow
from app.models.invitation import Invitation, InvitationAddress
from app.models.invoice import Invoice, InvoiceContent, PrecedingInvoice
from app.models.issuer import IssuerSetting
from app.models.job import Job
from app.models.mail import OutgoingMail
from app.models.membership import Membership, MembershipAddress, Portfolio
from app.models.monthly_figure import MonthlyFigure
from app.models.payment import Allocation, Payment
from app.models.saved_filter import SavedFilter
from app.models.second_step import RecoveryCode, SecondStep
from app.models.session import LoginSession, ThrottleWindow
from app.models.token import Token
from app.models.user import PortalUser

__all__ = [
    "Address",
    "AddressOwned",
    "Allocation",
    "AuditEvent",
    "Base",
    "BillingEmail",
    "ChangeRequest",
    "Company",
    "CompanyOwned",
    "Contact",
    "Document",
    "Export",
    "ExternalIdentity",
    "ImportBatch",
    "ImportRow",
    "Invitation",
    "InvitationAddress",
    "Invoice",
    "InvoiceContent",
    "IssuerSetting",
    "Job",
    "LoginSession",
    "MaybeAddressOwned",
    "MaybeCompanyOwned",
    "Membership",
    "MembershipAddress",
    "MonthlyFigure",
    "OutgoingMail",
    "Payment",
    "PersonOwned",
    "PortalUser",
    "Portfolio",
    "PrecedingInvoice",
    "RecoveryCode",
    "SavedFilter",
    "SecondStep",
    "SignInDomain",
    "ThrottleWindow",
    "Token",
]
