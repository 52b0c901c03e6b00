"""The sums of a document in minor units, as the tables keep them."""

from dataclasses import dataclass

from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.money import to_cents


@dataclass(frozen=True, slots=True)
class Amounts:
    """Minor units of the document's currency. `signed_cents` is negative when the issuer owes it."""

    net_cents: int
    tax_cents: int
    total_cents: int
    payable_cents: int
    signed_cents: int


def amounts_of(einvoice: EInvoice) -> Amounts:
    """The totals as received, right or wrong. Raises AmountOutOfRange or UnknownCurrency."""
    totals, currency = einvoice.totals, einvoice.currency
    payable = to_cents(totals.payable, currency)
    is_credit = einvoice.kind is InvoiceKind.CREDIT_NOTE
    return Amounts(
        net_cents=to_cents(totals.tax_exclusive, currency),
        tax_cents=to_cents(totals.tax, currency),
        total_cents=to_cents(totals.tax_inclusive, currency),
        payable_cents=payable,
        signed_cents=-payable if is_credit else payable,
    )
