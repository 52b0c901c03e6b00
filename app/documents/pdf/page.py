"""What the template prints: every text of a document, formatted and in its language."""

import re
from collections.abc import Iterator
from typing import Any

from app.documents.epc import epc_qr_svg
from app.documents.pdf.details import Pair, line_rows, party_block, references
from app.documents.pdf.formats import Formats
from app.documents.pdf.glyphs import printable, printable_lines
from app.documents.pdf.labels import LANGUAGES, labels
from app.domain.einvoice import EInvoice, InvoiceKind, TaxSubtotal
from app.domain.identifiers import (
    display_iban,
    display_structured_communication,
    normalise_structured_communication,
)
from app.domain.ports import Brand

_SUBJECT_CODE = re.compile(r"^#[A-Z]{3}#")  # BT-21 before BT-22, as Peppol writes them together
_SELF_BILLED = "389"  # UNCL 1001


class Page:
    """One document in one language, as a dict of strings for the template."""

    def __init__(self, einvoice: EInvoice, *, language: str, brand: Brand) -> None:
        self._einvoice = einvoice
        self._language = language if language in LANGUAGES else "en"
        self._brand = brand
        self._words = labels(language)
        self._formats = Formats(language, currency=einvoice.currency)

    def content(self) -> dict[str, Any]:
        einvoice, words = self._einvoice, self._words
        issuer = printable(self._brand.issuer_name or einvoice.seller.display_name)
        heading = words["credit_note" if self._is_credit else "invoice"]
        return {
            "language": self._language,
            "words": words,
            "title": f"{heading} {printable(einvoice.number)}",
            "author": issuer,
            "heading": heading,
            "subheading": words["self_billed"] if einvoice.type_code == _SELF_BILLED else "",
            "logo_alt": words["logo_alt"].format(name=issuer),
            "facts": list(self._facts()),
            "seller": party_block(einvoice.seller, words),
            "buyer": party_block(einvoice.buyer, words),
            "references": references(einvoice, words, self._formats),
            "lines": line_rows(einvoice.lines, words, self._formats),
            "taxes": [self._tax_row(each) for each in einvoice.tax_subtotals],
            "tax_elsewhere": self._tax_elsewhere(),
            "totals": list(self._totals()),
            "payment": self._payment(),
            "texts": list(self._texts()),
            "footer": " · ".join(self._footer(issuer)),
        }

    @property
    def _is_credit(self) -> bool:
        return self._einvoice.kind is InvoiceKind.CREDIT_NOTE

    def _facts(self) -> Iterator[Pair]:
        einvoice, words, day = self._einvoice, self._words, self._formats.day
        yield words["number"], printable(einvoice.number)
        yield (
            words["credit_note_date" if self._is_credit else "invoice_date"],
            day(einvoice.issued_on),
        )
        if einvoice.tax_point_on and einvoice.tax_point_on != einvoice.issued_on:
            yield words["tax_point"], day(einvoice.tax_point_on)
        if einvoice.due_on and not self._is_credit:
            yield words["due_date"], day(einvoice.due_on)

    def _tax_row(self, subtotal: TaxSubtotal) -> dict[str, str]:
        category = subtotal.category
        rate = "" if category.rate is None else self._formats.percent(category.rate)
        meaning = self._words.get(f"category_{category.code}", "")
        reason = printable(category.exemption_reason or category.exemption_reason_code)
        return {
            "rate": rate
            if rate and not (meaning and not category.rate)
            else meaning or printable(category.code),
            "reason": reason,
            "taxable": self._formats.money(subtotal.taxable),
            "tax": self._formats.money(subtotal.tax),
        }

    def _tax_elsewhere(self) -> list[str]:
        amount, currency = self._einvoice.tax_in_tax_currency, self._einvoice.tax_currency
        if amount is None:
            return []
        return [
            f"{self._words['vat_in']} {printable(currency)}",
            self._formats.money(amount, currency),
        ]

    def _totals(self) -> Iterator[dict[str, str]]:
        """Rows of kind "part", "sum" and, for what it comes down to, "grand"."""
        totals, words, money = self._einvoice.totals, self._words, self._formats.money
        if self._einvoice.allowances_charges:
            yield _total("part", words["sum_of_lines"], money(totals.line_extension))
        for item in self._einvoice.allowances_charges:
            label = printable(item.reason) or words["charge" if item.is_charge else "allowance"]
            yield _total("part", label, money(item.amount if item.is_charge else -item.amount))
        yield _total("part", words["total_excl"], money(totals.tax_exclusive))
        yield _total("part", words["total_vat"], money(totals.tax))
        if totals.payable == totals.tax_inclusive:
            yield _total("grand", words["total_incl"], money(totals.tax_inclusive))
            return
        yield _total("sum", words["total_incl"], money(totals.tax_inclusive))
        if totals.prepaid:
            yield _total("part", words["prepaid"], money(-totals.prepaid))
        if totals.rounding:
            yield _total("part", words["rounding"], money(totals.rounding))
        yield _total(
            "grand", words["credited" if self._is_credit else "to_pay"], money(totals.payable)
        )

    def _payment(self) -> dict[str, Any] | None:
        if self._is_credit or self._einvoice.totals.payable <= 0:
            return None
        if self._einvoice.is_collected:
            return {"qr": None, "message": self._collected(), "rows": list(self._debit_rows())}
        rows = list(self._transfer_rows())
        if not rows:
            return None
        qr = epc_qr_svg(self._einvoice)
        return {"qr": qr, "message": self._words["scan"] if qr else "", "rows": rows}

    def _collected(self) -> str:
        if self._einvoice.due_on is None:
            return self._words["collected"]
        return self._words["collected_on"].format(date=self._formats.day(self._einvoice.due_on))

    def _debit_rows(self) -> Iterator[Pair]:
        if self._einvoice.mandate_reference:
            yield self._words["mandate"], printable(self._einvoice.mandate_reference)
        if self._einvoice.creditor_id:
            yield self._words["creditor"], printable(self._einvoice.creditor_id)

    def _transfer_rows(self) -> Iterator[Pair]:
        means, words = self._einvoice.transfer, self._words
        if means is None:
            return
        yield words["beneficiary"], printable(self._einvoice.beneficiary)
        account = _unbroken(printable(display_iban(means.iban)))
        if means.bic:
            yield words["account_bic"], f"{account} · {printable(means.bic)}"
        else:
            yield words["account"], account
        if means.payment_id:
            is_structured = normalise_structured_communication(means.payment_id) is not None
            label = words["structured" if is_structured else "communication"]
            yield label, printable(display_structured_communication(means.payment_id))
        yield words["to_pay"], self._formats.money(self._einvoice.totals.payable)
        if self._einvoice.due_on:
            yield words["due_date"], self._formats.day(self._einvoice.due_on)

    def _texts(self) -> Iterator[dict[str, Any]]:
        notes = [
            line
            for note in self._einvoice.notes
            for line in printable_lines(_SUBJECT_CODE.sub("", note))
        ]
        if notes:
            yield {"label": self._words["notes"], "lines": notes}
        terms = printable_lines(self._einvoice.payment_terms)
        terms += printable_lines(self._brand.footer.get(self._language, ""))
        if terms:
            yield {"label": self._words["terms"], "lines": terms}

    def _footer(self, issuer: str) -> Iterator[str]:
        yield issuer
        vat = next(
            (line for line in party_block(self._einvoice.seller, self._words)["ids"] if line), ""
        )
        if vat:
            yield vat


def _total(kind: str, label: str, amount: str) -> dict[str, str]:
    return {"kind": kind, "label": label, "amount": amount}


def _unbroken(text: str) -> str:
    """With no-break spaces, so that an account number stays on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
