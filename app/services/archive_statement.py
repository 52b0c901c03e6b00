"""The statement of account that goes into the archive of a period, as PDF and as CSV."""

import logging
from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.documents.pdf.statement import statement_pdf
from app.documents.statement_csv import statement_csv
from app.documents.statement_words import statement_filename
from app.domain.clock import today
from app.domain.ports import Brand, RenderingFailed
from app.services.archives import ArchivedFile, ArchiveReport
from app.services.issuer import issuer_card
from app.services.statements import StatementNeedsEveryAddress, statement_of

log = logging.getLogger(__name__)


def statement_files(
    session: Session,
    report: ArchiveReport,
    *,
    company_id: int,
    first: date,
    last: date,
    language: str,
) -> Iterator[ArchivedFile]:
    """Both files; none for who sees some addresses only. A period that is not over is told until today.

    The lines of the CSV are read while it goes out, so `session` must last as long. A PDF that cannot be drawn is
    noted in `report`.
    """
    try:
        statement = statement_of(session, company_id, first=first, last=min(last, today()))
    except StatementNeedsEveryAddress:
        return
    name = statement_filename(statement, language=language)
    try:
        brand = Brand(issuer_name=issuer_card(session).name)
        pdf = statement_pdf(statement, language=language, brand=brand)
    except RenderingFailed as error:
        log.error("left out of an archive: statement: %s", error.params.get("reason"))  # noqa: TRY400 - no bug
        report.unreadable.append(f"{name}.pdf")
    else:
        yield ArchivedFile(f"{name}.pdf", pdf)
    yield ArchivedFile(f"{name}.csv", statement_csv(statement, language))
