"""One refused document of an import: why, what was tried since, and the ways to repair it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from flask import abort, flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from app.documents.archives import UploadedFile
from app.domain.actors import Actor
from app.domain.clock import now
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome
from app.extensions import db
from app.fab.messages import sentence
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.jobs.import_repairs import replace_by, try_again
from app.security.access import requires
from app.security.permissions import Permission
from app.services.imports.refusals import ImportUnknown
from app.services.imports.reports import BatchReport, ReportRow, find_batch, find_report_row
from app.services.imports.values import DocumentResult
from app.views.backoffice.import_words import line_of, way_words
from app.views.backoffice.imports import NothingUploaded

_BUYER_UNKNOWN = "buyer_unknown"


class CorrectedFileForm(FlaskForm):
    file = FileField(_("Corrected XML file"))


class ImportRowView(PortalView):
    endpoint_name = "import_row"
    route_base = "/backoffice/imports"
    form_template: ClassVar[str] = "backoffice/import_row.html"

    @expose("/<uuid:public_id>/documents/<int:row_id>")
    @requires(Permission.VIEW_IMPORTS)
    def show(self, public_id: UUID, row_id: int) -> str:
        return self._page(*_found(public_id, row_id), CorrectedFileForm())

    @expose("/<uuid:public_id>/documents/<int:row_id>/retry", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def retry(self, public_id: UUID, row_id: int) -> Response:
        return self._tried(public_id, row_id, open_company=False)

    @expose("/<uuid:public_id>/documents/<int:row_id>/company", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def open_company(self, public_id: UUID, row_id: int) -> Response:
        """Open a company for this buyer, and try again."""
        return self._tried(public_id, row_id, open_company=True)

    @expose("/<uuid:public_id>/documents/<int:row_id>", methods=["POST"])
    @requires(Permission.IMPORT_INVOICES)
    def replace(self, public_id: UUID, row_id: int) -> Response:
        """Take a corrected file in the place of the refused one."""
        _found(public_id, row_id)
        form = CorrectedFileForm()
        try:
            uploaded = form.file.data
            if uploaded is None or not uploaded.filename:
                raise NothingUploaded(field="file")
            upload = UploadedFile(uploaded.filename, uploaded.stream)
            result = replace_by(public_id, row_id, upload, actor=_actor())
        except DomainError as error:
            return self.refuse(error, url=_url(public_id, row_id))
        return _told(result, _url(public_id, row_id))

    def _tried(self, public_id: UUID, row_id: int, *, open_company: bool) -> Response:
        _found(public_id, row_id)
        try:
            result = try_again(public_id, row_id, open_company=open_company, actor=_actor())
        except DomainError as error:
            return self.refuse(error, url=_url(public_id, row_id))
        return _told(result, _url(public_id, row_id))

    def _page(self, batch: BatchReport, row: ReportRow, form: CorrectedFileForm) -> str:
        code = row.attempts[-1]["code"] if row.attempts else row.code
        is_held = row.held_until is not None and row.held_until > now()
        is_open = row.outcome is ImportOutcome.REFUSED and row.repaired_at is None
        return self.render(
            self.form_template,
            batch=batch,
            row=row,
            line=line_of(row),
            first_reason=sentence(row.code, row.params) if row.code else None,
            attempts=[_attempt(one) for one in row.attempts],
            form=form,
            is_open=is_open and batch.is_repairable,
            is_held=is_held,
            buyer_is_unknown=code == _BUYER_UNKNOWN,
        )


def _found(public_id: UUID, row_id: int) -> tuple[BatchReport, ReportRow]:
    session = db.session()
    try:
        batch = find_batch(session, public_id)
    except ImportUnknown:
        abort(404)
    row = find_report_row(session, batch, row_id)
    if row is None:
        abort(404)
    return batch, row


def _actor() -> Actor:
    actor: Actor = db.session().info["actor"]
    return actor


def _attempt(one: dict[str, Any]) -> dict[str, object]:
    return {
        "words": way_words(one["way"], one["by"]),
        "at": datetime.fromisoformat(one["at"]),
        "outcome": one["outcome"],
        "reason": sentence(one["code"], one["params"]) if one["code"] else "",
    }


def _told(result: DocumentResult, url: str) -> Response:
    """Say what came of it; the caller's work is committed."""
    if result.outcome is ImportOutcome.REFUSED:
        reason = sentence(result.code or "", result.params)
        flash(gettext("Still refused: %(reason)s", reason=reason), "bad")
    elif result.outcome is ImportOutcome.UNCHANGED:
        flash(gettext("This document is here already."), "ok")
    else:
        flash(gettext("%(number)s was imported.", number=result.number), "ok")
    return see_other(url)


def _url(public_id: UUID, row_id: int) -> str:
    return url_for("import_row.show", public_id=public_id, row_id=row_id)
