"""What a search found, as links in groups; a group with more hits than fit leads to its list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.domain.einvoice import InvoiceKind
from app.services.search import CompanyHit, Found, InvoiceHit, PersonHit
from app.views.formats import day, enterprise_number, money


@dataclass(frozen=True, slots=True)
class Hit:
    """`about` are the facts beside the name, in the order they help to tell hits apart."""

    name: str
    url: str
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    title: str
    icon: str
    hits: tuple[Hit, ...]
    more_url: str | None


def groups_of(found: Found, text: str) -> list[Group]:
    """The kinds that have hits."""
    companies, invoices = (
        tuple(map(_company, found.companies)),
        tuple(map(_invoice, found.invoices)),
    )
    users = tuple(_people(found.users, "memberships.show"))
    contacts = tuple(_people(found.contacts, "company_contacts.show"))
    billing = tuple(_people(found.billing, "company_addresses.show"))
    all_companies = _list_by(found.companies, "name", text, "companies.list")
    all_contacts = _list_by(found.contacts, "name", text, "company_contacts.list")
    all_invoices = _list_by(found.invoices, "number", text, "company_invoices.list")
    groups = [
        Group("companies", _("Companies"), "company", companies, all_companies),
        Group("users", _("People with access"), "users", users, None),
        Group("contacts", _("Contacts"), "user", contacts, all_contacts),
        Group("billing", _("Addresses with this e-mail address"), "address", billing, None),
        Group("invoices", _("Invoices"), "invoice", invoices, all_invoices),
    ]
    return [
        one if one.key in found.more else replace(one, more_url=None) for one in groups if one.hits
    ]


def _list_by(hits: Sequence[Any], column: str, text: str, endpoint: str) -> str | None:
    """The list that shows the rest, if it looks for the same: a number from its beginning, a name anywhere."""
    found = [getattr(hit, column) for hit in hits]
    if column == "number":
        beginning = found[0][: len(text)] if found else text
        same = all(one.startswith(beginning) for one in found) and (
            beginning.casefold() == text.casefold()
        )
        return url_for(endpoint, _flt_0_number=beginning) if same else None
    same = all(text.casefold() in one.casefold() for one in found)
    return url_for(endpoint, _flt_0_name=text) if same else None


def _company(hit: CompanyHit) -> Hit:
    number = enterprise_number(hit.enterprise_number) if hit.enterprise_number else ""
    facts = (hit.customer_number, number, hit.email)
    return Hit(hit.name, url_for("companies.show", pk=hit.public_id), _joined(facts))


def _people(hits: Iterable[PersonHit], endpoint: str) -> Iterable[Hit]:
    for hit in hits:
        yield Hit(hit.name, url_for(endpoint, pk=hit.public_id), _joined((hit.company, hit.email)))


def _invoice(hit: InvoiceHit) -> Hit:
    kind = _("Credit note") if hit.kind is InvoiceKind.CREDIT_NOTE else ""
    facts = (kind, hit.company, day(hit.issued_on), money(hit.signed_cents, hit.currency))
    return Hit(hit.number, url_for("company_invoices.show", pk=hit.public_id), _joined(facts))


def _joined(facts: Iterable[str | None]) -> str:
    return " · ".join(fact for fact in facts if fact)
