"""UBL as XML: its namespaces, parsing it without trusting it, and reading one value of it."""

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from app.documents import verdicts
from app.domain.identifiers import Identifier

INVOICE_NS = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE_NS = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
CAC_NS = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC_NS = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = f"{{{CAC_NS}}}"
CBC = f"{{{CBC_NS}}}"

MAX_BYTES = 50 * 1024 * 1024
"""PEPPOL access points take less; the largest honest documents embed some scanned pages."""
MAX_MARKUP = 1_000_000
"""Tags and attributes. A line of an invoice has about a hundred, so this is 10,000 lines."""
MAX_AMOUNT = Decimal(10) ** 14
"""Beyond it four decimals no longer fit the 64 bits of a table."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,24}(?:\.[0-9]{0,24})?|\.[0-9]{1,24})")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_ENCODING_ERRORS = {
    etree.ErrorTypes.ERR_INVALID_ENCODING,
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
}
_LIMIT_ERRORS = {
    etree.ErrorTypes.ERR_RESOURCE_LIMIT,
    etree.ErrorTypes.ERR_NAME_TOO_LONG,
}


def parse(data: bytes, *, max_markup: int = MAX_MARKUP) -> etree._Element:
    """The root element; DTD, entities, network and libxml2's "huge" documents are refused.

    libxml2 stops at 256 levels and at 10 MB of text in one element, which caps an embedded PDF
    at about 7.5 MB.
    """
    if not data.strip():
        raise verdicts.DocumentEmpty
    if len(data) > MAX_BYTES:
        raise verdicts.DocumentTooLarge(limit_bytes=MAX_BYTES)
    if data.count(b"<") + data.count(b"=") > max_markup:
        raise verdicts.DocumentTooComplex
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise _refusal(error, data) from error
    # Our parser gives the tree of a DOCTYPE without reading what it points at.
    if root.getroottree().docinfo.internalDTD is not None:
        raise verdicts.DtdRefused
    return root


def text(parent: etree._Element | None, *path: str) -> str:
    """The text at the end of the path of tags, without space around it; "" when it is not there."""
    element = child(parent, *path)
    return "" if element is None else (element.text or "").strip()


def child(parent: etree._Element | None, *path: str) -> etree._Element | None:
    for tag in path:
        if parent is None:
            return None
        found = parent.iterchildren(tag)
        parent = None
        for parent in found:  # noqa: B007 - the first one; quicker than `next`, a hundred times a document
            break
    return parent


def identifier(parent: etree._Element | None, *path: str) -> Identifier | None:
    element = child(parent, *path)
    value = "" if element is None else (element.text or "").strip()
    if element is None or not value:
        return None
    return Identifier(value, (element.get("schemeID") or "").strip())


def number(parent: etree._Element | None, *path: str) -> Decimal | None:
    """Raises AmountInvalid."""
    value = text(parent, *path)
    if not value:
        return None
    if not _NUMBER.fullmatch(value) or (result := Decimal(value)).copy_abs() >= MAX_AMOUNT:
        raise verdicts.AmountInvalid(field=_name(path[-1]), value=value[:40])
    return result


def required_number(parent: etree._Element | None, *path: str) -> Decimal:
    """Raises AmountMissing or AmountInvalid."""
    value = number(parent, *path)
    if value is None:
        raise verdicts.AmountMissing(field=_name(path[-1]))
    return value


def day(parent: etree._Element | None, *path: str) -> date | None:
    """An xs:date; a time zone is dropped, because business days have none. Raises DateInvalid."""
    value = text(parent, *path)
    if not value:
        return None
    match = _DATE.fullmatch(value)
    try:
        return date.fromisoformat(match[1] if match else value[:40])
    except ValueError as error:
        raise verdicts.DateInvalid(field=_name(path[-1]), value=value[:40]) from error


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _parser() -> etree.XMLParser:
    # One per document: a shared parser would make threads wait for each other.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _refusal(error: etree.XMLSyntaxError, data: bytes) -> verdicts.UnreadableDocument:
    if b"<!DOCTYPE" in data:
        return verdicts.DtdRefused()
    cause: object = getattr(error, "code", None)  # libxml2's number; lxml-stubs do not know it
    if cause in _ENCODING_ERRORS:
        return verdicts.EncodingInvalid()
    if cause in _LIMIT_ERRORS:
        return verdicts.DocumentTooComplex()
    return verdicts.NotXml(line=error.lineno or 0)
