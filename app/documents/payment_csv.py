"""Payments from CSV in our own format: `docs/payments.md` says what its columns mean."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

from app.documents.payment_verdicts import (
    AmountMissing,
    ColumnsMissing,
    ColumnTwice,
    ColumnUnknown,
    DateMissing,
    DateUnreadable,
    FileBroken,
    FileEmpty,
    FileEncoding,
    LineShort,
    NotPositive,
    ReferenceTooLong,
)
from app.domain.communications import kept_text
from app.domain.errors import DomainError
from app.domain.payments import (
    LONGEST_TEXT,
    IncomingPayment,
    PaymentLine,
    PaymentOrigin,
    account_key,
)
from app.domain.typed_amounts import read_cents

REQUIRED = ("date", "amount")
COLUMNS = (*REQUIRED, "currency", "communication", "payer", "reference", "account")
LONGEST_REFERENCE = 60
DEFAULT_CURRENCY = "EUR"
_DELIMITERS = ";,\t"
_BELGIAN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Rows(Protocol):
    """A reader of `csv`, which knows the line it stands at."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def read(data: bytes) -> Iterator[PaymentLine]:
    """Raises PaymentFileUnreadable before the first line; FileBroken also later, where quotes end nowhere."""
    text = _decoded(data)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = _columns(_head(rows))
    return _lines(rows, columns)


def _head(rows: Iterator[list[str]]) -> list[str]:
    try:
        return next(row for row in rows if any(map(str.strip, row)))
    except csv.Error as error:
        raise FileBroken(field="files", line=1) from error
    except StopIteration:
        raise FileEmpty(field="files") from None


def _columns(head: list[str]) -> list[str]:
    names = [name.strip().lower() for name in head]
    for name in names:
        if name not in COLUMNS:
            raise ColumnUnknown(field="files", name=name[:40], known=", ".join(COLUMNS))
        if names.count(name) > 1:
            raise ColumnTwice(field="files", name=name)
    if missing := [name for name in REQUIRED if name not in names]:
        raise ColumnsMissing(field="files", names=", ".join(missing))
    return names


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise FileEncoding(field="files")


def _lines(rows: _Rows, columns: list[str]) -> Iterator[PaymentLine]:
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileBroken(field="files", line=rows.line_num) from error
        if any(map(str.strip, row)):
            yield _line(rows.line_num, row, columns)


def _line(number: int, row: list[str], columns: list[str]) -> PaymentLine:
    try:
        if len(row) != len(columns):
            raise LineShort
        return PaymentLine(number, _payment(dict(zip(columns, row, strict=True))))
    except DomainError as refusal:
        return PaymentLine(number, refusal=refusal)


def _payment(values: Mapping[str, str]) -> IncomingPayment:
    currency = values.get("currency", "").strip().upper() or DEFAULT_CURRENCY
    reference = values.get("reference", "").strip()
    if len(reference) > LONGEST_REFERENCE:
        raise ReferenceTooLong(limit=LONGEST_REFERENCE)
    return IncomingPayment(
        PaymentOrigin.CSV,
        amount_cents=_cents(values["amount"], currency),
        currency=currency,
        received_on=_day(values["date"].strip()),
        communication=kept_text(values.get("communication", ""), longest=LONGEST_TEXT),
        payer_name=kept_text(values.get("payer", ""), longest=LONGEST_TEXT),
        account=account_key(values.get("account", "")),
        reference=reference,
    )


def _cents(text: str, currency: str) -> int:
    if not text.strip():
        raise AmountMissing
    cents = read_cents(text, currency)
    if cents <= 0:
        raise NotPositive
    return cents


def _day(text: str) -> date:
    if not text:
        raise DateMissing
    try:
        if match := _BELGIAN_DAY.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise DateUnreadable(value=text[:40])
