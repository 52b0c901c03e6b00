"""An upload is checked and imported by workers that are killed: nothing twice, nothing half, counts right."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli.demo.companies import MARTIN
from app.documents.archives import UploadedFile
from app.domain.imports import ImportOutcome, ImportState
from app.extensions import ports
from app.models import Document, ImportBatch, ImportRow, Invoice, InvoiceContent, Job
from app.security.cross_company import cross_company
from app.services.imports.uploads import confirm_upload, keep_upload, open_batch
from tests import cast
from tests.imports import document
from tests.queue.bench import until

ROOT = Path(__file__).parents[2]
GOOD, BAD = 150, 6


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("empty_ledger")
def test_what_a_killed_worker_left_is_gone_on_with(app, database, settings):
    with app.app_context():
        batch_id, public_id = _uploaded(app)

    for _kill in range(2):
        _killed_in_the_middle(app, database, settings, batch_id, ImportState.CHECKING)
    with _worker(database, settings):
        until(lambda: _batch(app, batch_id).state is ImportState.CHECKED, within_s=60)
    checked = _batch(app, batch_id)
    assert (checked.planned_created_count, checked.planned_refused_count) == (GOOD, BAD)
    assert checked.planned_unchanged_count == 1  # the last file is the first one again
    assert _rows(app, batch_id, is_planned=True) == GOOD + BAD + 1
    assert _count(app, Invoice, Invoice.number.like("KILL-%")) == 0

    with app.app_context(), cross_company("a test") as session:
        confirm_upload(session, public_id)
        session.commit()
    for _kill in range(2):
        _killed_in_the_middle(app, database, settings, batch_id, ImportState.RUNNING)
    with _worker(database, settings):
        until(lambda: _all_is_done(app), within_s=60)
    _assert_imported(app, batch_id)


def _assert_imported(app, batch_id):
    batch = _batch(app, batch_id)
    assert batch.state is ImportState.DONE
    assert (batch.created_count, batch.unchanged_count, batch.refused_count) == (GOOD, 1, BAD)
    assert _rows(app, batch_id, is_planned=False) == GOOD + BAD + 1
    assert _rows(app, batch_id, is_planned=True) == 0
    assert batch.held is None
    ours = select(Invoice.id).where(Invoice.number.like("KILL-%"))
    assert _count(app, Invoice, Invoice.number.like("KILL-%")) == GOOD
    assert _count(app, InvoiceContent, InvoiceContent.invoice_id.in_(ours)) == GOOD
    with app.app_context(), cross_company("a test") as session:
        names = list(session.scalars(select(Document.sha256).where(Document.invoice_id.in_(ours))))
        attempts = list(session.scalars(select(Job.attempts)))
        assert len(names) == GOOD
        assert all(ports().blobs.exists(name) for name in names)
        assert max(attempts) > 1, "no worker was killed over its work"
        held = session.scalars(
            select(ImportRow).where(ImportRow.outcome == ImportOutcome.REFUSED)
        ).all()
        assert all(
            ports().holding.read(one.held, start=one.held_start, size=one.held_size) == b"no xml"
            for one in held
        )


def _uploaded(app):
    model = document(MARTIN, "KILL-000")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(GOOD):
            archive.writestr(f"{number:03}.xml", model.replace(b"KILL-000", b"KILL-%03d" % number))
            if number % 25 == 0:
                archive.writestr(f"{number:03}-bad.xml", b"no xml")
        archive.writestr("z.xml", model)
    upload = keep_upload([UploadedFile("all.zip", packed)], ports().holding)
    with cross_company("a test") as session:
        marc = cast.user(app, cast.MARC).id
        batch, _job = open_batch(session, upload, by_user_id=marc, create_companies=False)
        session.commit()
        return batch.id, batch.public_id


def _killed_in_the_middle(app, database, settings, batch_id, state):
    before = _batch(app, batch_id).position
    with _worker(database, settings) as worker:
        until(lambda: _batch(app, batch_id).position > before, within_s=60)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    left = _batch(app, batch_id)
    assert left.state is state
    assert before < left.position < GOOD


@contextmanager
def _worker(database, settings):
    addresses = database.addresses
    command = [
        *(sys.executable, "-m", "tests.jobs.import_worker"),
        f"{addresses.runtime} {addresses.system} {addresses.audit}",
        str(settings.data_dir),
    ]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as worker:
        try:
            assert worker.stdout.readline() == "ready\n"
            yield worker
        finally:
            worker.kill()


def _all_is_done(app):
    return _count(app, Job, Job.finished_at.is_(None)) == 0


def _batch(app, batch_id):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        batch = session.get_one(ImportBatch, batch_id)
        session.expunge(batch)
        return batch


def _rows(app, batch_id, *, is_planned):
    mine = ImportRow.batch_id == batch_id
    return _count(app, ImportRow, mine, ImportRow.is_planned.is_(is_planned))


def _count(app, kind, *where):
    with app.app_context(), cross_company("a test") as session:
        session.rollback()
        return session.scalar(select(func.count()).select_from(kind).where(*where))
