"""The invoices and credit notes of the demo, relative to the day it is loaded, written as UBL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.cli.demo import wording
from app.cli.demo.companies import (
    COMPANIES,
    ISSUER_CREDITOR_ID,
    ISSUER_ENTERPRISE_NUMBER,
    ISSUER_IBAN,
    ISSUER_NAME,
    ISSUER_VAT_NUMBER,
    MARTIN,
    DemoAddress,
    DemoCompany,
)
from app.documents import ubl_writer
from app.documents.archives import SourceFile
from app.domain.einvoice import (
    Contact,
    DocumentReference,
    EInvoice,
    InvoiceKind,
    Line,
    Party,
    PaymentMeans,
    Period,
    PostalAddress,
    TaxCategory,
    TaxSubtotal,
    Totals,
)
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    Identifier,
    display_structured_communication,
    make_structured_communication,
    normalise_vat_number,
)

FACE_VALUE = Decimal("8.00")
FEE = Decimal("0.32")
FEE_RATE = Decimal(21)
PAYABLE_WITHIN = timedelta(days=30)
ISSUED_ON_DAY = 3
_CENT = Decimal("0.01")
_PIECE = "H87"  # UN/ECE Recommendation 20
# Credit notes: months back, name of the address, vouchers handed back.
CREDITED = ((14, "Liège", 40), (7, "Eupen", 12), (1, "Namur", 25))


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """A document, and how many months before the present one it was issued."""

    company: DemoCompany
    address: DemoAddress
    months_back: int
    einvoice: EInvoice

    @property
    def is_credit_note(self) -> bool:
        return self.einvoice.kind is InvoiceKind.CREDIT_NOTE

    def as_source(self) -> SourceFile:
        return SourceFile(f"{self.einvoice.number}.xml", ubl_writer.write(self.einvoice))


def demo_documents(today: date) -> list[DemoDocument]:
    """Every document, the oldest first; the same day gives the same bytes."""
    invoices = _numbered(today)
    return [*invoices, *_credit_notes(today, invoices)]


def month_before(day: date, months: int) -> date:
    """The first day of the month that many months earlier."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def issue_date(today: date, months_back: int) -> date:
    """The third of that month, but never in the future."""
    first = month_before(today, months_back)
    return min(first.replace(day=ISSUED_ON_DAY), today)


def _numbered(today: date) -> list[DemoDocument]:
    found: list[DemoDocument] = []
    of_year: dict[int, int] = {}
    for months_back, company, address in _orders():
        issued_on = issue_date(today, months_back)
        of_year[issued_on.year] = sequence = of_year.get(issued_on.year, 0) + 1
        number = f"F-{issued_on.year}-{sequence:04d}"
        einvoice = _invoice(company, address, number=number, issued_on=issued_on)
        found.append(DemoDocument(company, address, months_back, einvoice))
    return found


def _orders() -> Iterator[tuple[int, DemoCompany, DemoAddress]]:
    """Month by month; Eupen orders once a quarter."""
    for months_back in range(max(company.months for company in COMPANIES) - 1, -1, -1):
        for company in COMPANIES:
            for address in company.addresses if months_back < company.months else ():
                if address.name != "Eupen" or months_back % 3 == 1:
                    yield months_back, company, address


def _invoice(
    company: DemoCompany, address: DemoAddress, *, number: str, issued_on: date
) -> EInvoice:
    # A few more vouchers in long months, so that no two months look alike.
    vouchers = address.monthly_vouchers + (issued_on.month * 7 + issued_on.year) % 23
    communication = make_structured_communication(
        int(company.customer_number) * 1_000_000 + int(number.replace("-", "")[-6:])
    )
    means = PaymentMeans(
        code="59" if company.mandate_reference else "30",
        payment_id=display_structured_communication(communication),
        iban="" if company.mandate_reference else ISSUER_IBAN,
        account_name="" if company.mandate_reference else ISSUER_NAME,
        mandate_reference=company.mandate_reference or "",
    )
    return _document(
        InvoiceKind.INVOICE,
        company,
        address,
        number=number,
        issued_on=issued_on,
        vouchers=vouchers,
        means=(means,),
        creditor_id=ISSUER_CREDITOR_ID if company.mandate_reference else "",
    )


