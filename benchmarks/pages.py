"""The pages that are measured: where the product has them, where the floor has them, what must be on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from app.domain.ports import Vault
from app.services.invoice_paging import NEWEST_FIRST, PAGE_SIZE, Cursor
from benchmarks.fill import BIG_COMPANY, SMALL_COMPANY

EMPLOYER, OUTSIDER = "claire@boulangerie-martin.example", "pieter@brouwerij-peeters.example"
MANAGER, AUDITOR = "marc@issuer.example", "ana@audit.example"
DEEP_PAGE = 1_000
_NEWEST = "ORDER BY issued_on DESC, id DESC"


@dataclass(frozen=True, slots=True)
class Page:
    """`numbers` are the documents that both must show, in this order; `who` signs in for the product."""

    key: str
    title: str
    who: str
    path: str
    floor_path: str
    numbers: tuple[str, ...] = ()
    begins: bytes = b""
    """What a file begins with."""


@dataclass(frozen=True, slots=True)
class _Customer:
    id: int
    public_id: UUID

    @property
    def list(self) -> str:
        return f"/c/{self.public_id}/invoices"


class Library:
    """Finds documents in a filled database, as a role that sees all of them; `vault` is the product's."""

    def __init__(self, url: str, vault: Vault) -> None:
        self._vault = vault
        self._connection = psycopg.connect(url, autocommit=True, row_factory=namedtuple_row)

    def user_id(self, email: str) -> int:
        return int(self._rows("SELECT id FROM ab_user WHERE email = %s", email)[0].id)

    def pages(self) -> list[Page]:
        big, small = self._customer(BIG_COMPANY), self._customer(SMALL_COMPANY)
        return [
            *self._lists(big),
            *self._searches(big),
            *self._documents(big),
            Page(
                "small",
                "portal list of a company with a few invoices",
                OUTSIDER,
                small.list,
                f"/{small.id}/",
                self._numbers(small),
            ),
            *self._backoffice(),
        ]

    def _lists(self, big: _Customer) -> list[Page]:
        owned = self._rows("SELECT count(*) AS n FROM invoice WHERE company_id = %s", big.id)[0].n
        deep = min(DEEP_PAGE, owned // PAGE_SIZE)
        skipped = (deep - 1) * PAGE_SIZE
        last = self._rows(
            f"SELECT id, issued_on FROM invoice WHERE company_id = %s {_NEWEST} OFFSET %s LIMIT 1",
            big.id,
            skipped - 1,
        )[0]
        token = Cursor(last.issued_on, last.id, skipped).write(NEWEST_FIRST, vault=self._vault)
        since, until = date(last.issued_on.year, 1, 1), date(last.issued_on.year, 12, 31)
        paid = "AND kind = 'INVOICE' AND payment_state = 'PAID' AND issued_on BETWEEN %s AND %s"
        return [
            Page(
                "first",
                "portal list, first page",
                EMPLOYER,
                big.list,
                f"/{big.id}/",
                self._numbers(big),
            ),
            Page(
                "deep",
                f"portal list, page {deep:,}",
                EMPLOYER,
                f"{big.list}?after={token}",
                f"/{big.id}/?after={last.issued_on}&id={last.id}",
                self._numbers(big, skip=skipped),
            ),
            Page(
                "filter",
                "portal list, status and period",
                EMPLOYER,
                f"{big.list}?tab=paid&period={since.year}",
                f"/{big.id}/?state=PAID&since={since}&until={until}",
                self._numbers(big, paid, since, until),
            ),
        ]

    def _searches(self, big: _Customer) -> list[Page]:
        number = str(
            self._rows(
                "SELECT number FROM invoice WHERE company_id = %s AND number LIKE 'B%%' "
                "ORDER BY issued_on, id OFFSET 100 LIMIT 1",
                big.id,
            )[0].number
        )
        beginning, part = number[:-3], number[-5:]
        begins, holds = "AND starts_with(number, %s)", "AND search_text LIKE %s"
        return [
            Page(
                "prefix",
                "portal list, beginning of a number",
                EMPLOYER,
                f"{big.list}?q={beginning}",
                f"/{big.id}/?number={beginning}",
                self._numbers(big, begins, beginning),
            ),
            Page(
                "part",
                "portal list, part of a number",
                EMPLOYER,
                f"{big.list}?q={part}",
                f"/{big.id}/?part={part}",
                self._numbers(big, holds, f"%{part}%"),
            ),
        ]

    def _documents(self, big: _Customer) -> list[Page]:
        found = self._rows(
            f"SELECT public_id, number FROM invoice WHERE company_id = %s {_NEWEST} "
            "OFFSET 40 LIMIT 1",
            big.id,
        )[0]
        path, floor_path = f"{big.list}/{found.public_id}", f"/{big.id}/{found.public_id}"
        return [
            Page("invoice", "invoice page", EMPLOYER, path, floor_path, (found.number,)),
            Page(
                "pdf",
                "PDF download",
                EMPLOYER,
                f"{path}.pdf",
                f"{floor_path}.pdf",
                begins=b"%PDF-",
            ),
        ]

    def _backoffice(self) -> list[Page]:
        path = "/backoffice/invoices/list/"
        newest = self._rows(f"SELECT number FROM invoice {_NEWEST} LIMIT %s", PAGE_SIZE)
        shown = tuple(row.number for row in newest)
        served = self._rows(
            "SELECT number FROM invoice WHERE company_id IN (SELECT company_id FROM portfolio "
            f"WHERE manager_id = %s) {_NEWEST} LIMIT %s",
            self.user_id(MANAGER),
            PAGE_SIZE,
        )
        portfolio = tuple(row.number for row in served)
        return [
            Page("audit", "back-office list, all companies", AUDITOR, path, "/all", shown),
            Page("manager", "back-office list, a portfolio", MANAGER, path, "/all", portfolio),
        ]

    def _customer(self, name: str) -> _Customer:
        row = self._rows("SELECT id, public_id FROM company WHERE name = %s", name)[0]
        return _Customer(row.id, row.public_id)

    def _numbers(
        self, company: _Customer, more: str = "", *values: object, skip: int = 0
    ) -> tuple[str, ...]:
        rows = self._rows(
            f"SELECT number FROM invoice WHERE company_id = %s {more} {_NEWEST} OFFSET %s LIMIT %s",
            company.id,
            *values,
            skip,
            PAGE_SIZE,
        )
        if not rows:
            raise RuntimeError("a page without rows measures nothing")
        return tuple(row.number for row in rows)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._connection.execute(sql.SQL(statement), values).fetchall()
