"""The life of an invoice: payment states, where a stored document came from, the tabs people look through."""

from enum import StrEnum


class PaymentState(StrEnum):
    OPEN = "OPEN"
    PARTLY = "PARTLY"
    PAID = "PAID"


class DocumentFormat(StrEnum):
    PDF = "PDF"
    XML = "XML"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is DocumentFormat.PDF else "application/xml"


class DocumentOrigin(StrEnum):
    """Where stored bytes came from: as received, out of the received XML, or drawn from it."""

    RECEIVED = "RECEIVED"
    EMBEDDED = "EMBEDDED"
    RENDERED = "RENDERED"


class InvoiceTab(StrEnum):
    """The tabs of the invoice list; a credit note is in ALL and CREDIT_NOTES only."""

    ALL = "ALL"
    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    PAID = "PAID"
    CREDIT_NOTES = "CREDIT_NOTES"
