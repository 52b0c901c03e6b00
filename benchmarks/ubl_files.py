"""N invoices as UBL files, written by our own writer: what an issuer's archive looks like on the disk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.cli.demo.documents import demo_documents
from app.documents import ubl_writer
from app.domain.clock import today
from app.domain.einvoice import EInvoice, InvoiceKind, Party
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    Identifier,
    display_structured_communication,
    make_structured_communication,
)
from benchmarks.rows import HISTORY, PAYABLE_WITHIN

BUYERS = 200
MOST_IN_A_FOLDER = 1_000


def write_files(folder: Path, count: int, *, first: int = 1, folders: int = 1) -> list[Path]:
    """Write the documents numbered from `first` into at least so many folders; return the folders."""
    size = max(1, min(MOST_IN_A_FOLDER, count // folders))
    parts = []
    documents = einvoices(count, first=first)
    for start in range(first, first + count, size):
        part = folder / f"{start:07d}"
        part.mkdir(parents=True)
        for _nth in range(min(size, first + count - start)):
            einvoice = next(documents)
            (part / f"{einvoice.number}.xml").write_bytes(ubl_writer.write(einvoice))
        parts.append(part)
    return parts


def einvoices(count: int, *, first: int = 1) -> Iterator[EInvoice]:
    """The documents themselves: the demo's lines and sums, other numbers, days, buyers and references."""
    on = today()
    samples = [
        one.einvoice
        for one in demo_documents(on)
        if one.einvoice.kind is InvoiceKind.INVOICE and one.einvoice.payment_means
    ]
    for number in range(first, first + count):
        issued_on = on - HISTORY + HISTORY * (number - first) // count
        yield _numbered(samples[number % len(samples)], number, issued_on)


def _numbered(sample: EInvoice, number: int, issued_on: date) -> EInvoice:
    communication = make_structured_communication(number % 10**10)
    means = replace(
        sample.payment_means[0], payment_id=display_structured_communication(communication)
    )
    return replace(
        sample,
        number=f"U{issued_on.year}-{number:07d}",
        issued_on=issued_on,
        due_on=issued_on + PAYABLE_WITHIN,
        period=None,
        buyer=_buyer(sample.buyer, number % BUYERS),
        buyer_reference="",
        order_reference=f"PO-{number * 7_919 % 10**6:06d}",
        payment_means=(means,),
        totals=replace(sample.totals, payable=sample.totals.payable + Decimal(number % 100) / 100),
    )


def _buyer(sample: Party, nth: int) -> Party:
    """One of a few hundred companies with numbers that pass their check."""
    digits = f"0994{nth:04d}"
    number = f"{digits}{97 - int(digits) % 97:02d}"
    enterprise = Identifier(number, BE_ENTERPRISE_SCHEME)
    return replace(
        sample,
        name=f"Acheteur {nth:04d} SRL",
        vat_id=f"BE{number}",
        legal_id=enterprise,
        endpoint=enterprise,
        ids=(Identifier(f"8{nth:05d}"),),
    )
