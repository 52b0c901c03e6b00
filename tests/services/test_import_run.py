"""Runs of the import: what is unique, what is kept, kills, races, full disks, links between documents."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from app.cli.demo.companies import MARTIN, PEETERS
from app.documents import ubl_writer
from app.documents.archives import SourceFile
from app.documents.embedded_pdf import EmbeddedPdf
from app.domain.audit import AuditAction
from app.domain.einvoice import DocumentReference, InvoiceKind, Party
from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.domain.invoicing import DocumentFormat, DocumentOrigin
from app.domain.ports import StorageFull
from app.extensions import db, ports
from app.jobs import import_chunks
from app.jobs.import_chunks import DatabaseLocked
from app.jobs.invoice_import import plan_import, run_import
from app.models import (
    AuditEvent,
    Company,
    Document,
    ImportBatch,
    ImportRow,
    Invoice,
    InvoiceContent,
    PrecedingInvoice,
)
from app.security.cross_company import cross_company
from app.services.imports.values import ImportOrder
from tests import cast
from tests.imports import count, document, einvoice, new_buyer

ORDER = ImportOrder(ImportSource.COMMAND_LINE)


def _run(app, *files, order=ORDER, blobs=None):
    results = []
    with app.app_context():
        run_import(
            [SourceFile(f"{n}.xml", data) for n, data in enumerate(files)],
            order,
            blobs=blobs or ports().blobs,
            on_result=results.append,
        )
    return results


def _outcomes(results):
    return [one.outcome.value for one in results]


def _documents(app, number):
    with app.app_context(), cross_company("a test") as session:
        rows = session.execute(
            select(Document.format, Document.origin, Document.sha256)
            .join(Invoice, Invoice.id == Document.invoice_id)
            .where(Invoice.number == number)
        )
        return {row.format: row for row in rows}


def test_same_bytes_are_unchanged_and_other_bytes_are_refused(app):
    first, other = document(MARTIN, "R-1"), document(MARTIN, "R-1", notes=("other",))

    assert _outcomes(_run(app, first)) == ["CREATED"]
    again = _run(app, first, other)

    assert _outcomes(again) == ["UNCHANGED", "REFUSED"]
    assert (again[1].code, again[1].params["number"]) == ("number_taken", "R-1")
    assert count(app, Invoice, number="R-1") == 1


def test_what_is_here_already_is_recognised_without_being_read(app, monkeypatch):
    data = document(MARTIN, "R-0")
    _run(app, data)

    monkeypatch.setattr("app.documents.ubl_reader.read", lambda _data: 1 / 0)
    again = _run(app, data)[0]

    assert (again.outcome, again.number) == (ImportOutcome.UNCHANGED, "R-0")
    assert again.company_name == MARTIN.name


def test_repetitions_inside_one_run_are_known(app):
    first, other = document(MARTIN, "R-2"), document(MARTIN, "R-2", notes=("other",))

    assert _outcomes(_run(app, first, first, other)) == ["CREATED", "UNCHANGED", "REFUSED"]


def test_an_invoice_and_a_credit_note_may_share_a_number(app):
    credit = document(MARTIN, "R-3", kind=InvoiceKind.CREDIT_NOTE)

    assert _outcomes(_run(app, document(MARTIN, "R-3"), credit)) == ["CREATED", "CREATED"]


def test_the_type_code_is_kept_whatever_the_kind(app):
    _run(app, document(MARTIN, "R-4", type_code="384"))

    with app.app_context(), cross_company("a test") as session:
        row = session.scalars(select(Invoice).where(Invoice.number == "R-4")).one()
        assert (row.kind, row.type_code) == (InvoiceKind.INVOICE, "384")


def test_original_bytes_and_the_pdf_inside_are_kept(app):
    pdf = b"%PDF-1.7 a picture of the invoice"
    data = ubl_writer.write(einvoice(MARTIN, "R-5"), pdf=EmbeddedPdf(pdf, "r5.pdf"))
    data = data.replace(b"<cbc:ID>R-5</cbc:ID>", b"<cbc:ID>R-5</cbc:ID><!-- as received -->", 1)

    _run(app, data)
    kept = _documents(app, "R-5")

    with app.app_context():
        assert ports().blobs.read(kept[DocumentFormat.XML].sha256) == data
        assert ports().blobs.read(kept[DocumentFormat.PDF].sha256) == pdf
    assert kept[DocumentFormat.XML].origin is DocumentOrigin.RECEIVED
    assert kept[DocumentFormat.PDF].origin is DocumentOrigin.EMBEDDED


@pytest.mark.parametrize("credit_first", [True, False])
def test_a_credit_note_finds_its_invoice_whichever_comes_first(app, credit_first):
    reference = (DocumentReference("R-6", None),)
    invoice = document(MARTIN, "R-6")
    credit = replace(einvoice(MARTIN, "C-6", kind=InvoiceKind.CREDIT_NOTE), preceding=reference)
    files = [ubl_writer.write(credit), invoice]

    for data in files if credit_first else reversed(files):
        _run(app, data)

    with app.app_context(), cross_company("a test") as session:
        link = session.scalars(
            select(PrecedingInvoice).where(PrecedingInvoice.number == "R-6")
        ).one()
        named = session.get_one(Invoice, link.referenced_id)
        assert (named.number, named.kind) == ("R-6", InvoiceKind.INVOICE)


def test_a_reference_never_leads_to_another_company_or_another_seller(app):
    reference = (DocumentReference("R-7", None),)
    credit = replace(einvoice(MARTIN, "C-7", kind=InvoiceKind.CREDIT_NOTE), preceding=reference)
    stranger = Party(name="Somebody else", vat_id="BE0990800758")

    _run(
        app,
        document(PEETERS, "R-7"),
        document(MARTIN, "R-7", seller=stranger),
        ubl_writer.write(credit),
    )

    with app.app_context(), cross_company("a test") as session:
        links = session.scalars(
            select(PrecedingInvoice.referenced_id).where(PrecedingInvoice.number == "R-7")
        )
        assert list(links) == [None]


def test_references_that_are_one_once_they_are_cut_are_kept_once(app):
    endless = tuple(DocumentReference("9" * 200 + end) for end in "AB")
    data = ubl_writer.write(replace(einvoice(MARTIN, "C-8"), preceding=endless))

    assert _outcomes(_run(app, data, document(MARTIN, "C-9"))) == ["CREATED", "CREATED"]


def test_a_dry_run_says_the_same_and_writes_nothing(app):
    sources = [
        SourceFile(f"{n}.xml", data)
        for n, data in enumerate(
            [document(new_buyer(), "D-1"), document(new_buyer(), "D-2"), document(MARTIN, "D-3")]
        )
    ]
    tables = (Invoice, Company, ImportBatch, ImportRow, AuditEvent, Document)
    before = [count(app, table) for table in tables]
    planned = []

    with app.app_context():
        plan_import(
            sources,
            replace(ORDER, create_companies=True),
            on_result=planned.append,
        )

    assert _outcomes(planned) == ["CREATED"] * 3
    assert [count(app, table) for table in tables] == before


def test_companies_that_are_opened_go_to_the_manager_or_to_nobody(app):
    marc = cast.user(app, cast.MARC).id
    _run(app, document(new_buyer(), "P-1"), order=replace(ORDER, create_companies=True))
    client = app.test_client()
    cast.sign_in(client, cast.MARC)
    assert new_buyer().name not in client.get("/backoffice/companies/list/").text

    other = new_buyer(name="Chez Marc SRL", vat_id="", endpoint=None)
    other = replace(other, legal_id=replace(other.legal_id, value="0990800758"))
    _run(
        app,
        document(other, "P-2"),
        order=replace(ORDER, create_companies=True, manager_id=marc),
    )
    assert other.name in client.get("/backoffice/companies/list/").text


def test_a_batch_keeps_counts_rows_and_events(app):
    _run(app, document(MARTIN, "B-1"), document(MARTIN, "B-2"), b"<a/>")

    with app.app_context(), cross_company("a test") as session:
        batch = session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
        rows = session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id)).all()
        told = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == AuditAction.INVOICE_IMPORTED)
            .order_by(AuditEvent.id.desc())
        ).first()
        assert (batch.state, batch.created_count, batch.refused_count) == (ImportState.DONE, 2, 1)
        assert [one.code for one in rows] == [None, None, "not_an_invoice"]
        assert (told.target_label, told.changes) == ("B-1, B-2", {"documents": [None, 2]})


def test_a_killed_import_leaves_whole_documents_and_is_finished_by_running_it_again(
    app, monkeypatch
):
    files = [document(MARTIN, f"K-{n}") for n in range(6)]
    monkeypatch.setattr(import_chunks, "CHUNK_DOCUMENTS", 2)

    class Killed(BaseException):
        pass

    def die_at_the_fourth(result, seen=[]):  # noqa: B006 - counts over the calls
        seen.append(result)
        if len(seen) == 4:
            raise Killed

    with app.app_context(), pytest.raises(Killed):
        run_import(
            [SourceFile(f"{n}.xml", data) for n, data in enumerate(files)],
            ORDER,
            blobs=ports().blobs,
            on_result=die_at_the_fourth,
        )
    assert _whole(app) == 4

    assert _outcomes(_run(app, *files)) == ["UNCHANGED"] * 4 + ["CREATED"] * 2
    assert _whole(app) == 6


def test_a_full_disk_stops_the_import_with_nothing_half_done(app, monkeypatch):
    monkeypatch.setattr(import_chunks, "CHUNK_DOCUMENTS", 2)
    real = _blobs(app)
    room = iter([True] * 3)

    def put(data, *, media_type):
        if not next(room, False):
            raise StorageFull
        return real.put(data, media_type=media_type)

    with pytest.raises(StorageFull):
        _run(
            app,
            *(document(MARTIN, f"K-{n}") for n in range(4)),
            blobs=SimpleNamespace(put=put),
        )

    assert _whole(app) == 2
    with app.app_context(), cross_company("a test") as session:
        newest = select(ImportBatch.state).order_by(ImportBatch.id.desc()).limit(1)
        assert session.scalar(newest) is ImportState.FAILED


def test_two_imports_of_the_same_files_at_once_create_each_document_once(app):
    files = [document(new_buyer(), f"T-{n}") for n in range(30)]
    order = replace(ORDER, create_companies=True)
    outcomes: list[list[str]] = [[], []]
    ready = threading.Barrier(2)

    def work(index):
        ready.wait()
        outcomes[index] = _outcomes(_run(app, *files, order=order))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes[0] + outcomes[1]) == ["CREATED"] * 30 + ["UNCHANGED"] * 30
    assert count(app, Company, name=new_buyer().name) == 1
    assert count(app, Invoice, number="T-7") == 1


def test_a_document_that_another_import_writes_meanwhile_is_found_unchanged(app, monkeypatch):
    data = document(MARTIN, "W-1")
    planned = import_chunks.write_chunk
    raced = []

    def race(session, batch_id, chunk, **keywords):
        if not raced:
            raced.append(True)
            _fail_as_if_taken()
        return planned(session, batch_id, chunk, **keywords)

    def _fail_as_if_taken():
        monkeypatch.setattr(import_chunks, "write_chunk", planned)
        _run(app, data)
        raise IntegrityError("insert", {}, Exception("unique"))

    monkeypatch.setattr(import_chunks, "write_chunk", race)

    assert _outcomes(_run(app, data)) == ["UNCHANGED"]


def test_a_locked_database_is_told_in_words(app, monkeypatch):
    locked = SimpleNamespace(sqlite_errorname="SQLITE_BUSY")

    def busy(*_arguments, **_keywords):
        error = OperationalError("update", {}, Exception())
        error.orig = locked
        raise error

    monkeypatch.setattr(import_chunks, "write_chunk", busy)

    with pytest.raises(DatabaseLocked):
        _run(app, document(MARTIN, "L-1"))


def test_a_chunk_looks_up_as_often_however_many_documents_it_has(app):
    few = _look_ups(app, [document(MARTIN, f"S-{n}") for n in range(5)])
    many = _look_ups(app, [document(MARTIN, f"S-{n}") for n in range(10, 30)])

    assert many == few


def test_a_thousand_lines_are_one_document(app):
    model = einvoice(MARTIN, "BIG")
    lines = tuple(replace(model.lines[0], id=str(n)) for n in range(1000))

    result = _run(app, ubl_writer.write(replace(model, lines=lines)))[0]

    assert result.outcome is ImportOutcome.CREATED


def _look_ups(app, files):
    seen = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("SELECT"):
            seen.append(statement)

    with app.app_context():
        engine = db.engines.get("system") or db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        _run(app, *files)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def _whole(app):
    """How many of the K documents are there; each with its content and its XML in the store."""
    with app.app_context(), cross_company("a test") as session:
        ids = list(session.scalars(select(Invoice.id).where(Invoice.number.like("K-%"))))
        contents = session.scalar(
            select(func.count())
            .select_from(InvoiceContent)
            .where(InvoiceContent.invoice_id.in_(ids))
        )
        names = list(session.scalars(select(Document.sha256).where(Document.invoice_id.in_(ids))))
        assert len(ids) == contents == len(names)
        assert all(ports().blobs.exists(name) for name in names)
        return len(ids)


def _blobs(app):
    with app.app_context():
        return ports().blobs
