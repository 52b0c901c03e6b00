"""What an import says about its documents, in the reader's language: on its page and in its report."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from flask_babel import format_timedelta, gettext

from app.documents.sheets import csv_pieces
from app.domain.cells import Cell
from app.domain.einvoice import InvoiceKind
from app.domain.imports import ImportOutcome, RepairWay
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.services.imports.reports import BatchReport, ReportRow


def line_of(row: ReportRow) -> dict[str, Any]:
    """A document as the table of the page takes it."""
    return {
        "id": row.id,
        "file": row.file,
        "number": row.number,
        "kind": row.kind,
        "company": row.company_name or row.params.get("opens"),
        "outcome": row.outcome,
        "is_refused": row.outcome is ImportOutcome.REFUSED,
        "is_repaired": row.repaired_at is not None,
        "repair": repair_of(row),
        "has_warning": bool(row.warnings),
        "reasons": reasons_of(row),
    }


def reasons_of(row: ReportRow) -> list[str]:
    """Why it was refused, by the latest attempt, or what is odd about it."""
    latest = row.attempts[-1] if row.attempts and not row.repaired_at else None
    if latest and latest["code"]:
        return [sentence(latest["code"], latest["params"])]
    if row.code and not row.repaired_at:
        return [sentence(row.code, row.params)]
    return warnings_of(row)


def warnings_of(row: ReportRow) -> list[str]:
    return [sentence(one["code"], one["params"]) for one in row.warnings]


def repair_of(row: ReportRow) -> str:
    """Who repaired it and how; "" where nobody did."""
    if row.repaired_at is None or not row.attempts:
        return ""
    last = row.attempts[-1]
    return way_words(last["way"], last["by"])


def way_words(way: str, by: str) -> str:
    words = {
        RepairWay.TRIED_AGAIN: gettext("Tried again by %(name)s", name=by),
        RepairWay.COMPANY_OPENED: gettext("Tried again with a new company by %(name)s", name=by),
        RepairWay.REPLACED: gettext("Replaced by a corrected file by %(name)s", name=by),
    }
    return words[RepairWay(way)]


def progress_words(batch: BatchReport) -> str:
    """How far the phase that runs has come, and how long it will still take."""
    if batch.total is None:
        return gettext("The documents are being counted.")
    done = gettext("%(done)s of %(total)s documents", done=batch.done, total=batch.total)
    rest = batch.rest
    if rest is None or rest < timedelta(seconds=1):
        return done
    return gettext("%(done)s, about %(rest)s left", done=done, rest=format_timedelta(rest))


def report_csv(pages: Iterable[list[ReportRow]]) -> Iterator[bytes]:
    """The documents as a table, one row each."""
    return csv_pieces(_headings(), (_cells(row) for rows in pages for row in rows))


def _headings() -> list[str]:
    return [
        gettext("File"),
        gettext("Number"),
        gettext("Kind"),
        gettext("Company"),
        gettext("Outcome"),
        gettext("Reason"),
        gettext("Warnings"),
        gettext("Repaired"),
    ]


def _cells(row: ReportRow) -> list[Cell]:
    return [
        row.file,
        row.number or "",
        label_of(InvoiceKind(row.kind)) if row.kind else "",
        str(row.company_name or row.params.get("opens") or ""),
        label_of(row.outcome),
        sentence(row.code, row.params) if row.code else "",
        " ".join(warnings_of(row)),
        f"{row.repaired_at:%d/%m/%Y} {repair_of(row)}" if row.repaired_at else "",
    ]
