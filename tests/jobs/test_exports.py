"""Making a file: with what its requester may see now, once, whatever happens to the worker."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from app.domain.clock import now, today
from app.domain.exports import ExportKind, ExportState, Sight
from app.domain.jobs import JobState, Task
from app.domain.ports import StorageUnavailable
from app.models import AuditEvent, Document, Export, Job, Membership, OutgoingMail, PortalUser
from app.services.exports.requests import Asker, ExportOrder, ask_for_export
from app.services.exports.selection import every_page
from app.services.invoice_list import InvoiceQuery
from tests import cast
from tests.sheets import rows_of_csv, sheets_of

ROOT = Path(__file__).resolve().parents[2]
YEAR = {"first": date(2000, 1, 1).isoformat(), "last": date(2100, 1, 1).isoformat()}


@pytest.fixture
def everything(app):
    """A session that sees all companies, and leaves no trace of its own."""
    from app.extensions import db
    from app.security.scope import EVERYTHING
    from app.security.tenancy import TenantSession, open_scope

    with app.app_context(), TenantSession(db=db, info={"engine": "system"}) as session:
        open_scope(session, EVERYTHING)
        yield session


@pytest.fixture
def ask(everything):
    """Have something made for somebody, at Boulangerie Martin or in the back-office."""

    def asking(email=cast.CLAIRE, kind=ExportKind.INVOICES_CSV, *, staff=False, **query):
        company = None if staff else cast.company(everything, cast.MARTIN).id
        selection = every_page(InvoiceQuery(today(), **query)).as_json()
        order = ExportOrder(
            kind=kind,
            filter=YEAR if kind is ExportKind.DOCUMENTS_ZIP else selection,
            file_name=f"Martin.{kind.ending}",
            language="nl",
            total_count=1,
        )
        asker = Asker(cast.user(everything, email).id, company, Sight(None, None))
        export = ask_for_export(everything, order, by=asker)
        everything.commit()
        return export

    return asking


@pytest.fixture
def read(app, everything):
    """The row as it is now, and its bytes."""

    def reading(export):
        everything.expire_all()
        everything.refresh(export)
        stored = export.stored_file
        blobs = app.extensions["ports"].blobs
        return export, b"".join(blobs.open_file(stored)) if stored else b""

    return reading


@pytest.fixture
def store(app, monkeypatch):
    """Wraps a method of the storage for the test."""
    blobs = app.extensions["ports"].blobs

    def wrapping(name, function):
        whole = getattr(blobs, name)
        monkeypatch.setattr(blobs, name, lambda *a, **b: function(whole, *a, **b))

    return wrapping


def files_of(settings, export):
    folder = Path(settings.storage_url.removeprefix("file://")) / "files" / export.folder
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def mails(session, kind="EXPORT_READY"):
    return session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind)).all()


def change(session, email, **values):
    person = cast.user(session, email).id
    company = cast.company(session, cast.MARTIN).id
    theirs = (Membership.user_id == person, Membership.company_id == company)
    session.execute(update(Membership).where(*theirs).values(**values))
    session.commit()


@pytest.mark.parametrize("kind", [ExportKind.INVOICES_CSV, ExportKind.INVOICES_XLSX])
def test_a_list_is_made_in_the_language_of_whoever_asked(ask, read, run_jobs, everything, kind):
    export = ask(kind=kind)
    run_jobs()
    export, data = read(export)
    rows = rows_of_csv(data) if kind is ExportKind.INVOICES_CSV else sheets_of(data)[0]

    assert export.state is ExportState.DONE
    assert rows[0][0] == "Nummer"
    assert len(rows) - 1 == len(cast.invoices(everything, cast.MARTIN))
    assert export.expires_at - export.finished_at == timedelta(days=7)
    [mail] = mails(everything)
    assert (mail.language, mail.to_email) == ("nl", cast.CLAIRE)
    assert mail.company_id == export.company_id


def test_the_link_of_the_mail_leads_to_the_page(ask, run_jobs, everything, app):
    from flask import url_for

    at_company, for_staff = ask(), ask(cast.MARC, staff=True)
    run_jobs()

    with app.test_request_context():
        company_id = cast.company_id(everything, cast.MARTIN)
        paths = {
            url_for("exports.show", company_id=company_id, public_id=at_company.public_id),
            url_for("staff_exports.show", public_id=for_staff.public_id),
        }
    assert {one.context["page"] for one in mails(everything)} == paths


@pytest.mark.parametrize("kind", ExportKind)
def test_somebody_limited_to_an_address_never_gets_more(ask, read, run_jobs, everything, kind):
    export = ask(cast.LEA, kind)
    run_jobs()
    export, data = read(export)
    namur = cast.address(everything, "Namur").id
    invoices = cast.invoices(everything, cast.MARTIN)
    numbers = {one.number for one in invoices if one.address_id == namur}
    if kind is ExportKind.DOCUMENTS_ZIP:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()[1:]
        found = {name.rpartition(".")[0] for name in names}
    else:
        rows = rows_of_csv(data) if kind is ExportKind.INVOICES_CSV else sheets_of(data)[0]
        found = {row[0] for row in rows[1:]}

    assert found == numbers
    assert len(numbers) < len(invoices)
    assert Sight.from_json(export.sight).addresses == (namur,)


def test_the_limits_of_now_count_not_those_of_when_it_was_asked_for(
    ask, read, run_jobs, everything
):
    export = ask(cast.BRUNO)
    change(everything, cast.BRUNO, limited_to_addresses=True)
    run_jobs()
    export, data = read(export)

    assert export.state is ExportState.DONE
    assert len(rows_of_csv(data)) == 1  # to no address in particular


@pytest.mark.parametrize("kind", ExportKind)
def test_who_has_left_meanwhile_gets_nothing_and_no_mail(ask, read, run_jobs, everything, kind):
    export = ask(cast.BRUNO, kind)
    change(everything, cast.BRUNO, expires_on=today() - timedelta(days=1))
    run_jobs()
    export, data = read(export)

    assert (export.state, export.reason, data) == (ExportState.FAILED, "export_not_allowed", b"")
    assert mails(everything) == mails(everything, "EXPORT_FAILED") == []


@pytest.mark.parametrize(
    "values", [{"expires_on": date(2020, 1, 1)}, {"limited_to_addresses": True}]
)
def test_who_sees_less_by_the_end_gets_nothing_and_no_mail(
    ask, read, run_jobs, everything, store, settings, values
):
    def withdrawing(whole, name, pieces, **more):
        change(everything, cast.BRUNO, **values)
        return whole(name, pieces, **more)

    store("put_file", withdrawing)
    export = ask(cast.BRUNO)
    run_jobs()
    export, data = read(export)

    assert (export.state, export.reason, data) == (ExportState.FAILED, "export_not_allowed", b"")
    assert mails(everything) == []
    assert files_of(settings, export) == []


def test_who_may_no_longer_sign_in_gets_nothing(ask, read, run_jobs, everything):
    export = ask(cast.BRUNO)
    everything.execute(
        update(PortalUser).where(PortalUser.username == cast.BRUNO).values(active=False)
    )
    everything.commit()
    run_jobs()

    assert read(export)[0].state is ExportState.FAILED


@pytest.mark.parametrize(
    ("email", "companies"),
    [(cast.MARC, {cast.MARTIN, cast.DUBOIS}), (cast.NORA, {cast.PEETERS})],
)
def test_an_account_manager_gets_the_portfolio(ask, read, run_jobs, email, companies):
    export = ask(email, staff=True)
    run_jobs()

    assert {row[0] for row in rows_of_csv(read(export)[1])[1:]} <= companies


def test_an_auditor_gets_everything_and_an_administrator_nothing(ask, read, run_jobs):
    auditor, administrator = ask(cast.ANA, staff=True), ask(cast.SOFIA, staff=True)
    run_jobs()

    assert {cast.MARTIN, cast.PEETERS} <= {row[0] for row in rows_of_csv(read(auditor)[1])[1:]}
    assert read(administrator)[0].state is ExportState.FAILED


def test_a_job_of_a_company_cannot_be_turned_to_another(ask, read, run_jobs, everything):
    """Claire asked at her company; a job that names another one finds no export of hers there."""
    export = ask()
    peeters = cast.company(everything, cast.PEETERS).id
    job = update(Job).where(Job.task == Task.MAKE_EXPORT).values(company_id=peeters)
    everything.execute(job)
    everything.commit()
    run_jobs()

    assert read(export)[0].state is ExportState.WAITING


def test_missing_pdfs_are_drawn_on_the_way(ask, read, run_jobs, everything, app):
    invoice = cast.invoice(everything, cast.MARTIN)
    pdf = (Document.invoice_id == invoice.id, Document.format == "PDF")
    everything.execute(delete(Document).where(*pdf))
    export = ask(kind=ExportKind.DOCUMENTS_ZIP)
    run_jobs()
    archive = zipfile.ZipFile(io.BytesIO(read(export)[1]))

    assert archive.read(f"{invoice.number}.pdf").startswith(b"%PDF")
    assert everything.scalars(select(Document).where(*pdf)).one().origin == "RENDERED"


def test_a_pack_holds_the_statement_of_account_in_the_language_that_was_asked_for(
    ask, read, run_jobs
):
    export = ask(kind=ExportKind.DOCUMENTS_ZIP)
    run_jobs()
    archive = zipfile.ZipFile(io.BytesIO(read(export)[1]))
    pdf, lines = (name for name in archive.namelist() if "Rekeningoverzicht" in name)

    assert archive.read(pdf).startswith(b"%PDF")
    assert "Beginsaldo" in archive.read(lines).decode("utf-8-sig")


def test_a_pack_is_made_page_by_page_in_bounded_steps(
    ask, read, run_jobs, everything, monkeypatch, store
):
    """Rows, files and the archive are asked for as they are written; nothing waits in memory."""
    monkeypatch.setattr("app.services.archives.DOCUMENTS_A_PAGE", 4)
    monkeypatch.setattr("app.jobs.export_files.DOCUMENTS_A_STEP", 1)
    opened, seen = [], []
    store("read", lambda whole, name: opened.append(name) or whole(name))

    def watched(whole, name, pieces, **more):
        def watching():
            for piece in pieces:
                seen.append(len(opened))
                yield piece

        return whole(name, watching(), **more)

    store("put_file", watched)
    steps = []
    from app.services.exports import making

    recorded = making.record_progress
    monkeypatch.setattr(
        making, "record_progress", lambda s, t, done: steps.append(done) or recorded(s, t, done)
    )
    export = ask(kind=ExportKind.DOCUMENTS_ZIP)
    run_jobs()
    count = len(cast.invoices(everything, cast.MARTIN))

    assert read(export)[0].total_count == count
    # A PDF that is missing is drawn from the XML, and read back.
    assert max(after - before for before, after in pairwise(seen)) <= 2
    assert steps == list(range(1, count + 1))


@pytest.mark.timeout(120)
def test_a_worker_that_is_killed_half_way_leaves_one_file_and_one_mail(
    ask, read, run_jobs, everything, database, settings, time_machine
):
    export = ask()
    addresses = database.addresses
    command = [
        *(sys.executable, "-m", "tests.jobs.export_worker"),
        f"{addresses.runtime} {addresses.system} {addresses.audit}",
        str(settings.data_dir),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout.readline() == "half-way\n"
        worker.send_signal(signal.SIGKILL)
    half_way, _ = read(export)
    assert (half_way.state, half_way.done_count) == (ExportState.RUNNING, 3)
    everything.rollback()

    time_machine.move_to(now() + timedelta(minutes=2))
    run_jobs()
    export, data = read(export)

    assert export.state is ExportState.DONE
    assert len(rows_of_csv(data)) - 1 == len(cast.invoices(everything, cast.MARTIN))
    assert len(files_of(settings, export)) == 1
    assert len(mails(everything)) == 1
    job = everything.scalars(select(Job).where(Job.task == Task.MAKE_EXPORT)).one()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_what_a_killed_attempt_left_is_deleted(ask, read, run_jobs, app, settings):
    export = ask()
    blobs = app.extensions["ports"].blobs
    blobs.put_file(f"{export.folder}/of-an-attempt", [b"half"], media_type="text/csv")
    run_jobs()

    assert files_of(settings, export) == [read(export)[0].stored_name.rpartition("/")[2]]


def test_a_job_that_runs_again_changes_nothing(ask, read, run_jobs, everything):
    export = ask()
    run_jobs()
    before = read(export)[0].stored_name
    again = update(Job).where(Job.task == Task.MAKE_EXPORT)
    everything.execute(again.values(state=JobState.WAITING, run_at=now()))
    everything.commit()
    run_jobs()

    assert read(export)[0].stored_name == before
    assert len(mails(everything)) == 1


def test_storage_that_does_not_answer_is_waited_for(
    ask, read, run_jobs, everything, store, time_machine
):
    answers = iter([False])

    def unsure(whole, *given, **more):
        if next(answers, True):
            return whole(*given, **more)
        raise StorageUnavailable

    store("put_file", unsure)
    export = ask()
    run_jobs()
    assert read(export)[0].state is ExportState.RUNNING
    everything.rollback()

    time_machine.move_to(now() + timedelta(hours=1))
    run_jobs()
    assert read(export)[0].state is ExportState.DONE
    assert len(mails(everything)) == 1


def test_an_archive_of_storage_that_fails_half_way_is_not_one_with_holes(
    ask, read, run_jobs, everything, store, settings
):
    calls = []

    def failing(whole, *given):
        calls.append(1)
        if len(calls) > 5:
            raise StorageUnavailable
        return whole(*given)

    store("read", failing)
    export = ask(kind=ExportKind.DOCUMENTS_ZIP)
    run_jobs()

    assert read(export)[0].state is ExportState.RUNNING
    assert files_of(settings, export) == []


def test_a_failure_nobody_foresaw_is_told_in_the_end(
    ask, read, run_jobs, everything, store, time_machine
):
    from app.queue.backoff import MOST_ATTEMPTS

    def broken(_whole, *_given, **_more):
        raise KeyError("nobody foresaw it")

    store("put_file", broken)
    export = ask()
    everything.execute(
        update(Job).where(Job.task == Task.MAKE_EXPORT).values(attempts=MOST_ATTEMPTS - 1)
    )
    everything.commit()
    run_jobs(failing=True)

    assert read(export)[0].reason == "export_not_made"
    assert len(mails(everything, "EXPORT_FAILED")) == 1


def test_one_that_is_deleted_while_it_is_made_comes_to_nothing(
    ask, run_jobs, everything, store, settings
):
    export = ask()
    folder = export.folder

    def deleting(whole, name, pieces, **more):
        everything.execute(delete(Export))
        everything.commit()
        return whole(name, pieces, **more)

    store("put_file", deleting)
    run_jobs()

    assert everything.scalars(select(Export)).all() == []
    assert mails(everything) == []
    assert not (Path(settings.storage_url.removeprefix("file://")) / "files" / folder).exists()


def test_files_go_when_their_time_is_over_and_rows_long_after(
    ask, read, run_jobs, everything, settings, time_machine
):
    from app.queue import enqueue

    old, new = ask(), ask(cast.VERA)
    run_jobs()
    everything.execute(
        update(Export).where(Export.id == new.id).values(expires_at=now() + timedelta(days=30))
    )
    time_machine.move_to(now() + timedelta(days=8))
    enqueue(everything, Task.PURGE_EXPIRED)
    everything.commit()
    run_jobs()

    assert read(old)[0].state is ExportState.EXPIRED
    assert files_of(settings, old) == []
    assert read(new)[0].state is ExportState.DONE
    assert len(files_of(settings, new)) == 1
    everything.rollback()

    time_machine.move_to(now() + timedelta(days=95))
    enqueue(everything, Task.PURGE_EXPIRED)
    everything.commit()
    run_jobs()
    everything.expire_all()
    assert [one.id for one in everything.scalars(select(Export))] == [new.id]


def test_each_step_is_in_the_trail(ask, run_jobs, everything):
    ask()
    run_jobs()
    events = everything.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("EXPORT_")).order_by(AuditEvent.id)
    ).all()

    assert [one.action for one in events] == ["EXPORT_ASKED", "EXPORT_MADE"]
    assert {one.company_id for one in events} == {cast.company(everything, cast.MARTIN).id}
    assert {one.target_label for one in events} == {"Martin.csv"}
