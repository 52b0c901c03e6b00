"""What is over about imports is cleared away, and nothing that a document refers to."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.cli.demo.companies import MARTIN
from app.documents.archives import UploadedFile
from app.domain.audit import AuditAction
from app.domain.clock import now
from app.domain.imports import REFUSED_KEPT, UPLOAD_KEPT, ImportState
from app.domain.jobs import JobState, Task
from app.domain.ports import BlobMissing
from app.extensions import ports
from app.jobs.upkeep import sweep_imports
from app.jobs.work import Work
from app.models import AuditEvent, Document, ImportBatch, ImportRow, Job
from app.security.cross_company import cross_company
from app.services.imports.sweeping import LEFTOVER
from app.services.imports.uploads import keep_upload, open_batch
from tests import cast
from tests.imports import count, document, new_buyer


@pytest.fixture
def checked(app, run_jobs):
    """An upload that waits for a decision: its id, and the name of what is held."""
    return _uploaded(app, run_jobs, document(new_buyer(), "SW-1"))


def test_an_upload_that_nobody_decided_on_goes_and_says_so(app, checked):
    batch_id, held = checked
    _sweep(app)
    assert _batch(app, batch_id).state is ImportState.CHECKED

    _age(app, batch_id, UPLOAD_KEPT)
    _sweep(app)

    gone = _batch(app, batch_id)
    assert (gone.state, gone.held, gone.failure) == (
        ImportState.DISCARDED,
        None,
        "upload_expired",
    )
    assert not _is_held(app, held)
    assert count(app, AuditEvent, action=AuditAction.IMPORT_DISCARDED.value) == 1
    assert count(app, ImportRow, batch_id=batch_id, is_planned=True) == 1


def test_the_report_of_a_discarded_upload_goes_later(app, checked):
    batch_id, _held = checked
    _set(app, ImportBatch, batch_id, state=ImportState.DISCARDED, finished_at=now() - LEFTOVER)

    _sweep(app)

    assert count(app, ImportRow, batch_id=batch_id) == 0


def test_an_import_whose_job_was_given_up_is_closed(app, checked, run_jobs):
    batch_id, _held = checked
    _set(app, ImportBatch, batch_id, state=ImportState.RUNNING)
    _age(app, batch_id, timedelta(hours=1))
    _sweep(app)
    closed = _batch(app, batch_id)
    assert (closed.state, closed.failure) == (ImportState.FAILED, "import_given_up")


def test_an_import_whose_job_waits_goes_on(app, checked):
    batch_id, _held = checked
    _set(app, ImportBatch, batch_id, state=ImportState.CHECKING)
    _age(app, batch_id, timedelta(hours=1))
    with app.app_context(), cross_company("a test") as session:
        session.execute(
            update(Job).where(Job.task == Task.CHECK_IMPORT).values(state=JobState.WAITING)
        )
        session.commit()

    _sweep(app)

    assert _batch(app, batch_id).state is ImportState.CHECKING


def test_a_repair_that_was_given_up_leaves_the_import_done(app, checked):
    batch_id, _held = checked
    _set(app, ImportBatch, batch_id, state=ImportState.REPAIRING)
    _age(app, batch_id, timedelta(hours=1))

    _sweep(app)

    assert _batch(app, batch_id).state is ImportState.DONE


def test_refused_files_are_kept_for_a_while_and_documents_for_good(app, run_jobs):
    blobs = _documents(app)
    row = _refused_row(app)
    _sweep(app)
    assert _is_held(app, row.held)

    _set(app, ImportRow, row.id, held_until=now() - timedelta(seconds=1))
    _touch(app, row.held, REFUSED_KEPT + timedelta(days=2))
    _sweep(app)

    assert count(app, ImportRow, id=row.id, held=None) == 1
    assert not _is_held(app, row.held)
    with app.app_context():
        assert all(ports().blobs.exists(name) for name in blobs)


def test_a_leftover_that_no_import_knows_goes_with_time(app):
    with app.app_context():
        fresh, old = (ports().holding.hold([b"left over"], folder="uploads") for _ in range(2))
    _touch(app, old, LEFTOVER + timedelta(days=1))

    _sweep(app)

    assert _is_held(app, fresh)
    assert not _is_held(app, old)


def test_a_sweep_that_finds_nothing_leaves_no_trace(app):
    _sweep(app)
    before = count(app, AuditEvent)

    _sweep(app)

    assert count(app, AuditEvent) == before


def _sweep(app):
    with app.app_context():
        sweep_imports(Work(0, Task.SWEEP_IMPORTS, {}, None, 1))


def _uploaded(app, run_jobs, data):
    with app.app_context(), cross_company("a test") as session:
        upload = keep_upload([UploadedFile("a.xml", io.BytesIO(data))], ports().holding)
        marc = cast.user(app, cast.MARC).id
        batch, _job = open_batch(session, upload, by_user_id=marc, create_companies=False)
        session.commit()
        found = batch.id, upload.held
    run_jobs()
    return found


def _refused_row(app):
    from app.documents.archives import SourceFile
    from app.domain.imports import ImportSource
    from app.jobs.invoice_import import run_import
    from app.services.imports.values import ImportOrder

    with app.app_context():
        run_import(
            [SourceFile("a.xml", b"no xml"), SourceFile("b.xml", document(MARTIN, "SW-2"))],
            ImportOrder(ImportSource.COMMAND_LINE),
            blobs=ports().blobs,
            holding=ports().holding,
            on_result=lambda _result: None,
        )
        with cross_company("a test") as session:
            row = session.scalars(select(ImportRow).where(ImportRow.held.is_not(None))).one()
            session.expunge(row)
            return row


def _documents(app):
    with app.app_context(), cross_company("a test") as session:
        return list(session.scalars(select(Document.sha256)))


def _batch(app, batch_id):
    with app.app_context(), cross_company("a test") as session:
        batch = session.get_one(ImportBatch, batch_id)
        session.expunge(batch)
        return batch


def _set(app, kind, row_id, **values):
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(kind).where(kind.id == row_id).values(**values))
        session.commit()


def _age(app, batch_id, by):
    _set(app, ImportBatch, batch_id, updated_at=now() - by - timedelta(minutes=1))


def _touch(app, name, by):
    """Make what is held look as if it were put there long ago."""
    import os

    root = Path(app.extensions["settings"].storage_url.removeprefix("file://"))
    at = (now() - by).timestamp()
    os.utime(root / "held" / name, (at, at))


def _is_held(app, name):
    with app.app_context():
        try:
            list(ports().holding.open(name))
        except BlobMissing:
            return False
        return True
