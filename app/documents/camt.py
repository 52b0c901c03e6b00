"""Payments from bank statements: ISO 20022 camt.053, any version, as banks give them.

Source: ISO 20022 message definition camt.053 (BankToCustomerStatement); Febelfin, XML account statement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lxml import etree

from app.documents import verdicts
from app.documents.payment_verdicts import (
    AmountMissing,
    BatchDoesNotAddUp,
    DateMissing,
    DateUnreadable,
    EntryIsDebit,
    EntryIsReturn,
    EntryIsReversal,
    EntryNotBooked,
    NotAStatement,
    NotPositive,
    NotXml,
    StatementDtdRefused,
    StatementEncoding,
    StatementTooComplex,
)
from app.documents.ubl_xml import child, parse, text
from app.domain.communications import kept_text
from app.domain.errors import DomainError
from app.domain.payments import (
    LONGEST_TEXT,
    IncomingPayment,
    PaymentFileUnreadable,
    PaymentLine,
    PaymentOrigin,
    account_key,
)
from app.domain.typed_amounts import AmountUnreadable, exact_cents

MAX_MARKUP = 4_000_000
"""Tags and attributes: some 30,000 entries."""
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.[0-9]{2}")
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?", re.DOTALL)
_NOT_PROVIDED = {"NOTPROVIDED", "NOT PROVIDED", "NONREF"}
_SEQUENCE_NUMBER = re.compile(r"[0-9]{1,6}")
"""What many banks write as NtryRef: it begins anew in each statement."""
_CREDIT, _DEBIT = "CRDT", "DBIT"


def read(data: bytes) -> Iterator[PaymentLine]:
    """Money received, entry by entry, the parts of a collective entry one by one.

    Booked credits are payments; debits, reversals, returns and what is not booked are passed over, each
    with its reason. Account numbers are not read, but for a key of the own account.

    Raises:
        PaymentFileUnreadable: before the first entry.
    """
    root = _root(data)
    match = re.fullmatch(r"\{(.*)\}Document", str(root.tag))
    if match is None or not _NAMESPACE.fullmatch(match[1]):
        raise NotAStatement(field="files", root=str(root.tag).rpartition("}")[2][:40])
    return _Statements(root, f"{{{match[1]}}}").lines()


def _root(data: bytes) -> etree._Element:
    try:
        return parse(data, max_markup=MAX_MARKUP)
    except verdicts.DtdRefused as error:
        raise StatementDtdRefused(field="files") from error
    except verdicts.EncodingInvalid as error:
        raise StatementEncoding(field="files") from error
    except verdicts.NotXml as error:
        raise NotXml(field="files", **error.params) from error
    except verdicts.DocumentTooComplex as error:
        raise StatementTooComplex(field="files") from error
    except verdicts.UnreadableDocument as error:
        raise PaymentFileUnreadable(field="files") from error


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the parts of an entry share."""

    row: int
    account: str
    amount: Decimal
    currency: str
    booked_on: date
    reference: str


