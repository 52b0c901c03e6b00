"""A statement of account as pages and downloads show it, for employers and for staff."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Response, flash, stream_with_context
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.documents.pdf.statement import statement_pdf
from app.documents.statement_csv import statement_csv
from app.documents.statement_words import statement_filename, statement_words
from app.domain.identifiers import display_structured_communication
from app.domain.ports import Brand, RenderingFailed
from app.domain.statement import Account, Statement, StatementLine
from app.extensions import db
from app.fab.redirects import see_other
from app.services.issuer import issuer_card
from app.views.document_files import attachment
from app.views.formats import count_text, day, money, page_region

log = logging.getLogger(__name__)

MOST_SHOWN = 250
"""Lines of a currency on the page; the PDF has more, the CSV all of them."""
_AGAIN = 10**9


@dataclass(frozen=True, slots=True)
class LineRow:
    on: str
    what: str
    reference: str
    url: str | None
    due: str
    debit: str
    credit: str
    balance: str


@dataclass(frozen=True, slots=True)
class AccountPicture:
    """One currency, formatted: `hidden` says how many lines the page leaves out."""

    currency: str
    opening: str
    closing: str
    debit: str
    credit: str
    rows: tuple[LineRow, ...]
    hidden: str
    count: str
    open_items: tuple[tuple[str, str], ...]


def page_language() -> str:
    return str(get_locale() or "fr")


def page_words() -> Mapping[str, str]:
    """The words of the PDF and the CSV, in the language of the page."""
    return statement_words(page_language())


def account_pictures(statement: Statement, url_of: Callable[[UUID], str]) -> list[AccountPicture]:
    """What the template draws; `url_of` leads to the document of a public id."""
    words = page_words()
    return [_account(one, words, url_of) for one in statement.accounts]


def _account(
    account: Account, words: Mapping[str, str], url_of: Callable[[UUID], str]
) -> AccountPicture:
    region, currency = page_region(), account.currency

    def shown(cents: int | None) -> str:
        return "" if cents is None else money(cents, currency, region=region)

    def row(line: StatementLine) -> LineRow:
        one = line.movement
        return LineRow(
            on=day(one.on, region=region),
            what=f"{words[one.kind]} {one.number}".strip(),
            reference=display_structured_communication(one.reference),
            url=url_of(one.public_id) if one.public_id else None,
            due="" if one.due_on is None else day(one.due_on, region=region),
            debit=shown(one.debit_cents),
            credit=shown(one.credit_cents),
            balance=shown(line.balance_cents),
        )

    rows = tuple(map(row, islice(account.lines(), MOST_SHOWN)))
    hidden = account.count - len(rows)
    return AccountPicture(
        currency=currency,
        opening=shown(account.opening_cents),
        closing=shown(account.closing_cents),
        debit=shown(account.debit_cents),
        credit=shown(account.credit_cents),
        rows=rows,
        hidden=count_text(hidden, _AGAIN) if hidden > 0 else "",
        count=count_text(account.count, _AGAIN),
        open_items=tuple((what, shown(cents)) for what, cents in _open_items(account, words)),
    )


def _open_items(account: Account, words: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for age, cents in account.ages.items():
        yield words[age], cents
    if account.unused_credit_cents:
        yield words["unused_credit"], -account.unused_credit_cents
    if account.unallocated_cents:
        yield words["unallocated"], -account.unallocated_cents


# --- downloads ----------------------------------------------------------------------------------


def pdf_download(statement: Statement, language: str, *, page_url: str) -> BaseResponse:
    """The statement as PDF; back to the page, with the reason, where it cannot be drawn."""
    brand = Brand(issuer_name=issuer_card(db.session()).name)
    try:
        pdf = statement_pdf(statement, language=language, brand=brand)
    except RenderingFailed as error:
        log.exception("statement could not be drawn: %s", error.params.get("reason"))
        flash(_("The PDF could not be made. The CSV holds the same lines."), "bad")
        return see_other(page_url)
    return _download(pdf, statement, language, ending="pdf", mimetype="application/pdf")


def csv_download(statement: Statement, language: str) -> BaseResponse:
    """The statement as CSV, sent while its lines are read."""
    pieces = stream_with_context(_released(db.session(), statement_csv(statement, language)))
    return _download(pieces, statement, language, ending="csv", mimetype="text/csv")


def _released(session: Session, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """No connection is held while the reader's line is slow."""
    try:
        for piece in pieces:
            session.rollback()  # nothing was written: the connection goes back
            yield piece
    finally:
        session.close()


def _download(
    content: Any, statement: Statement, language: str, *, ending: str, mimetype: str
) -> Response:
    response = Response(content, mimetype=mimetype)
    name = f"{statement_filename(statement, language=language)}.{ending}"
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
