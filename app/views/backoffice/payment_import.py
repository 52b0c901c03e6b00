"""Uploading payments: files, a report before anything is written, the import, what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import current_app, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import MultipleFileField

from app.documents.payment_csv import COLUMNS
from app.documents.payment_files import read_payments
from app.domain.clock import today
from app.domain.errors import DomainError
from app.domain.payments import PaymentOutcome
from app.domain.ports import BlobMissing
from app.extensions import db, ports
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.fab.portal import PortalView, expose
from app.fab.redirects import see_other
from app.jobs.payment_import import plan_payments, run_payments
from app.security.access import current_principal, requires
from app.security.permissions import Permission
from app.services.payments.kept_reports import KeptLine, importable, keep_report, read_report
from app.services.payments.lines import LineResult, ReadLine, identified
from app.views.backoffice.payment_words import communication_words
from app.views.formats import day, money

KEPT_S = 24 * 60 * 60
"""How long a report may wait for its reader to decide."""
MOST_LINES = 2_000
_PLANNED, _DONE = "report", "result"


class TooManyPayments(DomainError):
    """More in one upload than a page can answer for. params: limit."""

    code = "too_many_payments"


class NoPaymentsUploaded(DomainError):
    """The form came without a file."""

    code = "no_payments_uploaded"


class PaymentsExpired(DomainError):
    """The report is too old, is somebody else's, or is gone."""

    code = "upload_expired"


class PaymentsForm(FlaskForm):
    """The files themselves are judged by the import, line by line."""

    files = MultipleFileField(_("CSV files or bank statements (camt.053)"))


class PaymentImportView(PortalView):
    endpoint_name = "payment_import"
    route_base = "/backoffice/payments/import"
    form_template: ClassVar[str] = "backoffice/payment_upload.html"

    @expose("/new")
    @requires(Permission.IMPORT_PAYMENTS)
    def new(self) -> Response:
        return self.render_form(PaymentsForm())

    @expose("/new", methods=["POST"])
    @requires(Permission.IMPORT_PAYMENTS)
    def upload(self) -> Response:
        """Say what would become of each line; nothing is written."""
        form = PaymentsForm()
        try:
            files, lines = _read(form.files.data)
            results = plan_payments(db.session(), lines, today=today())
            name = keep_report(ports().blobs, _kept(files, results))
        except DomainError as error:
            return self.refuse(error, form)
        return see_other(url_for("payment_import.review", token=_signed(_PLANNED, name)))

    @expose("/review/<token>")
    @requires(Permission.IMPORT_PAYMENTS)
    def review(self, token: str) -> Response | str:
        return self._report(_PLANNED, token, "backoffice/payment_review.html")

    @expose("/review/<token>", methods=["POST"])
    @requires(Permission.IMPORT_PAYMENTS)
    def run(self, token: str) -> Response:
        """Import what the report said; what came in meanwhile is found to be there."""
        blobs = ports().blobs
        try:
            report = _opened(_PLANNED, token)
            done = iter(run_payments(db.session(), importable(report), today=today()))
            lines = [
                replace(one, result=next(done))
                if one.result.outcome is PaymentOutcome.RECORDED
                else one
                for one in report
            ]
            name = keep_report(blobs, lines)
        except DomainError as error:
            return self.refuse(error, url=url_for("payment_import.new"))
        return see_other(url_for("payment_import.result", token=_signed(_DONE, name)))

    @expose("/result/<token>")
    @requires(Permission.IMPORT_PAYMENTS)
    def result(self, token: str) -> Response | str:
        return self._report(_DONE, token, "backoffice/payment_result.html")

    def form_context(self) -> dict[str, object]:
        limit_mb = current_app.config["MAX_CONTENT_LENGTH"] >> 20
        return {"limit": MOST_LINES, "limit_mb": limit_mb, "columns": ", ".join(COLUMNS)}

    def _report(self, kind: str, token: str, template: str) -> Response | str:
        try:
            lines = _opened(kind, token)
        except DomainError as error:
            return self.refuse(error, url=url_for("payment_import.new"))
        counts = Counter(one.result.outcome for one in lines)
        return self.render(
            template,
            token=token,
            counts={outcome.value: counts[outcome] for outcome in PaymentOutcome},
            rows=[_row(one) for one in lines],
        )


def _read(files: list[FileStorage] | None) -> tuple[list[str], list[ReadLine]]:
    """The name of the file of each line, and the lines."""
    names: list[str] = []
    lines: list[ReadLine] = []
    for file in files or ():
        if not file.filename:
            continue
        found = identified(read_payments(file.read()))
        names += [file.filename] * len(found)
        lines += found
        if len(lines) > MOST_LINES:
            raise TooManyPayments(field="files", limit=MOST_LINES)
    if not names:
        raise NoPaymentsUploaded(field="files")
    return names, lines


def _kept(files: Sequence[str], results: Sequence[LineResult]) -> list[KeptLine]:
    return [KeptLine(file, one) for file, one in zip(files, results, strict=True)]


def _opened(kind: str, token: str) -> list[KeptLine]:
    try:
        return read_report(ports().blobs, _named(kind, token))
    except BlobMissing as error:
        raise PaymentsExpired from error


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="upload of payments")


def _signed(kind: str, name: str) -> str:
    """An address of the report that only its uploader can use."""
    principal = current_principal()
    return str(_serializer().dumps([principal.user_id if principal else None, kind, name]))


def _named(kind: str, token: str) -> str:
    """The name of the report that a token is for. Raises PaymentsExpired."""
    principal = current_principal()
    try:
        user_id, signed_kind, name = _serializer().loads(token, max_age=KEPT_S)
    except BadData as error:
        raise PaymentsExpired from error
    if principal is None or user_id != principal.user_id or signed_kind != kind:
        raise PaymentsExpired
    return str(name)


def _row(line: KeptLine) -> dict[str, Any]:
    result, payment, owner = line.result, line.result.payment, line.result.owner
    return {
        "file": line.file,
        "row": result.row,
        "received_on": day(payment.received_on) if payment else "",
        "amount": money(payment.amount_cents, payment.currency) if payment else "",
        "payer": payment.payer_name if payment else "",
        "communication": communication_words(payment.communication) if payment else "",
        "company": owner.company if owner else "",
        "invoice": owner.invoice if owner else "",
        "paid": money(owner.paid_cents, payment.currency)
        if owner and payment and owner.invoice
        else "",
        "left": payment is not None and (owner.paid_cents if owner else 0) < payment.amount_cents,
        "outcome": result.outcome.value,
        "outcome_words": str(label_of(result.outcome)),
        "reason": sentence(result.code, result.params) if result.code else "",
    }
