"""Fills a database with the demo's cast and N more invoices, as an import would have left them.

All of these invoices refer to one XML and one PDF that really are in the store, and paid ones have
no payments behind them.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.delivery import DeliveryMode, VatStatus
from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.invoicing import DocumentFormat, DocumentOrigin
from app.domain.roles import EmployerRole
from app.extensions import ports
from app.models import Address, Company, Invoice, InvoiceContent, Membership, PortalUser
from app.security.cross_company import cross_company
from app.services.documents import find_document
from benchmarks.copying import Row, Target
from benchmarks.rows import BIG_SHARE, Owners, Place, rows

BIG_COMPANY = "Boulangerie Martin SRL"
SMALL_COMPANY = "Dix Documents SRL"
SMALL_COUNT = 10
OUTSIDER = "pieter@brouwerij-peeters.example"
"""Who belongs to the small company."""
CHUNK = 10_000
_ORIGINS = {
    DocumentFormat.XML: DocumentOrigin.RECEIVED,
    DocumentFormat.PDF: DocumentOrigin.RENDERED,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """The document that all of them resemble, and its two files as (sha256, size)."""

    einvoice: EInvoice
    files: dict[DocumentFormat, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A migrated database with its cast: what the rows are made from."""

    sample: Sample
    owners: Owners


def prepare(app: Flask, count: int, *, big_share: float = BIG_SHARE) -> Prepared:
    """Migrate, load the cast and open companies for `count` invoices."""
    for command in (["db", "upgrade"], ["demo", "load"]):
        result = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        if result.exit_code:
            raise RuntimeError(f"flask {' '.join(command)}: {result.output}")
    with app.app_context(), cross_company("benchmark: companies") as session:
        sample = _sample(session)
        names = [f"Entreprise {number:05d} SRL" for number in range(1, companies_for(count) + 1)]
        small, *others = _open_companies(session, [SMALL_COMPANY, *names])
        _let_in(session, OUTSIDER, small)
        big = _places_of(session, BIG_COMPANY)
        session.commit()
    owners = Owners(big, others, small, min(SMALL_COUNT, count // 2), big_share)
    return Prepared(sample, owners)


def pour(prepared: Prepared, target: Target, count: int) -> None:
    """Write `count` invoices with their contents and documents; says how far it is."""
    started, done = time.monotonic(), 0
    invoice_id, document_id = target.last_id("invoice"), target.last_id("document")
    supply = rows(count, prepared.sample.einvoice, prepared.owners)
    while chunk := list(islice(supply, CHUNK)):
        for place, row in enumerate(chunk, invoice_id + 1):
            row["id"] = place
        invoice_id += len(chunk)
        contents = [_content(row) for row in chunk]
        files = list(_files(chunk, prepared.sample, after=document_id))
        document_id += len(files)
        for table, written in (
            ("invoice", chunk),
            ("invoice_content", contents),
            ("document", files),
        ):
            target.add(table, written)
        done += len(chunk)
        _say(done, count, seconds=time.monotonic() - started)


def companies_for(count: int) -> int:
    """How many companies share what the big one leaves."""
    return min(10_000, max(100, count // 50))


def _sample(session: Session) -> Sample:
    """An invoice of the demo with its PDF, which the first reader would otherwise draw."""
    row = session.execute(
        select(Invoice.public_id, InvoiceContent.content)
        .select_from(Invoice)
        .join(InvoiceContent, InvoiceContent.invoice_id == Invoice.id)
        .join(Company, Company.id == Invoice.company_id)
        .where(Company.name == BIG_COMPANY, Invoice.kind == InvoiceKind.INVOICE)
        .order_by(Invoice.id)
        .limit(1)
    ).one()
    files = {}
    for kind in DocumentFormat:
        file = find_document(session, ports(), row.public_id, kind)
        files[kind] = (file.sha256, file.size_bytes)
    return Sample(EInvoice.from_json(row.content), files)


def _places_of(session: Session, company: str) -> list[Place]:
    found = session.execute(
        select(Address.company_id, Address.id, Company.name)
        .join(Company, Company.id == Address.company_id)
        .where(Company.name == company)
        .order_by(Address.id)
    )
    return [Place(*row) for row in found]


def _open_companies(session: Session, names: Sequence[str]) -> list[Place]:
    values: list[dict[str, Any]] = [
        {"name": name, "vat_status": VatStatus.UNKNOWN, "language": "fr", "city": "Namur"}
        for name in names
    ]
    made = insert(Company).returning(Company.id, sort_by_parameter_order=True)
    ids = session.scalars(made, values).all()
    addresses: list[dict[str, Any]] = [
        {
            "company_id": one,
            "name": "Namur",
            "delivery_mode": DeliveryMode.EMAIL,
            "is_default": True,
        }
        for one in ids
    ]
    made_addresses = insert(Address).returning(Address.id, sort_by_parameter_order=True)
    address_ids = session.scalars(made_addresses, addresses).all()
    return [Place(*row) for row in zip(ids, address_ids, names, strict=True)]


def _let_in(session: Session, email: str, place: Place) -> None:
    user_id = session.scalars(select(PortalUser.id).where(PortalUser.email == email)).one()
    values = {
        "user_id": user_id,
        "company_id": place.company_id,
        "role": EmployerRole.EMPLOYER_ADMIN,
    }
    session.execute(insert(Membership), [values])


def _content(row: Row) -> Row:
    """What `invoice_content` keeps of a row, taken out of it."""
    return {
        "invoice_id": row["id"],
        "company_id": row["company_id"],
        "address_id": row["address_id"],
        "content": row.pop("content"),
        "warnings": "[]",
    }


def _files(chunk: Sequence[Row], sample: Sample, *, after: int) -> Iterator[Row]:
    for row in chunk:
        for kind, (sha256, size_bytes) in sample.files.items():
            after += 1
            yield {
                "id": after,
                "public_id": uuid4(),
                "created_at": row["created_at"],
                "updated_at": row["updated_at"],
                "company_id": row["company_id"],
                "address_id": row["address_id"],
                "invoice_id": row["id"],
                "format": kind,
                "origin": _ORIGINS[kind],
                "sha256": sha256,
                "size_bytes": size_bytes,
            }


def _say(done: int, count: int, *, seconds: float) -> None:
    end = "\n" if done >= count else "\r"
    print(f"  {done:>9,} of {count:,} invoices, {done / seconds:,.0f} a second", end=end)
    sys.stdout.flush()
