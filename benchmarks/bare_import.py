"""The least an import can cost: lxml reads the file, its bytes go to the disk, rows by COPY or executemany.

No rules, no tenancy, no audit trail, no look whether the document is here already. The rows go into
the same tables with the same indexes, as somebody whom row-level security does not concern.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg
from lxml import etree
from psycopg import sql

from app.documents.ubl_xml import CAC_NS, CBC_NS

CHUNK = 1_000
_CBC, _CAC = f"{{{CBC_NS}}}", f"{{{CAC_NS}}}"
_PARTY_NAME = f"{_CAC}AccountingCustomerParty//{_CAC}PartyLegalEntity/{_CBC}RegistrationName"
_SELLER = f"{_CAC}AccountingSupplierParty//{_CAC}PartyLegalEntity/{_CBC}RegistrationName"
Row = dict[str, Any]


class Rows(Protocol):
    """A database that rows are written into; `place` is the company and the address they get."""

    place: tuple[int, int]
    next_id: int

    def add(self, table: str, rows: Sequence[Row]) -> None: ...

    def commit(self) -> None: ...


@dataclass(slots=True)
class PostgresqlRows:
    connection: psycopg.Connection[Any]
    place: tuple[int, int]
    next_id: int

    def add(self, table: str, rows: Sequence[Row]) -> None:
        columns = list(rows[0])
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])

    def commit(self) -> None:
        self.connection.commit()


@dataclass(slots=True)
class SqliteRows:
    connection: sqlite3.Connection
    place: tuple[int, int]
    next_id: int

    def add(self, table: str, rows: Sequence[Row]) -> None:
        names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        self.connection.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [tuple(map(_plain, row.values())) for row in rows],
        )

    def commit(self) -> None:
        self.connection.commit()


def bare_import(files: Iterable[Path], store: Path, rows: Rows) -> int:
    """Import the files; return how many there were."""
    done = 0
    supply = iter(files)
    while chunk := list(islice(supply, CHUNK)):
        read = list(_read(chunk, store, rows))
        for place, table in enumerate(("invoice", "invoice_content", "document")):
            rows.add(table, [one[place] for one in read])
        rows.commit()
        done += len(chunk)
    return done


def _read(files: Sequence[Path], store: Path, rows: Rows) -> Iterator[tuple[Row, Row, Row]]:
    arrived_at = datetime.now(UTC)
    for path in files:
        data = path.read_bytes()
        root = etree.fromstring(data)
        sha256 = _put(store, data)
        owner = dict(zip(("company_id", "address_id"), rows.place, strict=True))
        times = {"created_at": arrived_at, "updated_at": arrived_at}
        invoice_id = rows.next_id
        rows.next_id += 1
        head = _head(root)
        yield (
            {"id": invoice_id, "public_id": uuid4()} | times | owner | head,
            owner | {"invoice_id": invoice_id, "content": _content(root), "warnings": "[]"},
            {"public_id": uuid4(), "invoice_id": invoice_id, "format": "XML", "origin": "RECEIVED"}
            | {"sha256": sha256, "size_bytes": len(data)}
            | owner
            | times,
        )


def _put(store: Path, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    folder = store / sha256[:2]
    folder.mkdir(exist_ok=True)
    beside = folder / f"{sha256[2:]}.new"
    beside.write_bytes(data)
    beside.rename(folder / sha256[2:])
    return sha256


def _head(root: etree._Element) -> Row:
    totals = root.find(f"{_CAC}LegalMonetaryTotal")
    assert totals is not None
    payable = _cents(totals, "PayableAmount")
    number = _text(root, f"{_CBC}ID")
    reference = _text(root, f"{_CAC}OrderReference/{_CBC}ID")
    return {
        "kind": "INVOICE",
        "type_code": _text(root, f"{_CBC}InvoiceTypeCode"),
        "number": number,
        "seller_key": "bare",
        "seller_name": _text(root, _SELLER),
        "issued_on": _text(root, f"{_CBC}IssueDate"),
        "due_on": _text(root, f"{_CBC}DueDate") or None,
        "currency": _text(root, f"{_CBC}DocumentCurrencyCode"),
        "net_cents": _cents(totals, "TaxExclusiveAmount"),
        "tax_cents": _cents(totals, "TaxInclusiveAmount") - _cents(totals, "TaxExclusiveAmount"),
        "total_cents": _cents(totals, "TaxInclusiveAmount"),
        "payable_cents": payable,
        "signed_cents": payable,
        "open_cents": payable,
        "payment_state": "OPEN",
        "order_reference": reference or None,
        "structured_communication": _text(root, f"{_CAC}PaymentMeans/{_CBC}PaymentID") or None,
        "search_text": f"{number} {reference}".lower(),
        "has_warnings": False,
    }


def _content(root: etree._Element) -> str:
    """The texts of the document as JSON: about as much as the product keeps."""
    texts = [one.text for one in root.iter() if one.text and one.text.strip()]
    return json.dumps({"buyer": _text(root, _PARTY_NAME), "texts": texts})


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _cents(totals: etree._Element, name: str) -> int:
    return round(float(_text(totals, f"{_CBC}{name}")) * 100)


def _plain(value: Any) -> Any:
    """As the product's tables store it on SQLite."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value
