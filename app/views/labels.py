"""The words for the members of enums, in one place; `label_of` of `app.fab.labels` finds them too."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from app.domain.access import InvitationState, SignInMethod
from app.domain.administrators import AdministratorChange
from app.domain.audit import AuditAction
from app.domain.change_requests import ChangeField, ChangeState
from app.domain.contacts import ContactTopic
from app.domain.delivery import DeliveryMode, VatStatus
from app.domain.einvoice import InvoiceKind
from app.domain.exports import ExportKind, ExportState
from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.domain.invoicing import DocumentFormat, DocumentOrigin, PaymentState
from app.domain.jobs import JobState, Task
from app.domain.mail import MailKind, MailState
from app.domain.payments import PaymentOrigin, PaymentOutcome, PaymentUse
from app.domain.roles import EmployerRole, StaffRole
from app.fab.labels import label_enum

EMPLOYER_ROLES: Mapping[EmployerRole, LazyString] = MappingProxyType(
    {
        EmployerRole.EMPLOYER_ADMIN: _("Administrator of the company"),
        EmployerRole.EMPLOYER_BILLING: _("Billing"),
        EmployerRole.EMPLOYER_VIEWER: _("Viewer"),
    }
)
STAFF_ROLES: Mapping[StaffRole, LazyString] = MappingProxyType(
    {
        StaffRole.PLATFORM_ADMIN: _("Platform administrator"),
        StaffRole.ACCOUNT_MANAGER: _("Account manager"),
        StaffRole.AUDITOR: _("Auditor"),
    }
)
DELIVERY_MODES: Mapping[DeliveryMode, LazyString] = MappingProxyType(
    {
        DeliveryMode.EMAIL: _("E-MAIL"),
        DeliveryMode.PEPPOL: _("PEPPOL"),
        DeliveryMode.PEPPOL_AND_EMAIL: _("PEPPOL + EMAIL"),
    }
)
VAT_STATUSES: Mapping[VatStatus, LazyString] = MappingProxyType(
    {
        VatStatus.LIABLE: _("Liable to VAT"),
        VatStatus.EXEMPT: _("Exempt from VAT"),
        VatStatus.NOT_LIABLE: _("Not liable to VAT"),
        VatStatus.FLAT_RATE: _("Flat-rate scheme"),
        VatStatus.BANKRUPT: _("Bankrupt"),
        VatStatus.FOREIGN: _("Established abroad"),
        VatStatus.UNKNOWN: _("Not known yet"),
    }
)
CONTACT_TOPICS: Mapping[ContactTopic, LazyString] = MappingProxyType(
    {
        ContactTopic.GENERAL: _("General questions"),
        ContactTopic.INVOICES: _("Invoices"),
        ContactTopic.ORDERS: _("Orders"),
        ContactTopic.PAYROLL: _("Payroll"),
        ContactTopic.IT: _("IT"),
    }
)
INVOICE_KINDS: Mapping[InvoiceKind, LazyString] = MappingProxyType(
    {InvoiceKind.INVOICE: _("Invoice"), InvoiceKind.CREDIT_NOTE: _("Credit note")}
)
PAYMENT_STATES: Mapping[PaymentState, LazyString] = MappingProxyType(
    {
        PaymentState.OPEN: _("Open"),
        PaymentState.PARTLY: _("Partly paid"),
        PaymentState.PAID: _("Paid"),
    }
)
PAYMENT_USES: Mapping[PaymentUse, LazyString] = MappingProxyType(
    {
        PaymentUse.UNALLOCATED: _("Not allocated"),
        PaymentUse.PARTLY: _("Partly allocated"),
        PaymentUse.ALLOCATED: _("Allocated"),
    }
)
PAYMENT_OUTCOMES: Mapping[PaymentOutcome, LazyString] = MappingProxyType(
    {
        PaymentOutcome.RECORDED: _("Payment recorded"),
        PaymentOutcome.UNCHANGED: _("Here already"),
        PaymentOutcome.SKIPPED: _("Passed over"),
        PaymentOutcome.REFUSED: _("Refused"),
    }
)
PAYMENT_ORIGINS: Mapping[PaymentOrigin, LazyString] = MappingProxyType(
    {
        PaymentOrigin.MANUAL: _("Recorded by hand"),
        PaymentOrigin.CSV: _("CSV file"),
        PaymentOrigin.CAMT_053: _("Bank statement"),
        PaymentOrigin.DEMO: _("Demo"),
    }
)
DOCUMENT_ORIGINS: Mapping[DocumentOrigin, LazyString] = MappingProxyType(
    {
        DocumentOrigin.RECEIVED: _("As received"),
        DocumentOrigin.EMBEDDED: _("Out of the XML"),
        DocumentOrigin.RENDERED: _("Drawn from the XML"),
    }
)
IMPORT_SOURCES: Mapping[ImportSource, LazyString] = MappingProxyType(
    {
        ImportSource.COMMAND_LINE: _("Command line"),
        ImportSource.UPLOAD: _("Upload"),
        ImportSource.DEMO: _("Demo"),
    }
)
IMPORT_STATES: Mapping[ImportState, LazyString] = MappingProxyType(
    {
        ImportState.CHECKING: _("Being checked"),
        ImportState.CHECKED: _("Waits for your decision"),
        ImportState.RUNNING: _("Running"),
        ImportState.DONE: _("Done"),
        ImportState.FAILED: _("Failed"),
        ImportState.REPAIRING: _("Being repaired"),
        ImportState.DISCARDED: _("Not imported"),
    }
)
IMPORT_OUTCOMES: Mapping[ImportOutcome, LazyString] = MappingProxyType(
    {
        ImportOutcome.CREATED: _("Created"),
        ImportOutcome.UNCHANGED: _("Unchanged"),
        ImportOutcome.REFUSED: _("Refused"),
    }
)
INVITATION_STATES: Mapping[InvitationState, LazyString] = MappingProxyType(
    {
        InvitationState.PENDING: _("Waiting for an answer"),
        InvitationState.ACCEPTED: _("Accepted"),
        InvitationState.EXPIRED: _("Expired"),
        InvitationState.REVOKED: _("Revoked"),
    }
)
SIGN_IN_METHODS: Mapping[SignInMethod, LazyString] = MappingProxyType(
    {
        SignInMethod.PASSWORD: _("Password"),
        SignInMethod.RESET_LINK: _("Link for a new password"),
        SignInMethod.INVITATION: _("Invitation"),
        SignInMethod.OPENID: _("Identity provider"),
    }
)
CHANGE_FIELDS: Mapping[ChangeField, LazyString] = MappingProxyType(
    {
        ChangeField.NAME: _("Legal name"),
        ChangeField.ENTERPRISE_NUMBER: _("Enterprise number"),
        ChangeField.VAT_NUMBER: _("VAT number"),
    }
)
CHANGE_STATES: Mapping[ChangeState, LazyString] = MappingProxyType(
    {
        ChangeState.OPEN: _("Waiting for a decision"),
        ChangeState.ACCEPTED: _("Accepted"),
        # A request is feminine in French, a document that an import refuses is not.
        ChangeState.REFUSED: lazy_pgettext("change request", "Refused"),
        ChangeState.WITHDRAWN: _("Withdrawn"),
    }
)
MAIL_KINDS: Mapping[MailKind, LazyString] = MappingProxyType(
    {
        MailKind.RESET_PASSWORD: _("Link for a new password"),
        MailKind.FIRST_PASSWORD: _("Link for a first password"),
        MailKind.PASSWORD_CHANGED: _("Notice: password changed"),
        MailKind.CONFIRM_EMAIL: _("Confirmation of an e-mail address"),
        MailKind.EMAIL_CHANGED: _("Notice: e-mail address changed"),
        MailKind.INVITATION: _("Invitation"),
        MailKind.ADMINISTRATOR_ADDED: _("Notice: administrator added"),
        MailKind.ADMINISTRATOR_CHANGED: _("Notice: change concerning an administrator"),
        MailKind.CHANGE_REQUESTED: _("Notice: change asked for"),
        MailKind.CHANGE_ACCEPTED: _("Notice: change made"),
        MailKind.CHANGE_REFUSED: _("Notice: change refused"),
        MailKind.NEW_DEVICE: _("Notice: sign-in from a new device"),
        MailKind.SECOND_STEP_ENABLED: _("Notice: second step switched on"),
        MailKind.SECOND_STEP_DISABLED: _("Notice: second step switched off"),
        MailKind.RECOVERY_CODES_MADE: _("Notice: new recovery codes"),
        MailKind.RECOVERY_CODE_USED: _("Notice: recovery code used"),
        MailKind.IDENTITY_LINKED: _("Notice: identity provider linked"),
        MailKind.IDENTITY_UNLINKED: _("Notice: identity provider unlinked"),
        MailKind.EXPORT_READY: _("Notice: file ready"),
        MailKind.EXPORT_FAILED: _("Notice: file could not be made"),
        MailKind.TEST: _("Test of the mail settings"),
    }
)
ADMINISTRATOR_CHANGES: Mapping[AdministratorChange, LazyString] = MappingProxyType(
    {
        AdministratorChange.EMAIL_CHANGED: _("Other e-mail address to sign in with"),
        AdministratorChange.SECOND_STEP_ENABLED: _("Second step of the sign-in switched on"),
        AdministratorChange.SECOND_STEP_DISABLED: _("Second step of the sign-in switched off"),
        AdministratorChange.RECOVERY_CODES_MADE: _("New recovery codes for the second step"),
        AdministratorChange.ACCESS_CHANGED: _("Access changed"),
        AdministratorChange.NO_LONGER_ADMINISTRATOR: _("No longer an administrator"),
        AdministratorChange.ACCESS_REMOVED: _("Access removed"),
    }
)
MAIL_STATES: Mapping[MailState, LazyString] = MappingProxyType(
    {
        MailState.QUEUED: _("Queued"),
        MailState.SENDING: _("Being sent"),
        MailState.SENT: _("Sent"),
        MailState.DEFERRED: _("Will be tried again"),
        MailState.FAILED: _("Failed"),
        MailState.BOUNCED: _("Returned"),
    }
)
TASKS: Mapping[Task, LazyString] = MappingProxyType(
    {
        Task.SEND_MAIL: _("Send a mail"),
        Task.REQUEST_PASSWORD_RESET: _("Answer a forgotten password"),
        Task.TELL_ADMINISTRATORS: _("Tell administrators of a change"),
        Task.EXPIRE_ACCESS: _("End access that has expired"),
        Task.EXPIRE_INVITATIONS: _("End invitations that have expired"),
        Task.MAKE_EXPORT: _("Make a file that somebody asked for"),
        Task.CHECK_IMPORT: _("Check an upload of invoices"),
        Task.RUN_IMPORT: _("Import invoices"),
        Task.REPAIR_IMPORT: _("Try refused documents again"),
        Task.SWEEP_IMPORTS: _("Clear up after imports"),
        Task.PURGE_EXPIRED: _("Remove what is no longer needed"),
        Task.REFRESH_FIGURES: _("Add up the figures of the overview"),
    }
)
EXPORT_KINDS: Mapping[ExportKind, LazyString] = MappingProxyType(
    {
        ExportKind.INVOICES_CSV: _("List as CSV"),
        ExportKind.INVOICES_XLSX: _("List for Excel"),
        ExportKind.DOCUMENTS_ZIP: _("Documents as ZIP"),
    }
)
EXPORT_STATES: Mapping[ExportState, LazyString] = MappingProxyType(
    {
        ExportState.WAITING: _("Waiting"),
        ExportState.RUNNING: _("Being made"),
        ExportState.DONE: _("Ready"),
        ExportState.FAILED: _("Failed"),
        ExportState.EXPIRED: _("Expired"),
    }
)
JOB_STATES: Mapping[JobState, LazyString] = MappingProxyType(
    {
        JobState.WAITING: _("Waiting"),
        JobState.RUNNING: _("Running"),
        JobState.DONE: _("Done"),
        JobState.DEAD: _("Given up"),
        JobState.CANCELLED: _("Cancelled"),
    }
)
AUDIT_ACTIONS: Mapping[AuditAction, LazyString] = MappingProxyType(
    {
        AuditAction.SIGNED_IN: _("Signed in"),
        AuditAction.SIGN_IN_FAILED: _("Sign-in failed"),
        AuditAction.SIGN_IN_THROTTLED: _("Sign-in refused after too many attempts"),
        AuditAction.SIGNED_OUT: _("Signed out"),
        AuditAction.SESSION_ENDED: _("Session ended"),
        AuditAction.USER_CREATED: _("User added"),
        AuditAction.USER_CHANGED: _("User changed"),
        AuditAction.USER_DISABLED: _("User disabled"),
        AuditAction.USER_ENABLED: _("User enabled"),
        AuditAction.PASSWORD_SET: _("Password set"),
        AuditAction.LANGUAGE_CHANGED: _("Language changed"),
        AuditAction.MEMBERSHIP_CREATED: _("Access given"),
        AuditAction.MEMBERSHIP_CHANGED: _("Access changed"),
        AuditAction.MEMBERSHIP_REMOVED: _("Access removed"),
        AuditAction.PORTFOLIO_ASSIGNED: _("Company given to an account manager"),
        AuditAction.PORTFOLIO_WITHDRAWN: _("Company taken from an account manager"),
        AuditAction.COMPANY_CREATED: _("Company added"),
        AuditAction.COMPANY_CHANGED: _("Company details changed"),
        AuditAction.ADDRESS_CREATED: _("Address added"),
        AuditAction.ADDRESS_CHANGED: _("Address changed"),
        AuditAction.ADDRESS_ARCHIVED: _("Address archived"),
        AuditAction.ADDRESS_RESTORED: _("Address restored"),
        AuditAction.CONTACT_CREATED: _("Contact added"),
        AuditAction.CONTACT_CHANGED: _("Contact changed"),
        AuditAction.CONTACT_REMOVED: _("Contact removed"),
        AuditAction.INVOICE_IMPORTED: _("Invoice imported"),
        AuditAction.DOCUMENT_STORED: _("Document stored"),
        AuditAction.DOCUMENT_DOWNLOADED: _("Document downloaded"),
        AuditAction.DOCUMENT_UNREADABLE: _("Document could not be read"),
        AuditAction.PAYMENT_RECORDED: _("Payment recorded"),
        AuditAction.PAYMENT_ALLOCATED: _("Payment used for an invoice"),
        AuditAction.PAYMENT_TAKEN_BACK: _("Payment taken back from an invoice"),
        AuditAction.PAYMENT_MOVED: _("Payment moved to another invoice"),
        AuditAction.PAYMENT_GIVEN: _("Payment given to a company"),
        AuditAction.PAYMENT_RELEASED: _("Payment taken from a company"),
        AuditAction.CREDIT_ALLOCATED: _("Credit note used for an invoice"),
        AuditAction.IMPORT_STARTED: _("Import started"),
        AuditAction.IMPORT_FINISHED: _("Import finished"),
        AuditAction.IMPORT_UPLOADED: _("Invoices uploaded"),
        AuditAction.IMPORT_DISCARDED: _("Upload discarded"),
        AuditAction.IMPORT_REPAIRED: _("Refused documents tried again"),
        AuditAction.ISSUER_CHANGED: _("Settings of the issuer changed"),
        AuditAction.CROSS_COMPANY_OPENED: _("Work across companies"),
        AuditAction.PASSWORD_RESET_REQUESTED: _("A new password was asked for"),
        AuditAction.PASSWORD_RESET_THROTTLED: _(
            "Requests for a new password refused after too many"
        ),
        AuditAction.PASSWORD_RESET_STARTED: _("Link for a new password sent by an administrator"),
        AuditAction.EMAIL_CHANGE_REQUESTED: _("Change of e-mail address asked for"),
        AuditAction.EMAIL_CHANGE_THROTTLED: _("Requests for another e-mail address slowed down"),
        AuditAction.EMAIL_CHANGED: _("E-mail address changed"),
        AuditAction.SIGN_IN_CONFIRMED: _("Identity confirmed again"),
        AuditAction.NEW_DEVICE_SEEN: _("Signed in from a new device"),
        AuditAction.SECOND_STEP_ENABLED: _("Second step switched on"),
        AuditAction.SECOND_STEP_DISABLED: _("Second step switched off"),
        AuditAction.SECOND_STEP_FAILED: _("Second step failed"),
        AuditAction.RECOVERY_CODES_MADE: _("Recovery codes made"),
        AuditAction.RECOVERY_CODE_USED: _("Recovery code used"),
        AuditAction.IDENTITY_LINKED: _("Account at a provider linked"),
        AuditAction.IDENTITY_UNLINKED: _("Account at a provider unlinked"),
        AuditAction.IDENTITY_REFUSED: _("Sign-in through a provider refused"),
        AuditAction.DOMAIN_APPROVED: _("Domain approved for a provider"),
        AuditAction.DOMAIN_WITHDRAWN: _("Approval of a domain withdrawn"),
        AuditAction.INVITATION_SENT: _("Invitation sent"),
        AuditAction.INVITATION_RESENT: _("Invitation sent again"),
        AuditAction.INVITATION_REVOKED: _("Invitation revoked"),
        AuditAction.INVITATION_ACCEPTED: _("Invitation accepted"),
        AuditAction.INVITATION_EXPIRED: _("Invitation expired"),
        AuditAction.INVITATIONS_THROTTLED: _("Invitations refused after too many"),
        AuditAction.MEMBERSHIP_EXPIRED: _("Access expired"),
        AuditAction.MAIL_FAILED: _("Mail not delivered"),
        AuditAction.MAIL_BOUNCED: _("Mail returned"),
        AuditAction.MAIL_RESENT: _("Mail sent again"),
        AuditAction.EXPORT_ASKED: _("File asked for"),
        AuditAction.EXPORT_MADE: _("File made"),
        AuditAction.EXPORT_FAILED: _("File could not be made"),
        AuditAction.EXPORT_DOWNLOADED: _("File downloaded"),
        AuditAction.EXPORT_DELETED: _("File deleted"),
        AuditAction.JOB_REQUEUED: _("Job started again"),
        AuditAction.JOB_CANCELLED: _("Job cancelled"),
        AuditAction.CHANGE_REQUESTED: _("Change asked for"),
        AuditAction.CHANGE_ACCEPTED: _("Change accepted"),
        AuditAction.CHANGE_REFUSED: _("Change refused"),
        AuditAction.CHANGE_WITHDRAWN: _("Change withdrawn"),
        AuditAction.FILTER_SAVED: _("Filter saved"),
        AuditAction.FILTER_CHANGED: _("Saved filter changed"),
        AuditAction.FILTER_REMOVED: _("Saved filter removed"),
        AuditAction.FILTER_RESTORED: _("Saved filter brought back"),
    }
)

_SHARED: tuple[tuple[type[Any], Mapping[Any, LazyString]], ...] = (
    (EmployerRole, EMPLOYER_ROLES),
    (StaffRole, STAFF_ROLES),
    (DeliveryMode, DELIVERY_MODES),
    (VatStatus, VAT_STATUSES),
    (ContactTopic, CONTACT_TOPICS),
    (InvoiceKind, INVOICE_KINDS),
    (PaymentState, PAYMENT_STATES),
    (PaymentUse, PAYMENT_USES),
    (PaymentOutcome, PAYMENT_OUTCOMES),
    (PaymentOrigin, PAYMENT_ORIGINS),
    # Names of file formats are the same in every language.
    (DocumentFormat, MappingProxyType({one: one.value for one in DocumentFormat})),
    (DocumentOrigin, DOCUMENT_ORIGINS),
    (ImportSource, IMPORT_SOURCES),
    (ImportState, IMPORT_STATES),
    (ImportOutcome, IMPORT_OUTCOMES),
    (InvitationState, INVITATION_STATES),
    (SignInMethod, SIGN_IN_METHODS),
    (ChangeField, CHANGE_FIELDS),
    (ChangeState, CHANGE_STATES),
    (MailKind, MAIL_KINDS),
    (AdministratorChange, ADMINISTRATOR_CHANGES),
    (MailState, MAIL_STATES),
    (Task, TASKS),
    (JobState, JOB_STATES),
    (ExportKind, EXPORT_KINDS),
    (ExportState, EXPORT_STATES),
    (AuditAction, AUDIT_ACTIONS),
)
for _kind, _words in _SHARED:
    label_enum(_kind, _words)