def _credit_notes(today: date, invoices: list[DemoDocument]) -> Iterator[DemoDocument]:
    of_year: dict[int, int] = {}
    for months_back, name, vouchers in CREDITED:
        corrected = next(
            one
            for one in invoices
            if one.company is MARTIN and one.address.name == name and one.months_back == months_back
        )
        issued_on = min(corrected.einvoice.issued_on + timedelta(days=9), today)
        of_year[issued_on.year] = sequence = of_year.get(issued_on.year, 0) + 1
        einvoice = _document(
            InvoiceKind.CREDIT_NOTE,
            MARTIN,
            corrected.address,
            number=f"NC-{issued_on.year}-{sequence:04d}",
            issued_on=issued_on,
            vouchers=vouchers,
            corrects=corrected.einvoice,
        )
        yield DemoDocument(MARTIN, corrected.address, months_back, einvoice)


@dataclass(frozen=True, slots=True)
class _Vouchers:
    """The two lines of every document, face value and fee, and their sums."""

    lines: tuple[Line, Line]
    subtotals: tuple[TaxSubtotal, TaxSubtotal]
    totals: Totals


def _document(
    kind: InvoiceKind,
    company: DemoCompany,
    address: DemoAddress,
    *,
    number: str,
    issued_on: date,
    vouchers: int,
    means: tuple[PaymentMeans, ...] = (),
    creditor_id: str = "",
    corrects: EInvoice | None = None,
) -> EInvoice:
    words = wording.of(company.language)
    sums = _vouchers(words, vouchers)
    is_credit = kind is InvoiceKind.CREDIT_NOTE
    return EInvoice(
        kind=kind,
        number=number,
        type_code="381" if is_credit else "380",
        issued_on=issued_on,
        due_on=None if is_credit else issued_on + PAYABLE_WITHIN,
        currency="EUR",
        seller=_seller(),
        buyer=_buyer(company, address),
        buyer_reference=address.reference,
        preceding=(DocumentReference(corrects.number, corrects.issued_on),) if corrects else (),
        notes=(words.credit_note,) if is_credit else (),
        period=_month_of(issued_on),
        payment_means=means,
        creditor_id=creditor_id,
        payment_terms="" if is_credit else words.payment_terms,
        lines=sums.lines,
        tax_subtotals=sums.subtotals,
        totals=sums.totals,
    )


def _vouchers(words: wording.DocumentWords, count: int) -> _Vouchers:
    """A voucher's face value is money, not a supply: category E with its reason, beside the fee at 21 %."""
    face = TaxCategory("E", Decimal(0), exemption_reason=words.face_value_reason)
    fee = TaxCategory("S", FEE_RATE)
    lines = (
        _line("1", words.vouchers, quantity=count, price=FACE_VALUE, tax=face),
        _line("2", words.fee, quantity=count, price=FEE, tax=fee),
    )
    net = lines[0].net_amount + lines[1].net_amount
    tax = (lines[1].net_amount * FEE_RATE / 100).quantize(_CENT)
    subtotals = (
        TaxSubtotal(lines[0].net_amount, Decimal("0.00"), face),
        TaxSubtotal(lines[1].net_amount, tax, fee),
    )
    totals = Totals(
        line_extension=net, tax_exclusive=net, tax_inclusive=net + tax, payable=net + tax, tax=tax
    )
    return _Vouchers(lines, subtotals, totals)


def _line(line_id: str, name: str, *, quantity: int, price: Decimal, tax: TaxCategory) -> Line:
    return Line(
        id=line_id,
        name=name,
        quantity=Decimal(quantity),
        unit=_PIECE,
        net_price=price,
        net_amount=(quantity * price).quantize(_CENT),
        tax=TaxCategory(tax.code, tax.rate),
    )


def _month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, month_before(first, -1) - timedelta(days=1))


def _seller() -> Party:
    number = ISSUER_ENTERPRISE_NUMBER.replace(".", "")
    return Party(
        name=ISSUER_NAME,
        vat_id=normalise_vat_number(ISSUER_VAT_NUMBER),
        legal_id=Identifier(number, BE_ENTERPRISE_SCHEME),
        endpoint=Identifier(number, BE_ENTERPRISE_SCHEME),
        address=PostalAddress(
            street="Avenue des Titres 1", city="Bruxelles", postal_code="1000", country="BE"
        ),
        contact=Contact(
            name="Service clients", phone="+32 2 000 00 00", email="clients@issuer.example"
        ),
    )


def _buyer(company: DemoCompany, address: DemoAddress) -> Party:
    number = Identifier(company.enterprise_number.replace(".", ""), BE_ENTERPRISE_SCHEME)
    return Party(
        name=company.name,
        vat_id=normalise_vat_number(company.vat_number) if company.vat_number else "",
        legal_id=number,
        endpoint=number,
        ids=(Identifier(company.customer_number),),
        address=PostalAddress(
            street=address.street,
            city=address.city,
            postal_code=address.postcode,
            country="BE",
        ),
    )
