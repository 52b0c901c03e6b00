"""Whatever is imported, a document is there with all of its rows and bytes, or with none."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.documents.archives import SourceFile
from app.domain.imports import ImportOutcome, ImportSource, ImportState
from app.domain.invoicing import DocumentFormat
from app.extensions import ports
from app.jobs.invoice_import import plan_import, run_import
from app.models import Document, ImportBatch, ImportRow, Invoice, InvoiceContent
from app.security.cross_company import cross_company
from app.services.imports.values import ImportOrder
from tests.documents.mutations import mutated

ORDER = ImportOrder(ImportSource.COMMAND_LINE, create_companies=True)
SLOW = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(documents=st.lists(mutated(), min_size=1, max_size=8))
def test_a_document_is_there_as_a_whole_or_not_at_all(app, documents):
    sources = [SourceFile(f"{number}.xml", data) for number, data in enumerate(documents)]
    planned, results = [], []
    with app.app_context():
        before = _ids()
        plan_import(sources, ORDER, on_result=planned.append)
        summary = run_import(
            sources,
            ORDER,
            blobs=ports().blobs,
            holding=ports().holding,
            on_result=results.append,
        )
        new = _ids() - before

        assert [one.outcome for one in results] == [one.outcome for one in planned]
        created = summary.counts[ImportOutcome.CREATED]
        assert len(new) == created
        _assert_whole(new)
        _assert_reported(summary, len(documents))


def _assert_whole(ids):
    with cross_company("a test") as session:
        session.rollback()
        contents = select(func.count()).select_from(InvoiceContent)
        assert session.scalar(contents.where(InvoiceContent.invoice_id.in_(ids))) == len(ids)
        files = session.execute(
            select(Document.format, Document.sha256).where(Document.invoice_id.in_(ids))
        ).all()
        assert sum(one.format is DocumentFormat.XML for one in files) == len(ids)
        assert all(ports().blobs.exists(one.sha256) for one in files)


def _assert_reported(summary, documents):
    with cross_company("a test") as session:
        session.rollback()
        batch = session.scalars(
            select(ImportBatch).where(ImportBatch.public_id == summary.batch)
        ).one()
        rows = session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id)).all()
        counts = (batch.created_count, batch.unchanged_count, batch.refused_count)
        assert batch.state is ImportState.DONE
        assert sum(counts) == len(rows) == documents


def _ids():
    with cross_company("a test") as session:
        session.rollback()
        return set(session.scalars(select(Invoice.id)))
