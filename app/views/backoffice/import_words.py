"""What an import says about its documents, in the reader's language: on its page and in its report."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from flask_babel import format_timedelta, gettext

from app.domain.einvoice import InvoiceKind
from app.domain.imports import ImportOutcome, RepairWay
from app.fab.labels import label_of
from app.fab.messages import sentence
from app.services.imports.reports import BatchReport, ReportRow

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What a spreadsheet knows UTF-8 by."""


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
    """The documents as a table that a Belgian Excel opens by a double click: semicolons and a byte-order mark.

    A text that would begin a formula gets an apostrophe (OWASP, CSV injection).
    """
    yield (BYTE_ORDER_MARK + _csv([_headings()])).encode()
    for rows in pages:
        yield _csv([_cells(row) for row in rows]).encode()


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


def _cells(row: ReportRow) -> list[str]:
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


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def _safe(value: str) -> str:
    text = " ".join(value.split())
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
