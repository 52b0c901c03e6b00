"""The pages that are measured: where each contestant has them, and what must be on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, create_engine, select
from sqlalchemy.orm import Session

from app.domain.einvoice import InvoiceKind
from app.domain.invoicing import PaymentState
from app.domain.ports import Vault
from app.models import Company, Invoice, PortalUser, Portfolio
from app.services.invoice_paging import NEWEST_FIRST, PAGE_SIZE, Cursor
from app.services.invoice_search import begins_with
from benchmarks.contestants import DJANGO, FAB, FLOOR, PRODUCT
from benchmarks.fill import BIG_COMPANY, OUTSIDER, SMALL_COMPANY

EMPLOYER = "claire@boulangerie-martin.example"
MANAGER, AUDITOR = "marc@issuer.example", "ana@audit.example"
DEEP_PAGE = 1_000
PORTAL_LISTS = ("first", "deep", "filter", "prefix", "part")
BACKOFFICE_LISTS = ("audit", "manager")
_FILLED = begins_with(Invoice.number, "B")
"""Not one of the demo's own, which have no PDF before their first reader."""
_NEWEST = (Invoice.issued_on.desc(), Invoice.id.desc())


@dataclass(frozen=True, slots=True)
class Page:
    """`numbers` are the documents that must be shown, in this order, `days` theirs; `who` signs in for the product."""

    key: str
    title: str
    who: str
    paths: Mapping[str, str]
    """By contestant; one that has no such page is not among them."""
    numbers: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    begins: bytes = b""
    """What a file begins with."""


@dataclass(frozen=True, slots=True)
class _Customer:
    id: int
    public_id: UUID

    @property
    def list(self) -> str:
        return f"/c/{self.public_id}/invoices"


@dataclass(frozen=True, slots=True)
class _Shape:
    """A list of a company's documents: which ones, and how each contestant is asked for them."""

    key: str
    title: str
    paths: Mapping[str, str]
    where: tuple[ColumnElement[bool], ...] = ()
    skip: int = 0
    who: str = EMPLOYER


