"""DocumentRenderer on typst: the readable copy of an invoice, with its XML attached."""

import re

from app.documents.pdf.engine import ENGINE, looks
from app.documents.pdf.page import Page
from app.domain.einvoice import EInvoice
from app.domain.ports import Brand


class TypstRenderer:
    """Shares the compiler of the process."""

    def render(self, einvoice: EInvoice, *, xml: bytes, language: str, brand: Brand) -> bytes:
        """The PDF. Texts of the document are data to the template, never markup.

        Its date is the issue date, so equal arguments give equal bytes in every process.
        Raises RenderingFailed.
        """
        content = Page(einvoice, language=language, brand=brand).content()
        content |= looks(brand) | _attachment(einvoice, xml)
        return ENGINE.draw("invoice.typ", content, on=einvoice.issued_on, name=einvoice.number)


def _attachment(einvoice: EInvoice, xml: bytes) -> dict[str, object]:
    """UTF-8 goes over as text; other encodings as one character per byte, so no byte changes."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", einvoice.number).strip("-.")[:60] or "document"
    try:
        return {"xml_name": f"{name}.xml", "xml": xml.decode("utf-8"), "xml_is_text": True}
    except UnicodeDecodeError:
        return {"xml_name": f"{name}.xml", "xml": xml.decode("latin-1"), "xml_is_text": False}
