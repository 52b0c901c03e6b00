"""What the fields of audit events are called, and the words for their values."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.views.labels import (
    CONTACT_TOPICS,
    DELIVERY_MODES,
    EMPLOYER_ROLES,
    EXPORT_KINDS,
    VAT_STATUSES,
)

FIELDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "enterprise_number": _("Enterprise number"),
        "vat_number": _("VAT number"),
        "customer_number": _("Customer number"),
        "vat_status": _("VAT status"),
        "endpoint_scheme": _("PEPPOL scheme"),
        "endpoint_id": _("PEPPOL identifier"),
        "invoice_name": _("Name on the invoice"),
        "position": _("Position"),
        "topic": _("Contact for"),
        "address": _("Address"),
        "street": _("Street and number"),
        "additional_street": _("Additional address line"),
        "postcode": _("Postcode"),
        "city": _("City"),
        "country": _("Country"),
        "delivery_mode": _("Delivery mode"),
        "billing_emails": _("Invoices by e-mail to"),
        "buyer_reference": _("Buyer reference"),
        "delivery_location_id": _("Delivery location"),
        "is_default": _("Default address"),
        "archived_at": _("Archived"),
        "email": _("E-mail address"),
        "device": _("Device"),
        "phone": _("Telephone"),
        "website": _("Website"),
        "language": _("Language"),
        "role": _("Role"),
        "staff_role": _("Role"),
        "starts_on": _("From"),
        "expires_on": _("Until"),
        "limited_to_addresses": _("Only some addresses"),
        "addresses": _("Addresses"),
        "active": _("May sign in"),
        "contact_email": _("E-mail address for questions"),
        "contact_phone": _("Telephone for questions"),
        "sender_name": _("Name of the sender"),
        "sender_email": _("E-mail address of the sender"),
        "default_language": _("First language"),
        "languages": _("Languages"),
        "password": _("Password"),
        "iban": _("IBAN"),
        "bic": _("BIC"),
        "amount_cents": _("Amount"),
        "currency": _("Currency"),
        "company": _("Company"),
        "invoice": _("Invoice"),
        "reason": _("Reason"),
        "reply": _("Answer"),
        "format": _("Format"),
        "export_kind": _("Kind"),
        "documents": _("Documents"),
        "is_default_view": _("Default view"),
    }
)
"""In the order in which a change of several lists them; a field without words is not shown."""

LABELS: Mapping[str, Mapping[str, LazyString]] = MappingProxyType(
    {
        "delivery_mode": {member.value: label for member, label in DELIVERY_MODES.items()},
        "vat_status": {member.value: label for member, label in VAT_STATUSES.items()},
        "topic": {member.value: label for member, label in CONTACT_TOPICS.items()},
        "export_kind": {member.value: label for member, label in EXPORT_KINDS.items()},
        "role": {member.value: label for member, label in EMPLOYER_ROLES.items()},
    }
)
"""The words for the values of enums, by field."""
