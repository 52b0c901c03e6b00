"""How invoices reach an address, and why a Belgian company may be on e-mail alone."""

from enum import StrEnum


class DeliveryMode(StrEnum):
    EMAIL = "EMAIL"
    PEPPOL = "PEPPOL"
    PEPPOL_AND_EMAIL = "PEPPOL_AND_EMAIL"

    @property
    def needs_peppol_id(self) -> bool:
        return self is not DeliveryMode.EMAIL

    @property
    def needs_email(self) -> bool:
        return self is not DeliveryMode.PEPPOL


class VatStatus(StrEnum):
    """What the company is for Belgian VAT: decides whether e-mail alone is a legal invoice.

    Source: law of 6 February 2024, structured invoices between Belgian taxable persons from 1 January 2026.
    """

    LIABLE = "LIABLE"
    EXEMPT = "EXEMPT"
    NOT_LIABLE = "NOT_LIABLE"
    FLAT_RATE = "FLAT_RATE"
    BANKRUPT = "BANKRUPT"
    FOREIGN = "FOREIGN"
    UNKNOWN = "UNKNOWN"

    @property
    def email_alone_is_legal(self) -> bool:
        return self not in {VatStatus.LIABLE, VatStatus.UNKNOWN}
