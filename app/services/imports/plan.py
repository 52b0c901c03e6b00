"""What an import would do with each document: decided from reads alone, so a dry run is the same code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.documents.verdicts import DocumentWarning
from app.domain.einvoice import EInvoice
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome
from app.domain.invoicing import DocumentFormat
from app.models import Company, Document, Invoice
from app.services.imports.addresses import KnownAddress, choose_address, load_addresses
from app.services.imports.amounts import Amounts, amounts_of
from app.services.imports.buyers import BuyerKeys, CompanyIndex, KnownCompany, keys_of
from app.services.imports.refusals import BuyerUnknown, NotInPortfolio, NumberTaken
from app.services.imports.sellers import IssuerIdentity, seller_key
from app.services.imports.values import (
    DocumentResult,
    ImportOrder,
    Incoming,
    StoredDocument,
)

Key = tuple[str, str, str]
"""Seller, number, kind: what a document is unique by."""


@dataclass(frozen=True, slots=True)
class Known:
    """A document that is here already, or came earlier in the same run."""

    sha256: str
    company: KnownCompany


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """A document to be written. `address` is None for a company that is not there yet."""

    incoming: Incoming
    einvoice: EInvoice
    seller_key: str
    company: KnownCompany
    address: KnownAddress | None
    amounts: Amounts
    warnings: tuple[DocumentWarning, ...]

    @property
    def identity(self) -> str:
        """Hashes of what the document is unique by, and of its bytes: a run that is resumed knows it by them."""
        return _digest(_key(self.einvoice)) + self.incoming.sha256


@dataclass(frozen=True, slots=True)
class Planned:
    """The outcome of one document and, when it is new, what to write. `opens` is a company to create with it."""

    verdict: DocumentResult
    company: KnownCompany | None = None
    invoice: PlannedInvoice | None = None
    opens: KnownCompany | None = None

    @property
    def result(self) -> DocumentResult:
        """The outcome; it names the company, which has its id once it was created."""
        if self.company is None:
            return self.verdict
        return replace(self.verdict, company_id=self.company.id, company_name=self.company.name)


@dataclass(slots=True)
class Planner:
    """Decides for chunk after chunk; remembers what it planned, which the database may not know (yet).

    Of each document it keeps two hashes: a dry run of 100,000 documents takes some 30 MB.
    """

    order: ImportOrder
    issuer: IssuerIdentity
    _known: dict[bytes, tuple[bytes, KnownCompany]] = field(default_factory=dict)
    _companies: dict[int, KnownCompany] = field(default_factory=dict)
    _opened: CompanyIndex = field(default_factory=CompanyIndex)

    def plan(self, session: Session, chunk: Sequence[Incoming]) -> list[Planned]:
        """One outcome for each document, in their order."""
        return _Chunk(self, session, chunk).plan()

    def remember(self, identity: str, company: KnownCompany) -> None:
        """Know a document again; `identity` is that of its plan."""
        one = company if company.id is None else self._companies.setdefault(company.id, company)
        self._known[bytes.fromhex(identity[:32])] = (bytes.fromhex(identity[32:]), one)

    def known(self, key: Key) -> Known | None:
        found = self._known.get(bytes.fromhex(_digest(key)))
        return Known(found[0].hex(), found[1]) if found else None

    def remember_company(self, company: KnownCompany) -> None:
        self._opened.add(company)

    def opened_for(self, wanted: Iterable[BuyerKeys]) -> list[KnownCompany]:
        """The companies it is about to create that share an identifier with one of these buyers."""
        found = {id(one): one for keys in wanted for one in self._opened.candidates(keys)}
        return list(found.values())


class _Chunk:
    """One chunk: what is looked up for all of its documents at once, then a verdict for each."""

    def __init__(self, planner: Planner, session: Session, chunk: Sequence[Incoming]) -> None:
        self._planner = planner
        self._order = planner.order
        self._chunk = chunk
        read = [each.document.einvoice for each in chunk if each.document is not None]
        self._existing = _existing(session, read)
        self._companies = CompanyIndex()
        self._keys: dict[int, BuyerKeys] = {id(each): keys_of(each.buyer) for each in read}
        self._companies.load(session, self._keys.values())
        for company in planner.opened_for(self._keys.values()):
            self._companies.add(company)
        matched = self._companies.ids()
        self._addresses = load_addresses(session, matched) if matched else {}

    def plan(self) -> list[Planned]:
        return [self._planned(incoming) for incoming in self._chunk]

    def _planned(self, incoming: Incoming) -> Planned:
        if incoming.stored is not None:
            return self._stored(incoming, incoming.stored)
        if incoming.document is None:
            return Planned(_refused(incoming, incoming.refusal or DomainError()))
        einvoice = incoming.document.einvoice
        try:
            known = self._known(einvoice)
            if known is None:
                return self._new(incoming, einvoice)
            return self._repeated(incoming, einvoice, known)
        except DomainError as refusal:
            return Planned(_refused(incoming, refusal))

    def _stored(self, incoming: Incoming, stored: StoredDocument) -> Planned:
        try:
            self._require_own(stored.company_id)
        except DomainError as refusal:
            return Planned(_refused(incoming, refusal))
        verdict = DocumentResult(incoming.file, ImportOutcome.UNCHANGED, stored.number, stored.kind)
        owner = KnownCompany(stored.company_id, stored.company_name, BuyerKeys())
        return Planned(verdict, owner)

    def _known(self, einvoice: EInvoice) -> Known | None:
        key = _key(einvoice)
        return self._existing.get(key) or self._planner.known(key)

    def _repeated(self, incoming: Incoming, einvoice: EInvoice, known: Known) -> Planned:
        self._require_own(known.company.id)
        if known.sha256 != incoming.sha256:
            raise NumberTaken(number=einvoice.number)
        return Planned(_taken(incoming, ImportOutcome.UNCHANGED, einvoice), known.company)

    def _new(self, incoming: Incoming, einvoice: EInvoice) -> Planned:
        company, is_opened = self._company(einvoice)
        amounts = amounts_of(einvoice)
        address = self._address(einvoice, company)
        if is_opened:
            self._companies.add(company)
            self._planner.remember_company(company)
        warnings = self._warnings(incoming, einvoice)
        key = seller_key(einvoice.seller)
        invoice = PlannedInvoice(incoming, einvoice, key, company, address, amounts, warnings)
        self._planner.remember(invoice.identity, company)
        result = _taken(incoming, ImportOutcome.CREATED, einvoice, warnings)
        return Planned(result, company, invoice, company if is_opened else None)

    def _company(self, einvoice: EInvoice) -> tuple[KnownCompany, bool]:
        buyer = einvoice.buyer
        keys = self._keys[id(einvoice)]
        found = self._companies.find(buyer, keys)
        if found is not None:
            self._require_own(found.id)
            return found, False
        if not self._order.create_companies:
            raise BuyerUnknown(name=buyer.display_name)
        free = (n for n in keys.customer_numbers if not self._companies.has_customer_number(n))
        number = next(free, None)
        own = BuyerKeys(keys.enterprise, keys.vat, keys.endpoint, (number,) if number else ())
        return KnownCompany(None, buyer.display_name or str(keys.endpoint or number), own), True

    def _address(self, einvoice: EInvoice, company: KnownCompany) -> KnownAddress | None:
        if company.id is None:
            return None
        return choose_address(einvoice, self._addresses.get(company.id, []))

    def _require_own(self, company_id: int | None) -> None:
        """An account manager imports for the own companies; one that is being created is theirs."""
        allowed = self._order.companies
        if allowed is not None and company_id is not None and company_id not in allowed:
            raise NotInPortfolio

    def _warnings(self, incoming: Incoming, einvoice: EInvoice) -> tuple[DocumentWarning, ...]:
        found = incoming.document.warnings if incoming.document else ()
        if self._planner.issuer.sent(einvoice.seller):
            return found
        return (
            DocumentWarning("seller_not_issuer", {"name": einvoice.seller.display_name}),
            *found,
        )


_EXISTING = (
    select(
        Invoice.seller_key,
        Invoice.number,
        Invoice.kind,
        Invoice.company_id,
        Company.name,
        Document.sha256,
    )
    .join(Company, Company.id == Invoice.company_id)
    .join(
        Document,
        (Document.invoice_id == Invoice.id) & (Document.company_id == Invoice.company_id),
    )
    .where(
        Invoice.seller_key.in_(bindparam("sellers", expanding=True)),
        Invoice.number.in_(bindparam("numbers", expanding=True)),
        Document.format == DocumentFormat.XML,
    )
)


def _existing(session: Session, einvoices: Iterable[EInvoice]) -> dict[Key, Known]:
    """Documents with these numbers that the database has, in one statement."""
    keys = {_key(each) for each in einvoices}
    if not keys:
        return {}
    wanted = {
        "sellers": sorted({key[0] for key in keys}),
        "numbers": sorted({key[1] for key in keys}),
    }
    return {
        (row.seller_key, row.number, row.kind.value): Known(
            row.sha256, KnownCompany(row.company_id, row.name, BuyerKeys())
        )
        for row in session.execute(_EXISTING, wanted)
    }


def _key(einvoice: EInvoice) -> Key:
    return seller_key(einvoice.seller), einvoice.number, einvoice.kind.value


def _digest(key: Key) -> str:
    return blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _taken(
    incoming: Incoming,
    outcome: ImportOutcome,
    einvoice: EInvoice,
    warnings: tuple[DocumentWarning, ...] = (),
) -> DocumentResult:
    kind = einvoice.kind.value
    return DocumentResult(incoming.file, outcome, einvoice.number, kind, warnings=warnings)


def _refused(incoming: Incoming, refusal: DomainError) -> DocumentResult:
    einvoice = incoming.document.einvoice if incoming.document else None
    said = einvoice or incoming.stored
    return DocumentResult(
        incoming.file,
        ImportOutcome.REFUSED,
        said.number if said else None,
        str(said.kind) if said else None,
        code=refusal.code,
        params={
            name: value if isinstance(value, int) else str(value)[:200]
            for name, value in refusal.params.items()
        },
    )
