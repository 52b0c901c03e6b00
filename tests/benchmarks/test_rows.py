"""Rows that measurements fill a database with: the same as the importer makes."""

import json
from dataclasses import replace
from datetime import date

import pytest

from app.cli.demo.documents import demo_documents
from app.documents import ubl_reader, ubl_writer
from app.domain.clock import today
from app.domain.einvoice import EInvoice, InvoiceKind
from app.domain.identifiers import make_structured_communication
from app.services.imports.amounts import amounts_of
from app.services.imports.buyers import BuyerKeys, KnownCompany
from app.services.imports.plan import PlannedInvoice
from app.services.imports.sellers import seller_key
from app.services.imports.store import invoice_values
from app.services.imports.values import Incoming
from benchmarks.rows import Facts, Mould, Owners, Place, fitted, rows
from benchmarks.ubl_files import einvoices

PLACE = Place(7, 9, 'Dupont "& fils" 100 % SRL')
INVOICE = Facts(
    "B2024-0001234",
    date(2024, 3, 1),
    date(2024, 3, 31),
    "PO-000042",
    make_structured_communication(1234),
    123_405,
)


@pytest.fixture
def sample() -> EInvoice:
    return next(one.einvoice for one in demo_documents(today()) if one.einvoice.payment_means)


@pytest.mark.parametrize("kind", list(InvoiceKind))
def test_a_filled_row_is_what_the_importer_writes(sample, kind):
    facts = INVOICE
    if kind is InvoiceKind.CREDIT_NOTE:
        facts = replace(INVOICE, due_on=None, payment_id="")
    document = fitted(sample, kind, facts, buyer=PLACE.name)
    planned = PlannedInvoice(
        incoming=Incoming("a.xml"),
        einvoice=document,
        seller_key=seller_key(document.seller),
        company=KnownCompany(PLACE.company_id, PLACE.name, BuyerKeys()),
        address=None,
        amounts=amounts_of(document),
        warnings=(),
    )

    mould = Mould(sample, kind)
    made = mould.values(facts, PLACE, is_paid=False)
    wanted = invoice_values(planned, PLACE.address_id)
    made["public_id"] = wanted["public_id"]

    assert made == wanted
    assert json.loads(mould.content(facts, PLACE.name)) == document.to_json()


def test_the_big_company_gets_its_share_and_the_small_one_its_ten(sample):
    big, small, other = (Place(number, number, f"{number}") for number in (1, 2, 3))

    made = list(rows(1_000, sample, Owners([big], [other], small, 10)))

    owned = [row["company_id"] for row in made]
    assert owned.count(2) == 10
    assert 150 < owned.count(1) < 250
    assert len({row["number"] for row in made}) == len({row["public_id"] for row in made}) == 1_000
    assert [row["issued_on"] for row in made] == sorted(row["issued_on"] for row in made)


def test_files_of_an_import_read_back_as_they_were_made():
    made = list(einvoices(30, first=5))

    read = [ubl_reader.read(ubl_writer.write(one)).einvoice for one in made]

    assert read == made
    assert len({one.number for one in made}) == len({one.buyer.vat_id for one in made}) == 30
