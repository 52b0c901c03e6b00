"""Uploading invoices: files, a report before anything is written, the import, what came of it."""

import time
from collections.abc import Callable, Iterator
from typing import ClassVar
from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort, current_app, request, stream_with_context, url_for
from flask_babel import force_locale, get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import BooleanField, MultipleFileField

from app.documents.archives import UploadedFile, count_sources
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportState
from app.extensions import db, ports
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.jobs.running import run_here
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.imports.refusals import ImportUnknown
from app.services.imports.repairs import ask_for_repair
from app.services.imports.reports import (
    ROWS_PER_PAGE,
    BatchReport,
    every_row,
    find_batch,
    rows_of,
)
from app.services.imports.uploads import (
    KeptUpload,
    confirm_upload,
    discard_upload,
    keep_upload,
    open_batch,
)
from app.views.backoffice.import_words import line_of, progress_words, report_csv
from app.views.document_files import attachment

SMALL_BYTES = 2 * 1024 * 1024
SMALL_DOCUMENTS = 200
"""What is no larger is done within the request, by the same job: nobody waits for a worker to look."""
WAITED_S = 3.0
REFRESHED_S = 3
_LOOKED_EVERY_S = 0.05
_LAST_ID = 2**31 - 1
_REPAIRED = "REPAIRED"


class NothingUploaded(DomainError):
    """The form came without a file."""

    code = "nothing_uploaded"


class UploadForm(FlaskForm):
    """The files themselves are judged by the import, one by one."""

    files = MultipleFileField(_("XML files or a ZIP file"))
    create_companies = BooleanField(_("Open a company for each buyer we do not know yet"))


