"""The files of an invoice: found, or drawn once from the XML; never half a file."""

import hashlib
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.services.ledger import in_company
from tests.services.trail import follow_trail


class Broken:
    """A renderer that cannot draw."""

    def render(self, *_arguments, **_options):
        from app.domain.ports import RenderingFailed

        raise RenderingFailed(reason="for a test")


def pdfs_of(session, invoice):
    from app.domain.invoicing import DocumentFormat
    from app.models import Document

    return session.scalar(
        select(func.count())
        .select_from(Document)
        .where(Document.invoice_id == invoice.id, Document.format == DocumentFormat.PDF)
    )


def test_xml_is_what_arrived(session):
    from app.domain.invoicing import DocumentFormat
    from app.extensions import ports
    from app.services.documents import document_bytes, find_document

    invoice = cast.invoice(session, cast.MARTIN)
    with in_company(session, cast.MARTIN):
        file = find_document(session, ports(), invoice.public_id, DocumentFormat.XML)
        data = document_bytes(session, ports(), invoice.public_id, DocumentFormat.XML)

    assert data.startswith(b"<?xml")
    assert hashlib.sha256(data).hexdigest() == file.sha256
    assert file.size_bytes == len(data)
    assert file.filename == f"{invoice.number}.xml"


def test_a_missing_pdf_is_drawn_stored_and_recorded_once(session):
    from app.domain.invoicing import DocumentFormat
    from app.extensions import ports
    from app.services.documents import document_bytes

    invoice = cast.invoice(session, cast.MARTIN)
    trail = follow_trail(session)
    with in_company(session, cast.MARTIN):
        first = document_bytes(session, ports(), invoice.public_id, DocumentFormat.PDF)
        second = document_bytes(session, ports(), invoice.public_id, DocumentFormat.PDF)
        session.flush()

        assert first.startswith(b"%PDF-")
        assert first == second
        assert pdfs_of(session, invoice) == 1
    assert [event.action for event in trail] == ["DOCUMENT_STORED"]


def test_a_reader_who_writes_nothing_gets_the_same_bytes(session):
    from app.domain.invoicing import DocumentFormat
    from app.extensions import ports
    from app.services.documents import document_bytes

    invoice = cast.invoice(session, cast.MARTIN)
    with in_company(session, cast.MARTIN):
        seen = document_bytes(session, ports(), invoice.public_id, DocumentFormat.PDF, keep=False)
        assert pdfs_of(session, invoice) == 0
        kept = document_bytes(session, ports(), invoice.public_id, DocumentFormat.PDF)

    assert seen == kept


def test_when_two_draw_at_once_the_first_one_is_the_document(session):
    from app.domain.invoicing import DocumentFormat, DocumentOrigin
    from app.models import Document
    from app.services.documents import DocumentFile, _stored

    invoice = cast.invoice(session, cast.MARTIN)
    with in_company(session, cast.MARTIN):
        session.add(
            Document(
                company_id=invoice.company_id,
                address_id=invoice.address_id,
                invoice_id=invoice.id,
                format=DocumentFormat.PDF,
                origin=DocumentOrigin.RENDERED,
                sha256="a" * 64,
                size_bytes=1,
            )
        )
        session.flush()
        late = DocumentFile(invoice.id, invoice.number, DocumentFormat.PDF, "b" * 64, 2)

        assert _stored(session, late).sha256 == "a" * 64
        assert pdfs_of(session, invoice) == 1


def test_a_pdf_that_cannot_be_drawn_stores_nothing(session):
    from app.domain.invoicing import DocumentFormat
    from app.domain.ports import RenderingFailed
    from app.extensions import ports
    from app.services.documents import document_bytes

    invoice = cast.invoice(session, cast.MARTIN)
    broken = replace(ports(), renderer=Broken())
    with in_company(session, cast.MARTIN):
        with pytest.raises(RenderingFailed):
            document_bytes(session, broken, invoice.public_id, DocumentFormat.PDF)

        assert pdfs_of(session, invoice) == 0
        assert document_bytes(session, broken, invoice.public_id, DocumentFormat.XML)


def test_a_stranger_s_document_is_unknown_like_one_that_does_not_exist(session):
    from app.domain.invoicing import DocumentFormat
    from app.extensions import ports
    from app.services.documents import InvoiceUnknown, find_document

    theirs = cast.invoice(session, cast.PEETERS)
    with in_company(session, cast.MARTIN):
        for public_id in (theirs.public_id, uuid4()):
            with pytest.raises(InvoiceUnknown):
                find_document(session, ports(), public_id, DocumentFormat.PDF)


def test_an_unreadable_document_leaves_a_trace(session):
    from app.domain.invoicing import DocumentFormat
    from app.domain.ports import BlobMissing
    from app.services.documents import note_unreadable

    invoice = cast.invoice(session, cast.MARTIN)
    trail = follow_trail(session)
    with in_company(session, cast.MARTIN):
        note_unreadable(session, invoice.public_id, DocumentFormat.XML, error=BlobMissing())
        session.flush()

    assert [(event.action, event.changes["reason"]) for event in trail] == [
        ("DOCUMENT_UNREADABLE", [None, "blob_missing"])
    ]


@pytest.mark.parametrize(
    ("number", "stem"),
    [
        ("2026-001", "2026-001"),
        ("A/B\\C", "A-B-C"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("...", "document"),
        ("", "document"),
        ("Né 1\u202e\x00\n", "Né 1"),
        ("x" * 300, "x" * 100),
        ('a"b<c>d|e?f*g:h', "a-b-c-d-e-f-g-h"),
    ],
)
def test_a_number_becomes_the_name_of_a_file_anywhere(number, stem):
    from app.domain.filenames import safe_stem

    assert safe_stem(number) == stem
