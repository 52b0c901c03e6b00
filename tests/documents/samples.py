"""Documents for tests: one with most of what a document can hold, and random ones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.domain.einvoice import (
    AllowanceCharge,
    Contact,
    Delivery,
    DocumentReference,
    EInvoice,
    InvoiceKind,
    ItemProperty,
    Line,
    Party,
    PaymentMeans,
    Period,
    PostalAddress,
    TaxCategory,
    TaxSubtotal,
    Totals,
)
from app.domain.identifiers import Identifier

STANDARD = TaxCategory("S", Decimal(21))
EXEMPT = TaxCategory("E", Decimal(0))
IBAN = "BE68539007547034"
SELLER = Party(
    name="Titres Demo SA",
    vat_id="BE0999000228",
    legal_id=Identifier("0999000228", "0208"),
    endpoint=Identifier("0999000228", "0208"),
    address=PostalAddress(
        street="Rue de la Loi 16", city="Bruxelles", postal_code="1000", country="BE"
    ),
    contact=Contact("Service clients", "+32 2 000 00 00", "factures@issuer.example"),
)
BUYER = Party(
    name="Boulangerie Łukasz Œuvrard & Fils SRL",
    vat_id="BE0990000014",
    ids=(Identifier("C-10021"),),
    address=PostalAddress(
        street="Grand-Place 1 bte 3", city="Liège", postal_code="4000", country="BE"
    ),
)
TRANSFER = PaymentMeans(code="30", iban=IBAN, bic="GKCCBEBB", payment_id="+++202/6001/23464+++")


def invoice(line_count: int = 3, **changes: Any) -> EInvoice:
    """Vouchers, exempt, and a service fee at 21 %; the sums are right."""
    lines = tuple(_line(index) for index in range(line_count))
    exempt = sum((line.net_amount for line in lines if line.tax == EXEMPT), Decimal(0))
    taxed = sum((line.net_amount for line in lines if line.tax == STANDARD), Decimal(0))
    tax = (taxed * Decimal("0.21")).quantize(Decimal("0.01"))
    total = exempt + taxed + tax
    made = EInvoice(
        kind=InvoiceKind.INVOICE,
        number="2026-001234",
        issued_on=date(2026, 11, 22),
        due_on=date(2026, 12, 22),
        currency="EUR",
        seller=SELLER,
        buyer=BUYER,
        type_code="380",
        buyer_reference="PO-4711",
        totals=Totals(exempt + taxed, exempt + taxed, total, total, tax=tax),
        tax_subtotals=(
            TaxSubtotal(
                exempt, Decimal(0), replace(EXEMPT, exemption_reason="Valeur faciale (art. 44)")
            ),
            TaxSubtotal(taxed, tax, STANDARD),
        ),
        lines=lines,
        payment_means=(TRANSFER,),
        payment_terms="Payable à l'échéance.",
    )
    return replace(made, **changes)


def credit_note(**changes: Any) -> EInvoice:
    preceding = (DocumentReference("2026-001234", date(2026, 11, 22)),)
    made = invoice(
        kind=InvoiceKind.CREDIT_NOTE,
        type_code="381",
        number="CN-2026-7",
        preceding=preceding,
        due_on=None,
    )
    return replace(made, **changes)


def _line(index: int) -> Line:
    quantity, price = Decimal(20 + index), Decimal("8.00") if index % 2 == 0 else Decimal("0.35")
    return Line(
        id=str(index + 1),
        name="Titres-repas électroniques" if index % 2 == 0 else "Frais de service & <cartes>",
        quantity=quantity,
        unit="C62",
        net_price=price,
        net_amount=quantity * price,
        tax=EXEMPT if index % 2 == 0 else STANDARD,
    )


# --- anything at all ------------------------------------------------------------------------------

_characters = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="￾￿"
)
texts = st.text(_characters, max_size=20).map(str.strip)
words = texts.filter(bool)
amounts = st.decimals(-(10**9), 10**9, places=2)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
identifiers = st.builds(Identifier, words, texts.filter(lambda scheme: scheme != "SEPA"))
addresses = st.builds(PostalAddress, *[texts] * 7)
parties = st.builds(
    Party,
    name=words,
    trading_name=texts,
    vat_id=texts,
    tax_registration=texts,
    legal_id=st.none() | identifiers,
    legal_form=texts,
    endpoint=st.none() | identifiers,
    ids=st.lists(identifiers, max_size=2).map(tuple),
    address=addresses,
    contact=st.builds(Contact, texts, texts, texts),
)
taxes = st.builds(TaxCategory, words, st.none() | amounts, texts, texts)
allowances = st.builds(
    AllowanceCharge,
    st.booleans(),
    amounts,
    st.none() | amounts,
    st.none() | amounts,
    texts,
    texts,
    st.none() | taxes,
)
periods = st.none() | st.builds(Period, days, st.none() | days)
_prices: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({}),
    st.fixed_dictionaries({"net_price": amounts, "base_quantity": st.none() | amounts}),
    st.fixed_dictionaries(
        {"net_price": amounts, "gross_price": st.none() | amounts, "price_discount": amounts}
    ),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    quantity = draw(st.none() | amounts)
    return Line(
        id=draw(words),
        net_amount=draw(amounts),
        quantity=quantity,
        unit=draw(texts) if quantity is not None else "",
        name=draw(texts),
        description=draw(texts),
        note=draw(texts),
        tax=draw(taxes | st.just(TaxCategory())),
        seller_item_id=draw(texts),
        buyer_item_id=draw(texts),
        standard_item_id=draw(st.none() | identifiers),
        origin_country=draw(texts),
        allowances_charges=tuple(draw(st.lists(allowances, max_size=1))),
        properties=tuple(draw(st.lists(st.builds(ItemProperty, words, words), max_size=2))),
        order_line_reference=draw(texts),
        object_id=draw(st.none() | identifiers),
        accounting_cost=draw(texts),
        period=draw(periods),
        **draw(_prices),
    )


_payment_means = st.builds(PaymentMeans, words, *[texts] * 7)
_texts_of_a_document = [
    "type_code",
    "buyer_reference",
    "order_reference",
    "contract_reference",
    "project_reference",
    "despatch_reference",
    "tender_reference",
    "accounting_cost",
    "creditor_id",
    "payment_terms",
    "customization_id",
    "profile_id",
]


@st.composite
def einvoices(draw: st.DrawFn) -> EInvoice:
    tax_currency = draw(st.sampled_from(["", "USD"]))
    order = draw(texts.filter(lambda text: text != "NA"))
    means = tuple(draw(st.lists(_payment_means, min_size=1, max_size=2)))
    fields = {name: draw(texts) for name in _texts_of_a_document}
    return EInvoice(
        **{**fields, "order_reference": order},
        kind=draw(st.sampled_from(InvoiceKind)),
        number=draw(words),
        issued_on=draw(days),
        due_on=draw(st.none() | days),
        tax_point_on=draw(st.none() | days),
        currency=draw(st.sampled_from(["EUR", "JPY"])),
        tax_currency=tax_currency,
        tax_in_tax_currency=draw(st.none() | amounts) if tax_currency else None,
        sales_order_reference=draw(texts),
        object_id=draw(st.none() | identifiers),
        preceding=tuple(
            draw(st.lists(st.builds(DocumentReference, words, st.none() | days), max_size=2))
        ),
        notes=tuple(draw(st.lists(words, max_size=2))),
        period=draw(periods),
        seller=draw(parties),
        buyer=draw(parties),
        payee=draw(st.none() | parties),
        tax_representative=draw(st.none() | parties),
        delivery=draw(
            st.none()
            | st.builds(Delivery, words, st.none() | identifiers, st.none() | days, addresses)
        ),
        payment_means=means,
        allowances_charges=tuple(draw(st.lists(allowances, max_size=2))),
        tax_subtotals=tuple(
            draw(st.lists(st.builds(TaxSubtotal, amounts, amounts, taxes), max_size=2))
        ),
        totals=Totals(*(draw(amounts) for _ in range(9))),
        lines=tuple(draw(st.lists(lines(), max_size=2))),
    )
