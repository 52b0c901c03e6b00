"""What a search found, as links in groups; a group with more hits than fit leads to its list."""

from collections.abc import Iterable
from dataclasses import dataclass

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
    groups = [
        Group(
            "companies",
            _("Companies"),
            "company",
            tuple(map(_company, found.companies)),
            url_for("companies.list", _flt_0_name=text),
        ),
        Group(
            "users",
            _("People with access"),
            "users",
            tuple(_people(found.users, "memberships.show")),
            None,
        ),
        Group(
            "contacts",
            _("Contacts"),
            "user",
            tuple(_people(found.contacts, "company_contacts.show")),
            url_for("company_contacts.list", _flt_0_name=text),
        ),
        Group(
            "billing",
            _("Addresses with this e-mail address"),
            "address",
            tuple(_people(found.billing, "company_addresses.show")),
            None,
        ),
        Group(
            "invoices",
            _("Invoices"),
            "invoice",
            tuple(map(_invoice, found.invoices)),
            url_for("company_invoices.list", _flt_0_number=text),
        ),
    ]
    return [
        one if one.key in found.more else Group(one.key, one.title, one.icon, one.hits, None)
        for one in groups
        if one.hits
    ]


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
