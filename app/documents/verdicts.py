"""Why a document was refused, and what was odd about one that was accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from app.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """Something a person may want to look at; the document is taken as received.

    Codes: sums_differ (rule, expected, found, line), check_digits_wrong (field), lines_missing,
    type_code_disagrees (type_code), embedded_pdf_unreadable, embedded_pdf_ambiguous (count).
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class UnreadableDocument(DomainError):
    """The bytes are not an invoice or credit note this product can take."""

    code: ClassVar[str] = "document_unreadable"


class DocumentEmpty(UnreadableDocument):
    code = "document_empty"


class DocumentTooLarge(UnreadableDocument):
    """params: limit_bytes."""

    code = "document_too_large"


class DocumentTooComplex(UnreadableDocument):
    """More elements, attributes, levels or text in one element than any invoice has."""

    code = "document_too_complex"


class NotXml(UnreadableDocument):
    """params: line, where the parser gave up."""

    code = "not_xml"


class EncodingInvalid(UnreadableDocument):
    """The bytes are not in the encoding that the document declares, or it is unknown."""

    code = "encoding_invalid"


class DtdRefused(UnreadableDocument):
    """A DOCTYPE: invoices have none, attacks do."""

    code = "dtd_refused"


class NotAnInvoice(UnreadableDocument):
    """params: root, the name of the element that was found instead."""

    code = "not_an_invoice"


class NumberMissing(UnreadableDocument):
    code = "number_missing"


class NumberTooLong(UnreadableDocument):
    """params: limit."""

    code = "number_too_long"


class IssueDateMissing(UnreadableDocument):
    code = "issue_date_missing"


class IssueDateInvalid(UnreadableDocument):
    """params: value."""

    code = "issue_date_invalid"


class DateInvalid(UnreadableDocument):
    """params: field (the UBL element), value."""

    code = "date_invalid"


class DocumentCurrencyUnknown(UnreadableDocument):
    """params: currency, empty when there is none."""

    code = "currency_unknown"


class CurrencyMismatch(UnreadableDocument):
    """A total is in another currency than the document. params: currency, found."""

    code = "currency_mismatch"


class AmountMissing(UnreadableDocument):
    """params: field."""

    code = "amount_missing"


class AmountInvalid(UnreadableDocument):
    """Not a decimal number, or beyond what an account can hold. params: field, value."""

    code = "amount_invalid"


class SellerMissing(UnreadableDocument):
    code = "seller_missing"


class BuyerMissing(UnreadableDocument):
    code = "buyer_missing"
