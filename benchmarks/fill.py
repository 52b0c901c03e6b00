"""Fills a migrated database with the demo's cast and N more invoices, as an import would have left them.

Each row is made by the importer's own mapping; only the way in differs: COPY into a table without
row-level security (PostgreSQL refuses COPY where there is some), then INSERT … SELECT as the role
that imports. All of these invoices refer to one XML and one PDF that really are in the store.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.clock import now, today
from app.domain.delivery import DeliveryMode, VatStatus
from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.identifiers import make_structured_communication
from app.domain.invoicing import DocumentFormat
from app.extensions import ports
from app.models import Address, Company, Invoice, InvoiceContent
from app.security.cross_company import cross_company
from app.services.allocations import open_projection
from app.services.documents import find_document
from app.services.imports.amounts import amounts_of
from app.services.imports.buyers import BuyerKeys, KnownCompany
from app.services.imports.plan import PlannedInvoice
from app.services.imports.sellers import seller_key
from app.services.imports.store import invoice_values
from app.services.imports.values import Incoming
from config import Settings

BIG_COMPANY = "Boulangerie Martin SRL"
SMALL_COMPANY = "Brouwerij Peeters BV"
BIG_SHARE = 0.2
PAID_SHARE, CREDITED_SHARE = 0.92, 0.03
HISTORY = timedelta(days=5 * 365)
CHUNK = 20_000
STAGING = "benchmark_staging"
_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Place:
    """Where an invoice goes."""

    company_id: int
    address_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The document that all of them resemble, and its two files as (sha256, size)."""

    einvoice: EInvoice
    files: dict[DocumentFormat, tuple[str, int]]


def fill(app: Flask, count: int) -> None:
    """Migrate, load the cast, add companies and `count` invoices; says how far it is."""
    settings: Settings = app.extensions["settings"]
    for command in (["db", "upgrade"], ["demo", "load"]):
        result = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        if result.exit_code:
            raise RuntimeError(f"flask {' '.join(command)}: {result.output}")
    with app.app_context():
        with cross_company("benchmark: companies") as session:
            sample = _sample(session)
            big, others = _places_of(session, BIG_COMPANY), _open_companies(session, count)
            session.commit()
        rows = _rows(count, sample.einvoice, big=big, others=others)
        _load(settings, rows, sample, count=count)


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
    rows = session.execute(
        select(Address.company_id, Address.id, Company.name)
        .join(Company, Company.id == Address.company_id)
        .where(Company.name == company)
        .order_by(Address.id)
    )
    return [Place(*row) for row in rows]


def _open_companies(session: Session, count: int) -> list[Place]:
    names = [f"Entreprise {number:05d} SRL" for number in range(1, companies_for(count) + 1)]
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


def _rows(
    count: int, sample: EInvoice, *, big: list[Place], others: list[Place]
) -> Iterator[dict[str, Any]]:
    """Rows in the order in which an issuer numbers: by day, whoever the customer."""
    luck = random.Random(_SEED)
    last = today()
    first = last - HISTORY
    for place_in_time in range(count):
        issued_on = first + HISTORY * place_in_time // count
        place = luck.choice(big if luck.random() < BIG_SHARE else others)
        einvoice = _document(sample, place, luck, number=place_in_time + 1, issued_on=issued_on)
        is_paid = luck.random() < PAID_SHARE and (last - issued_on).days > 30
        yield _row(einvoice, place, luck, is_paid=is_paid)


def _document(
    sample: EInvoice, place: Place, luck: random.Random, *, number: int, issued_on: date
) -> EInvoice:
    is_credit = luck.random() < CREDITED_SHARE
    payable = sample.totals.payable + Decimal(luck.randrange(900_000)) / 100
    means = replace(
        sample.payment_means[0], payment_id=make_structured_communication(number % 10**10)
    )
    return replace(
        sample,
        kind=InvoiceKind.CREDIT_NOTE if is_credit else InvoiceKind.INVOICE,
        type_code="381" if is_credit else "380",
        number=f"{'C' if is_credit else 'B'}{issued_on.year}-{number:07d}",
        issued_on=issued_on,
        due_on=None if is_credit else issued_on + timedelta(days=30),
        buyer=replace(sample.buyer, name=place.name),
        order_reference=f"PO-{luck.randrange(10**6):06d}",
        payment_means=() if is_credit else (means,),
        totals=replace(sample.totals, payable=payable),
    )