class Library:
    """Finds documents in a filled database, as a role that sees all of them; `vault` is the product's."""

    def __init__(self, url: str, vault: Vault) -> None:
        self._vault = vault
        self._engine = create_engine(url)
        self._session = Session(self._engine)

    def close(self) -> None:
        self._session.close()
        self._engine.dispose()

    def user_id(self, email: str) -> int:
        found = select(PortalUser.id).where(PortalUser.email == email)
        return int(self._session.scalars(found).one())

    def company_id(self, name: str) -> int:
        return self._customer(name).id

    def pages(self) -> list[Page]:
        big, small = self._customer(BIG_COMPANY), self._customer(SMALL_COMPANY)
        shapes = [self._first(big), self._deep(big), self._filter(big), *self._searches(big)]
        return [
            *(self._page(big, shape) for shape in shapes),
            *self._documents(big),
            self._page(small, self._first(small, key="small", who=OUTSIDER)),
            *self._backoffice(),
        ]

    def _first(self, of: _Customer, *, key: str = "first", who: str = EMPLOYER) -> _Shape:
        title = "portal list, first page"
        if key == "small":
            title = "portal list of a company with ten invoices"
        return _Shape(key, title, _list_paths(of), who=who)

    def _deep(self, big: _Customer) -> _Shape:
        owned = select(Invoice.id).where(Invoice.company_id == big.id)
        count = len(self._session.scalars(owned.limit(DEEP_PAGE * PAGE_SIZE)).all())
        deep = max(2, min(DEEP_PAGE, count // PAGE_SIZE))
        skip = (deep - 1) * PAGE_SIZE
        last = self._rows(big, skip=skip - 1, limit=1)[0]
        token = Cursor(last.issued_on, last.id, skip).write(NEWEST_FIRST, vault=self._vault)
        return _Shape(
            "deep",
            f"portal list, page {deep:,}",
            _list_paths(
                big,
                f"after={token}",
                floor=f"after={last.issued_on}&id={last.id}",
                fab=f"page_InvoiceView={deep - 1}",
                django=f"p={deep}",
            ),
            skip=skip,
        )

    def _filter(self, big: _Customer) -> _Shape:
        year = self._rows(big, skip=PAGE_SIZE, limit=1)[0].issued_on.year - 1
        since, until = date(year, 1, 1), date(year, 12, 31)
        before, after = since - timedelta(days=1), until + timedelta(days=1)
        return _Shape(
            "filter",
            "portal list, status and period",
            _list_paths(
                big,
                f"tab=paid&period={year}",
                floor=f"state=PAID&since={since}&until={until}",
                fab=f"_flt_3_kind=INVOICE&_flt_3_payment_state=PAID&_flt_1_issued_on={before}"
                f"&_flt_2_issued_on={after}",
                django=f"kind__exact=INVOICE&payment_state__exact=PAID&issued_on__gte={since}"
                f"&issued_on__lt={after}",
            ),
            (
                Invoice.kind == InvoiceKind.INVOICE,
                Invoice.payment_state == PaymentState.PAID,
                Invoice.issued_on.between(since, until),
            ),
        )

    def _searches(self, big: _Customer) -> tuple[_Shape, _Shape]:
        found = self._rows(big, _FILLED, skip=100, limit=1)
        number = str(found[0].number)
        beginning, part = number[:-3], number[-5:]
        return (
            _Shape(
                "prefix",
                "portal list, beginning of a number",
                _list_paths(
                    big,
                    f"q={beginning}",
                    floor=f"number={beginning}",
                    fab=f"_flt_0_number={beginning}",
                    django=f"number__startswith={beginning}",
                ),
                (begins_with(Invoice.number, beginning),),
            ),
            _Shape(
                "part",
                "portal list, part of a number",
                _list_paths(
                    big,
                    f"q={part}",
                    floor=f"part={part}",
                    fab=f"_flt_2_search_text={part}",
                    django=f"q={part}",
                ),
                (Invoice.search_text.contains(part),),
            ),
        )

    def _documents(self, big: _Customer) -> list[Page]:
        found = self._rows(big, _FILLED, skip=40, limit=1)[0]
        path, floor_path = f"{big.list}/{found.public_id}", f"/{big.id}/{found.public_id}"
        files = {PRODUCT: f"{path}.pdf", FLOOR: f"{floor_path}.pdf"}
        return [
            Page(
                "invoice",
                "invoice page",
                EMPLOYER,
                {PRODUCT: path, FLOOR: floor_path},
                (found.number,),
            ),
            Page("pdf", "PDF download", EMPLOYER, files, begins=b"%PDF-"),
        ]

    def _backoffice(self) -> list[Page]:
        served = select(Portfolio.company_id).where(Portfolio.manager_id == self.user_id(MANAGER))
        newest = select(Invoice.number, Invoice.issued_on).order_by(*_NEWEST).limit(PAGE_SIZE)
        everybody = self._session.execute(newest).all()
        portfolio = self._session.execute(newest.where(Invoice.company_id.in_(served))).all()
        path = "/backoffice/invoices/list/"
        paths = {
            PRODUCT: path,
            FLOOR: "/all",
            FAB: "/everyinvoiceview/list/",
            DJANGO: "/admin/peer/everyinvoice/",
        }
        return [
            _listed("audit", "back-office list, all companies", AUDITOR, paths, everybody),
            _listed(
                "manager",
                "back-office list, a portfolio",
                MANAGER,
                {PRODUCT: path, FLOOR: "/all"},
                portfolio,
            ),
        ]

    def _page(self, customer: _Customer, shape: _Shape) -> Page:
        rows = self._rows(customer, *shape.where, skip=shape.skip)
        if not rows:
            raise RuntimeError(f"{shape.title}: a page without rows measures nothing")
        return _listed(shape.key, shape.title, shape.who, shape.paths, rows)

    def _customer(self, name: str) -> _Customer:
        found = select(Company.id, Company.public_id).where(Company.name == name)
        return _Customer(*self._session.execute(found).one())

    def _rows(
        self,
        customer: _Customer,
        *where: ColumnElement[bool],
        skip: int = 0,
        limit: int = PAGE_SIZE,
    ) -> Any:
        columns = (Invoice.id, Invoice.public_id, Invoice.number, Invoice.issued_on)
        statement = (
            select(*columns)
            .where(Invoice.company_id == customer.id, *where)
            .order_by(*_NEWEST)
            .offset(skip)
            .limit(limit)
        )
        return self._session.execute(statement).all()


def _list_paths(
    of: _Customer, query: str = "", *, floor: str = "", fab: str = "", django: str = ""
) -> dict[str, str]:
    """The list of a company at each contestant, which the peers know as one more filter."""
    return {
        PRODUCT: f"{of.list}?{query}".rstrip("?"),
        FLOOR: f"/{of.id}/?{floor}".rstrip("?"),
        FAB: f"/invoiceview/list/?_flt_0_company_id={of.id}&{fab}".rstrip("&"),
        DJANGO: f"/admin/peer/invoice/?company={of.id}&{django}".rstrip("&"),
    }


def _listed(key: str, title: str, who: str, paths: Mapping[str, str], rows: Any) -> Page:
    numbers = tuple(row.number for row in rows)
    return Page(key, title, who, paths, numbers, tuple(row.issued_on for row in rows))
