"""Uploading invoices: files, a report before anything is written, the import, what came of it."""

from typing import Any, ClassVar
from uuid import UUID

from flask import abort, current_app, request, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import BooleanField, MultipleFileField

from app.documents.archives import ArchiveLimits, UploadedFile, iter_sources
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource
from app.domain.ports import BlobMissing
from app.extensions import db, ports
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.jobs.invoice_import import plan_import, run_import
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.security.tenancy import current_scope
from app.services.imports.reports import ROWS_PER_PAGE, ImportUnknown, find_batch, rows_of
from app.services.imports.staging import (
    MAX_DOCUMENTS,
    KeptUpload,
    Staging,
    kept_sources,
    read_upload,
)
from app.services.imports.values import DocumentResult, ImportOrder

KEPT_S = 24 * 60 * 60
"""How long a report may wait for its reader to decide."""
_LAST_ID = 2**31 - 1
_LIMITS = ArchiveLimits(entries=2 * MAX_DOCUMENTS, total_bytes=512 * 1024 * 1024)


class NothingUploaded(DomainError):
    """The form came without a file."""

    code = "nothing_uploaded"


class UploadExpired(DomainError):
    """The report is too old, is somebody else's, or what it speaks of is gone."""

    code = "upload_expired"


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
        """Say what would happen to each document; nothing is written of them."""
        form = UploadForm()
        staging = Staging(ports().blobs)
        try:
            sources = iter_sources(_uploaded(form.files.data), limits=_LIMITS)
            order = _order(create_companies=form.create_companies.data)
            plan_import(staging.limited(sources), order, on_result=staging.add)
            name = staging.keep(create_companies=order.create_companies)
        except DomainError as error:
            return self.refuse(error, form)
        return see_other(url_for("invoice_import.review", token=_signed(name)))

    @expose("/review/<token>")
    @requires(Permission.IMPORT_INVOICES)
    def review(self, token: str) -> Response | str:
        try:
            upload = _kept(token)
        except DomainError as error:
            return self.refuse(error, url=url_for("invoice_import.new"))
        return self.render(
            "backoffice/import_review.html",
            token=token,
            upload=upload,
            counts=_counts(upload),
            rows=[_line(one.result) for one in upload.documents],
        )

    @expose("/review/<token>", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def run(self, token: str) -> Response:
        """Import what the report said; documents that came in meanwhile are found to be there."""
        blobs = ports().blobs
        try:
            upload = _kept(token)
            summary = run_import(
                kept_sources(blobs, upload),
                _order(create_companies=upload.create_companies),
                blobs=blobs,
                on_result=lambda _result: None,
                actor=db.session().info["actor"],
            )
        except DomainError as error:
            return self.refuse(error, url=url_for("invoice_import.new"))
        return see_other(url_for("invoice_import.show", public_id=summary.batch))

    @expose("/<uuid:public_id>")
    @requires(Permission.VIEW_IMPORTS)
    def show(self, public_id: UUID) -> str:
        outcome = _outcome(request.args.get("outcome", ""))
        after_id = min(max(0, request.args.get("after", 0, type=int)), _LAST_ID)
        try:
            batch = find_batch(db.session(), public_id)
        except ImportUnknown:
            abort(404)
        rows = rows_of(
            db.session(), batch.id, outcome=outcome, after_id=after_id, limit=ROWS_PER_PAGE + 1
        )
        shown = rows[:ROWS_PER_PAGE]
        return self.render(
            "backoffice/import_result.html",
            batch=batch,
            source=label_of(batch.source),
            state=label_of(batch.state),
            outcome=outcome,
            rows=[_line(one) for one in shown],
            is_first=after_id == 0,
            next_id=shown[-1].id if len(rows) > ROWS_PER_PAGE else None,
        )

    def form_context(self) -> dict[str, object]:
        return {"limit": MAX_DOCUMENTS, "limit_mb": current_app.config["MAX_CONTENT_LENGTH"] >> 20}


def _uploaded(files: list[FileStorage] | None) -> list[UploadedFile]:
    found = [UploadedFile(one.filename, one.stream) for one in files or () if one.filename]
    if not found:
        raise NothingUploaded(field="files")
    return found


def _order(*, create_companies: bool) -> ImportOrder:
    """The import of an account manager: into the own portfolio, which gets the new companies too."""
    principal = current_principal()
    user_id = principal.user_id if principal else None
    return ImportOrder(
        ImportSource.UPLOAD,
        create_companies=create_companies,
        manager_id=user_id,
        started_by_id=user_id,
        companies=frozenset(current_scope(db.session()).companies),
    )


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="upload of invoices")


def _signed(name: str) -> str:
    """An address of the report that only its uploader can use."""
    principal = current_principal()
    return str(_serializer().dumps([principal.user_id if principal else None, name]))


def _kept(token: str) -> KeptUpload:
    principal = current_principal()
    try:
        user_id, name = _serializer().loads(token, max_age=KEPT_S)
        if principal is None or user_id != principal.user_id:
            raise UploadExpired
        return read_upload(ports().blobs, name)
    except (BadData, BlobMissing) as error:
        raise UploadExpired from error


def _outcome(name: str) -> ImportOutcome | None:
    return ImportOutcome(name) if name in ImportOutcome.__members__ else None


def _counts(upload: KeptUpload) -> dict[ImportOutcome, int]:
    outcomes = [one.result.outcome for one in upload.documents]
    return {outcome: outcomes.count(outcome) for outcome in ImportOutcome}


def _line(row: Any) -> dict[str, Any]:
    """A row of either table: a result of the dry run, or a stored one."""
    warnings = [
        (one.code, one.params) if isinstance(row, DocumentResult) else (one["code"], one["params"])
        for one in row.warnings
    ]
    reasons = [(row.code, row.params)] if row.code else warnings
    return {
        "file": row.file,
        "number": row.number,
        "kind": row.kind,
        "company": row.company_name,
        "outcome": row.outcome,
        "has_warning": bool(warnings),
        "reasons": [sentence(code, params) for code, params in reasons],
    }
