"""Whose a document is: the buyer's identifiers against those of the companies, never the name.

Order: enterprise number, VAT number, endpoint, customer reference. A company that shares a weaker
identifier but has another enterprise number (members of one VAT group, branches behind one
endpoint) is somebody else: showing an invoice to the wrong employer is the worst this could do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.domain.einvoice import Party
from app.domain.identifiers import (
    BE_ENTERPRISE_SCHEME,
    BE_VAT_SCHEME,
    Identifier,
    enterprise_key,
    normalise_endpoint,
    normalise_vat_number,
)
from app.models import Company
from app.services.imports.refusals import BuyerAmbiguous, BuyerUnidentified

CUSTOMER_NUMBER_CHARS = 40


@dataclass(frozen=True, slots=True)
class BuyerKeys:
    """The identifiers of a buyer in the form that spellings share; "" where there is none."""

    enterprise: str = ""
    vat: str = ""
    endpoint: Identifier | None = None
    customer_numbers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.enterprise or self.vat or self.endpoint or self.customer_numbers)


@dataclass(eq=False, slots=True)
class KnownCompany:
    """A company as the import knows it; `id` is None while it is only about to be created."""

    id: int | None
    name: str
    keys: BuyerKeys


def keys_of(buyer: Party) -> BuyerKeys:
    """Everything a document says to identify its buyer by."""
    return BuyerKeys(
        enterprise=(
            enterprise_key(buyer.legal_id, country=country_of(buyer)) if buyer.legal_id else ""
        ),
        vat=normalise_vat_number(buyer.vat_id) if buyer.vat_id else "",
        endpoint=normalise_endpoint(buyer.endpoint) if buyer.endpoint else None,
        customer_numbers=tuple(
            each.value for each in buyer.ids if len(each.value) <= CUSTOMER_NUMBER_CHARS
        ),
    )


def country_of(buyer: Party) -> str:
    """Where a buyer is by its address, else by its VAT number, else Belgium."""
    said = (buyer.address.country.strip().upper(), buyer.vat_id.strip()[:2].upper())
    return next((code for code in said if len(code) == 2 and code.isalpha()), "BE")


@dataclass(slots=True)
class CompanyIndex:
    """Companies by each of their identifiers: those the database has, and those about to be created."""

    _by_enterprise: dict[str, list[KnownCompany]] = field(default_factory=lambda: defaultdict(list))
    _by_vat: dict[str, list[KnownCompany]] = field(default_factory=lambda: defaultdict(list))
    _by_endpoint: dict[Identifier, list[KnownCompany]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_number: dict[str, list[KnownCompany]] = field(default_factory=lambda: defaultdict(list))
    _ids: set[int] = field(default_factory=set)

    def add(self, company: KnownCompany) -> None:
        if company.id is not None:
            if company.id in self._ids:
                return
            self._ids.add(company.id)
        keys = company.keys
        if keys.enterprise:
            self._by_enterprise[keys.enterprise].append(company)
        if keys.vat:
            self._by_vat[keys.vat].append(company)
        if keys.endpoint:
            self._by_endpoint[keys.endpoint].append(company)
        for number in keys.customer_numbers:
            self._by_number[number].append(company)

    def load(self, session: Session, wanted: Iterable[BuyerKeys]) -> None:
        """Read the companies that have one of these identifiers, in one statement."""
        conditions = _conditions(list(wanted))
        if not conditions:
            return
        columns = (
            Company.id,
            Company.name,
            Company.enterprise_key,
            Company.vat_key,
            Company.endpoint_scheme,
            Company.endpoint_id,
            Company.customer_number,
        )
        for row in session.execute(select(*columns).where(or_(*conditions)).order_by(Company.id)):
            endpoint = (
                normalise_endpoint(Identifier(row.endpoint_id, row.endpoint_scheme or ""))
                if row.endpoint_id
                else None
            )
            numbers = (row.customer_number,) if row.customer_number else ()
            keys = BuyerKeys(row.enterprise_key or "", row.vat_key or "", endpoint, numbers)
            self.add(KnownCompany(row.id, row.name, keys))

    def find(self, buyer: Party, keys: BuyerKeys) -> KnownCompany | None:
        """The company a document is for, or None when nobody has its identifiers.

        Raises:
            BuyerUnidentified: the document gives no identifier at all.
            BuyerAmbiguous: the identifiers it gives are shared by several companies.
        """
        if not keys:
            raise BuyerUnidentified(name=buyer.display_name)
        is_ambiguous = False
        for candidates in self._steps(keys):
            found = {id(one): one for one in candidates}
            if len(found) == 1:
                return next(iter(found.values()))
            is_ambiguous = is_ambiguous or len(found) > 1
        if is_ambiguous:
            raise BuyerAmbiguous(name=buyer.display_name)
        return None

    def candidates(self, keys: BuyerKeys) -> Iterator[KnownCompany]:
        """Every company that shares an identifier, consistent or not; some come several times."""
        yield from self._of_enterprise(keys.enterprise)
        yield from self._of_vat(keys.vat)
        yield from self._of_endpoint(keys.endpoint)
        for number in keys.customer_numbers:
            yield from self._of_number(number)

    def ids(self) -> frozenset[int]:
        """The companies that the database has."""
        return frozenset(self._ids)

    def has_customer_number(self, number: str) -> bool:
        return bool(self._by_number.get(number))

    def _steps(self, keys: BuyerKeys) -> Iterator[list[KnownCompany]]:
        yield self._of_enterprise(keys.enterprise)
        by_vat = self._of_vat(keys.vat)
        yield [one for one in by_vat if _same_number(one.keys.enterprise, keys.enterprise)]
        by_endpoint = self._of_endpoint(keys.endpoint)
        yield [one for one in by_endpoint if _is_consistent(one, keys)]
        by_number = [one for number in keys.customer_numbers for one in self._of_number(number)]
        yield [one for one in by_number if _is_consistent(one, keys)]

    def _of_enterprise(self, key: str) -> list[KnownCompany]:
        if not key:
            return []
        # A company of which only the VAT number is known has the enterprise number inside it.
        only_vat = [one for one in self._by_vat.get(f"BE{key}", ()) if not one.keys.enterprise]
        return [*self._by_enterprise.get(key, ()), *only_vat]

    def _of_vat(self, key: str) -> list[KnownCompany]:
        if not key:
            return []
        found = [*self._by_vat.get(key, ())]
        if key.startswith("BE"):
            same_number = self._by_enterprise.get(key.removeprefix("BE"), ())
            found += [one for one in same_number if not one.keys.vat]
        return found

    def _of_endpoint(self, endpoint: Identifier | None) -> list[KnownCompany]:
        if endpoint is None:
            return []
        found = [*self._by_endpoint.get(endpoint, ())]
        if endpoint.scheme == BE_ENTERPRISE_SCHEME:
            found += self._of_enterprise(endpoint.value)
        elif endpoint.scheme == BE_VAT_SCHEME:
            found += self._of_vat(endpoint.value)
        return found

    def _of_number(self, number: str) -> list[KnownCompany]:
        return self._by_number.get(number, [])


def _conditions(wanted: list[BuyerKeys]) -> list[ColumnElement[bool]]:
    enterprises = {keys.enterprise for keys in wanted if keys.enterprise}
    vats = {keys.vat for keys in wanted if keys.vat}
    endpoints = {keys.endpoint for keys in wanted if keys.endpoint}
    numbers = {number for keys in wanted for number in keys.customer_numbers}
    by_number = {each.value for each in endpoints if each.scheme == BE_ENTERPRISE_SCHEME}
    by_vat = {each.value for each in endpoints if each.scheme == BE_VAT_SCHEME}
    enterprises |= by_number | {key[2:] for key in vats | by_vat if key.startswith("BE")}
    vats |= by_vat | {f"BE{key}" for key in enterprises if len(key) == 10}
    # Companies keep an endpoint as it was typed: look for it in capitals and in small letters too.
    endpoint_ids = {form for each in endpoints for form in (each.value, each.value.lower())}
    lists = (
        (Company.enterprise_key, enterprises),
        (Company.vat_key, vats),
        (Company.endpoint_id, endpoint_ids),
        (Company.customer_number, numbers),
    )
    return [column.in_(sorted(values)) for column, values in lists if values]


def _same(left: str, right: str) -> bool:
    """Whether two identifiers agree; one that is not known contradicts nothing."""
    return not left or not right or left == right


def _same_number(left: str, right: str) -> bool:
    """The same, without the registers: these are guessed from an address where a document names none.

    Enough where another identifier agrees already; a number alone is compared with its register.
    """
    return _same(left.rpartition(":")[2], right.rpartition(":")[2])


def _is_consistent(company: KnownCompany, keys: BuyerKeys) -> bool:
    return _same_number(company.keys.enterprise, _any_enterprise(keys)) and _same(
        company.keys.vat, keys.vat
    )


def _any_enterprise(keys: BuyerKeys) -> str:
    if keys.enterprise or keys.endpoint is None:
        return keys.enterprise
    return keys.endpoint.value if keys.endpoint.scheme == BE_ENTERPRISE_SCHEME else ""