class InvoiceImportView(PortalView):
    endpoint_name = "invoice_import"
    route_base = "/backoffice/imports"
    form_template: ClassVar[str] = "backoffice/import_upload.html"

    @expose("/new")
    @requires(Permission.IMPORT_INVOICES)
    def new(self) -> Response:
        return self.render_form(UploadForm())

    @expose("/new", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def upload(self) -> Response:
        """Keep the files and have them checked; nothing is written of them."""
        form = UploadForm()
        try:
            files = _uploaded(form.files.data)
            kept = keep_upload(files, ports().holding)
            batch, job_id = open_batch(
                db.session(),
                kept,
                by_user_id=_user_id(),
                create_companies=form.create_companies.data,
            )
            batch.total_count = _count_if_small(files, kept)
            public_id, total = batch.public_id, batch.total_count
            db.session.commit()
        except DomainError as error:
            return self.refuse(error, form)
        _run_if_small(job_id, total, public_id)
        return _shown(public_id)

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_IMPORTS)
    def show(self, public_id: UUID) -> str:
        batch = _found(public_id)
        if batch.is_at_work:
            return self.render("backoffice/import_progress.html", **_progress(batch))
        template = "review" if batch.state is ImportState.CHECKED else "result"
        return self.render(f"backoffice/import_{template}.html", **_documents(batch))

    @expose("/<uuid:public_id>/confirm", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def confirm(self, public_id: UUID) -> Response:
        """Import what the report spoke of; documents that came in meanwhile are found to be there."""
        return self._decided(public_id, confirm_upload)

    @expose("/<uuid:public_id>/discard", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def discard(self, public_id: UUID) -> Response:
        return self._decided(public_id, discard_upload)

    @expose("/<uuid:public_id>/retry", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def retry(self, public_id: UUID) -> Response:
        """Try all refused documents again."""
        return self._decided(public_id, ask_for_repair)

    @expose("/<uuid:public_id>/report.csv")
    @requires(Permission.VIEW_IMPORTS)
    def report(self, public_id: UUID) -> FlaskResponse:
        batch = _found(public_id)
        stream = _in_language(str(get_locale() or "fr"), db.session(), batch)
        response = FlaskResponse(stream_with_context(stream), mimetype="text/csv")
        name = gettext("Import %(day)s", day=f"{batch.started_at:%Y-%m-%d %H%M}")
        response.headers["Content-Disposition"] = attachment(f"{name}.csv")
        return response

    def form_context(self) -> dict[str, object]:
        return {"limit_mb": current_app.config["MAX_CONTENT_LENGTH"] >> 20}

    def _decided(self, public_id: UUID, decide: Callable[[Session, UUID], int | None]) -> Response:
        session = db.session()
        try:
            job_id = decide(session, public_id)
            total = find_batch(session, public_id).total
            session.commit()
        except ImportUnknown:
            abort(404)
        except DomainError as error:
            return self.refuse(error, url=_url(public_id))
        _run_if_small(job_id, total, public_id)
        return _shown(public_id)


def _found(public_id: UUID) -> BatchReport:
    try:
        return find_batch(db.session(), public_id)
    except ImportUnknown:
        abort(404)


def _progress(batch: BatchReport) -> dict[str, object]:
    return {
        "batch": batch,
        "text": progress_words(batch),
        "waits_for": sentence(batch.failure, {}) if batch.failure else None,
        "refreshed_s": None if request.args.get("refresh") == "off" else REFRESHED_S,
    }


def _documents(batch: BatchReport) -> dict[str, object]:
    """What the page lists, by the outcome that its address asks for."""
    picked = request.args.get("outcome", "")
    outcome = ImportOutcome(picked) if picked in ImportOutcome.__members__ else None
    repaired = picked == _REPAIRED
    if repaired:
        outcome = ImportOutcome.REFUSED
    after_id = min(max(0, request.args.get("after", 0, type=int)), _LAST_ID)
    rows = rows_of(
        db.session(),
        batch,
        outcome=outcome,
        repaired=repaired if outcome is ImportOutcome.REFUSED else None,
        after_id=after_id,
        limit=ROWS_PER_PAGE + 1,
    )
    shown = rows[:ROWS_PER_PAGE]
    return {
        "batch": batch,
        "source": label_of(batch.source),
        "state": label_of(batch.state),
        "failure": sentence(batch.failure, {}) if batch.failure else None,
        "outcome": _REPAIRED if repaired else outcome,
        "rows": [line_of(one) for one in shown],
        "is_first": after_id == 0,
        "next_id": shown[-1].id if len(rows) > ROWS_PER_PAGE else None,
    }


def _in_language(language: str, session: Session, batch: BatchReport) -> Iterator[bytes]:
    """While it goes out nobody is signed in any more, so the language is chosen before."""
    with force_locale(language):
        yield from report_csv(every_row(session, batch))


def _uploaded(files: list[FileStorage] | None) -> list[UploadedFile]:
    found = [UploadedFile(one.filename, one.stream) for one in files or () if one.filename]
    if not found:
        raise NothingUploaded(field="files")
    return found


def _count_if_small(files: list[UploadedFile], kept: KeptUpload) -> int | None:
    return count_sources(files) if kept.size_bytes <= SMALL_BYTES else None


def _run_if_small(job_id: int | None, total: int | None, public_id: UUID) -> None:
    """Here, or for a moment longer by the worker that was quicker."""
    if job_id is None or total is None or total > SMALL_DOCUMENTS:
        return
    run_here(current_app._get_current_object(), job_id)  # type: ignore[attr-defined]  # noqa: SLF001
    until = time.monotonic() + WAITED_S
    while find_batch(db.session(), public_id).is_at_work and time.monotonic() < until:
        db.session.rollback()
        time.sleep(_LOOKED_EVERY_S)
    db.session.rollback()


def _user_id() -> int:
    principal = current_principal()
    if principal is None:
        abort(403)
    return principal.user_id


def _url(public_id: UUID) -> str:
    return url_for("invoice_import.show", public_id=public_id)


def _shown(public_id: UUID) -> Response:
    return see_other(_url(public_id))