class _Statements:
    """The elements of one message, whatever the version its names are in."""

    def __init__(self, root: etree._Element, namespace: str) -> None:
        self._root = root
        self._ns = namespace

    def lines(self) -> Iterator[PaymentLine]:
        row = 0
        for statement in self._all(self._root, "BkToCstmrStmt", "Stmt"):
            account = account_key(
                self._text(statement, "Acct", "Id", "IBAN")
                or self._text(statement, "Acct", "Id", "Othr", "Id")
            )
            for entry in self._all(statement, "Ntry"):
                row += 1
                yield from self._lines_of(entry, row, account)

    def _lines_of(self, entry: etree._Element, row: int, account: str) -> Iterator[PaymentLine]:
        try:
            self._require_credit(entry)
            facts = self._facts(entry, row, account)
            parts = list(self._all(entry, "NtryDtls", "TxDtls"))
            if len(parts) > 1:
                yield from self._parts(facts, parts)
            else:
                yield PaymentLine(row, self._payment(facts, parts[0] if parts else None))
        except DomainError as refusal:
            yield PaymentLine(row, refusal=refusal)

    def _require_credit(self, entry: etree._Element) -> None:
        """Raises LineSkipped for what is no booked credit."""
        if self._text(entry, "RvslInd").lower() in {"true", "1"}:
            raise EntryIsReversal
        if self._text(entry, "CdtDbtInd") != _CREDIT:
            raise EntryIsDebit
        status = self._text(entry, "Sts", "Cd") or self._text(entry, "Sts")
        if status and status != "BOOK":
            raise EntryNotBooked

    def _facts(self, entry: etree._Element, row: int, account: str) -> _Entry:
        amount = self._child(entry, "Amt")
        reference = self._text(entry, "AcctSvcrRef")
        numbered = self._text(entry, "NtryRef")
        if not _said(reference) and not _SEQUENCE_NUMBER.fullmatch(numbered):
            reference = numbered
        return _Entry(
            row,
            account,
            _amount(amount),
            "" if amount is None else amount.get("Ccy", "").strip().upper(),
            self._booked_on(entry),
            _said(reference),
        )

    def _booked_on(self, entry: etree._Element) -> date:
        for name in ("BookgDt", "ValDt"):
            written = self._text(entry, name, "Dt") or self._text(entry, name, "DtTm")
            if written:
                match = _DAY.fullmatch(written)
                try:
                    return date.fromisoformat(match[1] if match else "")
                except ValueError as error:
                    raise DateUnreadable(value=written[:40]) from error
        raise DateMissing

    def _parts(self, entry: _Entry, parts: list[etree._Element]) -> Iterator[PaymentLine]:
        """The payments of a collective entry; all of them or, where they do not add up, none."""
        amounts = [self._part_amount(part, entry) for part in parts]
        known = [one for one in amounts if one is not None]
        if len(known) < len(parts) or sum(known) != entry.amount:
            raise BatchDoesNotAddUp
        for part, amount in zip(parts, known, strict=True):
            try:
                if amount < 0:
                    raise EntryIsDebit
                whole = replace(entry, amount=amount)
                payment = self._payment(whole, part, is_part=True)
                yield PaymentLine(entry.row, payment)
            except DomainError as refusal:
                yield PaymentLine(entry.row, refusal=refusal)

    def _part_amount(self, part: etree._Element, entry: _Entry) -> Decimal | None:
        """In the currency of the entry, below zero for what went out; None where it is not said."""
        for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt")):
            element = self._child(part, *path)
            if element is not None and element.get("Ccy", "").strip().upper() == entry.currency:
                amount = _amount(element)
                return -amount if self._text(part, "CdtDbtInd") == _DEBIT else amount
        return None

    def _payment(
        self, entry: _Entry, part: etree._Element | None, *, is_part: bool = False
    ) -> IncomingPayment:
        if self._child(part, "RtrInf") is not None:
            raise EntryIsReturn
        cents = exact_cents(entry.amount, entry.currency)
        if cents <= 0:
            raise NotPositive
        own = _said(self._text(part, "Refs", "AcctSvcrRef")) if is_part else ""
        others = ("TxId", "EndToEndId", "InstrId")
        details = tuple(_said(self._text(part, "Refs", name)) for name in others)
        return IncomingPayment(
            PaymentOrigin.CAMT_053,
            amount_cents=cents,
            currency=entry.currency,
            received_on=entry.booked_on,
            communication=self._communication(part),
            payer_name=kept_text(self._payer(part), longest=LONGEST_TEXT),
            account=entry.account,
            reference=own or entry.reference,
            details=details,
            batch=entry.row if is_part else None,
        )

    def _communication(self, part: etree._Element | None) -> str:
        """Structured references first, each once, then what the payer wrote freely.

        Not what the bank adds: numbers in its own words are no numbers of invoices.
        """
        found = [self._text(one, "CdtrRefInf", "Ref") for one in self._all(part, "RmtInf", "Strd")]
        found += [(one.text or "").strip() for one in self._all(part, "RmtInf", "Ustrd")]
        if not any(found):
            found = [_said(self._text(part, "Refs", "EndToEndId"))]
        return kept_text(" ".join(dict.fromkeys(filter(None, found))), longest=LONGEST_TEXT)

    def _payer(self, part: etree._Element | None) -> str:
        """Since version 8 a party stands one level deeper."""
        debtor = ("RltdPties", "Dbtr")
        return (
            self._text(part, *debtor, "Nm")
            or self._text(part, *debtor, "Pty", "Nm")
            or self._text(part, "RltdPties", "UltmtDbtr", "Nm")
            or self._text(part, "RltdPties", "UltmtDbtr", "Pty", "Nm")
        )

    def _text(self, parent: etree._Element | None, *names: str) -> str:
        return text(parent, *(self._ns + name for name in names))

    def _child(self, parent: etree._Element | None, *names: str) -> etree._Element | None:
        return child(parent, *(self._ns + name for name in names))

    def _all(self, parent: etree._Element | None, *names: str) -> Iterator[etree._Element]:
        """Every element at the end of the path, by every way that leads there."""
        if parent is None:
            return
        first, *others = names
        for element in parent.iterchildren(self._ns + first):
            if others:
                yield from self._all(element, *others)
            else:
                yield element


def _amount(element: etree._Element | None) -> Decimal:
    if element is None:
        raise AmountMissing
    written = (element.text or "").strip()
    if not _AMOUNT.fullmatch(written):
        raise AmountUnreadable(value=written[:40])
    return Decimal(written)


def _said(reference: str) -> str:
    return "" if reference.upper() in _NOT_PROVIDED else reference