def _row(einvoice: EInvoice, place: Place, luck: random.Random, *, is_paid: bool) -> dict[str, Any]:
    company = KnownCompany(place.company_id, place.name, BuyerKeys())
    planned = PlannedInvoice(
        incoming=Incoming(f"{einvoice.number}.xml"),
        einvoice=einvoice,
        seller_key=seller_key(einvoice.seller),
        company=company,
        address=None,
        amounts=amounts_of(einvoice),
        warnings=(),
    )
    values = invoice_values(planned, place.address_id)
    if is_paid:
        signed = values["signed_cents"]
        values["open_cents"], values["payment_state"] = open_projection(signed, abs(signed))
    arrived_at = now()
    return values | {
        "public_id": UUID(int=luck.getrandbits(128), version=4),
        "created_at": arrived_at,
        "updated_at": arrived_at,
        "content": json.dumps(einvoice.to_json()),
    }


def _load(
    settings: Settings, rows: Iterator[dict[str, Any]], sample: Sample, *, count: int
) -> None:
    started, done = time.monotonic(), 0
    owner_url, system_url = (
        url.get_secret_value().replace("+psycopg", "")
        for url in (settings.database_owner_url, settings.database_system_url)
    )
    with (
        psycopg.connect(owner_url, autocommit=True) as owner,
        psycopg.connect(system_url) as system,
    ):
        columns: list[str] = []
        while chunk := list(islice(rows, CHUNK)):
            if not columns:
                columns = list(chunk[0])
                _make_staging(owner, columns)
            _copy(owner, columns, chunk)
            _move(system, columns, sample)
            system.commit()
            owner.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(STAGING)))
            done += len(chunk)
            _say(done, count, seconds=time.monotonic() - started)
        owner.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(STAGING)))


def _make_staging(owner: psycopg.Connection[Any], columns: list[str]) -> None:
    """Like `invoice`, with the content beside it and the order of arrival; rights come by default."""
    owner.execute(
        sql.SQL("CREATE UNLOGGED TABLE {} AS SELECT {}, ''::text AS content FROM invoice").format(
            sql.Identifier(STAGING), _names(one for one in columns if one != "content")
        )
        + sql.SQL(" WITH NO DATA")
    )
    owner.execute(
        sql.SQL("ALTER TABLE {} ADD COLUMN place bigserial").format(sql.Identifier(STAGING))
    )


def _copy(owner: psycopg.Connection[Any], columns: list[str], rows: list[dict[str, Any]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(STAGING), _names(iter(columns))
    )
    with owner.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])


def _move(system: psycopg.Connection[Any], columns: list[str], sample: Sample) -> None:
    """From staging into the tables that an import writes, under their policies and indexes."""
    staging = sql.Identifier(STAGING)
    names = _names(one for one in columns if one != "content")
    system.execute(
        sql.SQL("INSERT INTO invoice ({0}) SELECT {0} FROM {1} ORDER BY place").format(
            names, staging
        )
    )
    system.execute(
        sql.SQL(
            "INSERT INTO invoice_content (company_id, address_id, invoice_id, content, warnings) "
            "SELECT i.company_id, i.address_id, i.id, s.content::json, '[]' "
            "FROM {} s JOIN invoice i USING (public_id) ORDER BY s.place"
        ).format(staging)
    )
    for kind, (sha256, size_bytes) in sample.files.items():
        origin = "RECEIVED" if kind is DocumentFormat.XML else "RENDERED"
        system.execute(
            sql.SQL(
                "INSERT INTO document (public_id, created_at, updated_at, company_id, address_id, "
                "invoice_id, format, origin, sha256, size_bytes) "
                "SELECT gen_random_uuid(), i.created_at, i.created_at, i.company_id, i.address_id, "
                "i.id, {}, {}, {}, {} FROM {} s JOIN invoice i USING (public_id) ORDER BY s.place"
            ).format(kind.value, origin, sha256, size_bytes, staging)
        )


def _names(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _say(done: int, count: int, *, seconds: float) -> None:
    end = "\n" if done >= count else "\r"
    print(f"  {done:>9,} of {count:,} invoices, {done / seconds:,.0f} a second", end=end)
    sys.stdout.flush()
