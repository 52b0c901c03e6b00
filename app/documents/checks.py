"""What does not add up in a document: sums by the rules of EN 16931, and check digits.

Nothing here refuses; a document is shown and booked as it was received. Tolerances are those of
the official rules: sums exact to two decimals, VAT within one unit, lines within 0.02.
Source: EN 16931-1 §6.4 (BR-CO-10 to -17, in the CEN validation artefacts 1.3) and PEPPOL-EN16931-R120.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from app.documents.verdicts import DocumentWarning
from app.domain import identifiers
from app.domain.einvoice import ZERO, AllowanceCharge, EInvoice, InvoiceKind, Line, Party

_EXACT_DIGITS = 100
_TWO_PLACES = Decimal("0.01")
_VAT_TOLERANCE = Decimal(1)
_LINE_TOLERANCE = Decimal("0.02")
# UNCL 1001, the codes EN 16931 lists under BT-3 as those of a credit note.
_CREDIT_NOTE_CODES = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
)


def check(einvoice: EInvoice) -> list[DocumentWarning]:
    """Every warning, document before lines."""
    # A quantity times a price may need more than the 28 digits decimals have by default.
    with localcontext(prec=_EXACT_DIGITS):
        return [
            *_kind(einvoice),
            *_totals(einvoice),
            *_taxes(einvoice),
            *_lines(einvoice.lines),
            *_check_digits(einvoice),
        ]


def _kind(einvoice: EInvoice) -> Iterator[DocumentWarning]:
    is_credit_code = einvoice.type_code in _CREDIT_NOTE_CODES
    if einvoice.type_code and is_credit_code is not (einvoice.kind is InvoiceKind.CREDIT_NOTE):
        yield DocumentWarning("type_code_disagrees", {"type_code": einvoice.type_code[:10]})


def _totals(einvoice: EInvoice) -> Iterator[DocumentWarning]:
    totals = einvoice.totals
    allowances, charges = _split(einvoice.allowances_charges)
    if einvoice.lines:
        yield from _differs(
            "BR-CO-10", sum((x.net_amount for x in einvoice.lines), ZERO), totals.line_extension
        )
    yield from _differs("BR-CO-11", allowances, totals.allowances)
    yield from _differs("BR-CO-12", charges, totals.charges)
    exclusive = totals.line_extension - totals.allowances + totals.charges
    yield from _differs("BR-CO-13", exclusive, totals.tax_exclusive)
    yield from _differs("BR-CO-15", totals.tax_exclusive + totals.tax, totals.tax_inclusive)
    yield from _differs(
        "BR-CO-16", totals.tax_inclusive - totals.prepaid + totals.rounding, totals.payable
    )


def _taxes(einvoice: EInvoice) -> Iterator[DocumentWarning]:
    subtotals = einvoice.tax_subtotals
    yield from _differs(
        "BR-CO-14", sum((each.tax for each in subtotals), ZERO), einvoice.totals.tax
    )
    for each in subtotals:
        expected = _rounded(each.taxable * (each.category.rate or ZERO) / 100)
        if abs(expected - each.tax) >= _VAT_TOLERANCE:
            yield _sums_differ("BR-CO-17", expected, each.tax)


def _lines(lines: tuple[Line, ...]) -> Iterator[DocumentWarning]:
    if not lines:
        yield DocumentWarning("lines_missing")
    for line in lines:
        if line.quantity is None or line.net_price is None:
            continue
        allowances, charges = _split(line.allowances_charges)
        expected = (
            _rounded(line.quantity * line.net_price / (line.base_quantity or 1))
            - allowances
            + charges
        )
        if abs(expected - line.net_amount) > _LINE_TOLERANCE:
            yield _sums_differ("PEPPOL-EN16931-R120", expected, line.net_amount, line=line.id[:20])


def _check_digits(einvoice: EInvoice) -> Iterator[DocumentWarning]:
    for role, party in (("seller", einvoice.seller), ("buyer", einvoice.buyer)):
        for field, is_valid in _party_numbers(party):
            if not is_valid:
                yield DocumentWarning("check_digits_wrong", {"field": f"{role}.{field}"})
    for means in einvoice.payment_means:
        # An account number outside the IBAN countries has no check digits to be wrong.
        if (
            means.iban[:2].isalpha()
            and means.iban[2:4].isdigit()
            and not identifiers.is_valid_iban(means.iban)
        ):
            yield DocumentWarning("check_digits_wrong", {"field": "payment.iban"})
        structured = identifiers.normalise_structured_communication(means.payment_id)
        if structured and not identifiers.is_valid_structured_communication(structured):
            yield DocumentWarning("check_digits_wrong", {"field": "payment.id"})


def _party_numbers(party: Party) -> Iterator[tuple[str, bool]]:
    if party.vat_id:
        yield "vat_id", identifiers.is_valid_vat_number(party.vat_id)
    legal_id = party.legal_id
    if legal_id and (legal_id.scheme or party.address.country) in {
        identifiers.BE_ENTERPRISE_SCHEME,
        "BE",
    }:
        yield "legal_id", identifiers.is_valid_enterprise_number(legal_id.value)
    if party.endpoint:
        yield "endpoint", identifiers.is_valid_endpoint(party.endpoint)


def _split(items: Iterable[AllowanceCharge]) -> tuple[Decimal, Decimal]:
    allowances = charges = ZERO
    for item in items:
        if item.is_charge:
            charges += item.amount
        else:
            allowances += item.amount
    return allowances, charges


def _differs(rule: str, expected: Decimal, found: Decimal) -> Iterator[DocumentWarning]:
    if _rounded(expected) != _rounded(found):
        yield _sums_differ(rule, _rounded(expected), found)


def _sums_differ(rule: str, expected: Decimal, found: Decimal, **where: str) -> DocumentWarning:
    return DocumentWarning(
        "sums_differ", {"rule": rule, "expected": f"{expected:f}", "found": f"{found:f}", **where}
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_TWO_PLACES, rounding=ROUND_HALF_UP)
