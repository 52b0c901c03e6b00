"""The picture of the invoice that its sender put into the UBL document, when there is one."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from app.documents.ubl_xml import CAC, CBC, child, text
from app.documents.verdicts import DocumentWarning

_PDF_TYPE = "application/pdf"
# How senders say "this attachment is the invoice itself": UNCL 1001 codes of invoices, or a word.
_INVOICE_CODES = {"380", "381", "384", "388", "389"}
_INVOICE_WORDS = (
    "invoice",
    "credit note",
    "factu",
    "facture",
    "rechnung",
    "gutschrift",
    "creditnota",
    "note de cr",
)


@dataclass(frozen=True, slots=True)
class EmbeddedPdf:
    data: bytes
    filename: str = ""


def find_embedded_pdf(root: etree._Element) -> tuple[EmbeddedPdf | None, list[DocumentWarning]]:
    """The attached PDF that shows the invoice, and warnings.

    One PDF: that one. Several: the first that says it is the invoice, by type code, description
    or file name. Several of which none says so may be time sheets: none is taken, and the
    document gets a PDF of our own. What does not decode to a PDF is as if it were not there.
    """
    warnings: list[DocumentWarning] = []
    readable: list[tuple[etree._Element, EmbeddedPdf]] = []
    for reference, attachment in _pdf_attachments(root):
        pdf = _decode(attachment)
        if pdf is None:
            warnings.append(DocumentWarning("embedded_pdf_unreadable"))
        else:
            readable.append((reference, pdf))
    named = [pdf for reference, pdf in readable if _is_the_invoice(reference, pdf.filename)]
    if named or len(readable) <= 1:
        return next(iter(named), readable[0][1] if readable else None), warnings
    warnings.append(DocumentWarning("embedded_pdf_ambiguous", {"count": str(len(readable))}))
    return None, warnings


def _pdf_attachments(root: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    for reference in root.iterchildren(f"{CAC}AdditionalDocumentReference"):
        attachment = child(reference, f"{CAC}Attachment", f"{CBC}EmbeddedDocumentBinaryObject")
        if (
            attachment is not None
            and (attachment.get("mimeCode") or "").strip().lower() == _PDF_TYPE
        ):
            yield reference, attachment


def _decode(attachment: etree._Element) -> EmbeddedPdf | None:
    try:
        data = base64.b64decode("".join((attachment.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not data.startswith(b"%PDF-"):
        return None
    return EmbeddedPdf(data, (attachment.get("filename") or "").strip())


def _is_the_invoice(reference: etree._Element, filename: str) -> bool:
    if text(reference, f"{CBC}DocumentTypeCode") in _INVOICE_CODES:
        return True
    words = f"{text(reference, f'{CBC}DocumentDescription')} {text(reference, f'{CBC}DocumentType')} {filename}"
    return any(word in words.lower() for word in _INVOICE_WORDS)
