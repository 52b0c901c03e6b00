"""Whose a document is and where it goes: identifiers in their order, never names; addresses in theirs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.cli.demo.companies import DUBOIS, MARTIN, PEETERS
from app.documents.archives import SourceFile
from app.domain.einvoice import Delivery, Party, PostalAddress
from app.domain.identifiers import Identifier
from app.domain.imports import ImportOutcome, ImportSource
from app.extensions import ports
from app.jobs.invoice_import import run_import
from app.models import Address, Company, Invoice
from app.security.cross_company import cross_company
from app.services.imports.values import ImportOrder
from tests import cast
from tests.imports import document, einvoice, new_buyer


@pytest.fixture
def imported(app):
    """Import one document and give its outcome."""

    def run(data, **order):
        results = []
        with app.app_context():
            run_import(
                [SourceFile("a.xml", data)],
                ImportOrder(ImportSource.COMMAND_LINE, **order),
                blobs=ports().blobs,
                on_result=results.append,
            )
        return results[0]

    return run


def _for(buyer, number="M-1", **changes):
    return document(buyer, number, **changes)


@pytest.mark.parametrize(
    "buyer",
    [
        Party(name="X", legal_id=Identifier("0990.200.249", "0208")),
        Party(name="X", legal_id=Identifier("BE 0990 200 249")),
        Party(name="X", legal_id=Identifier("990200249", "0208")),
        Party(name="X", vat_id="BE0990200249"),
        Party(name="X", vat_id="be 0990.200.249"),
        Party(name="X", endpoint=Identifier("0990200249", "0208")),
        Party(name="X", endpoint=Identifier("BE0990200249", "9925")),
        Party(name="X", ids=(Identifier("1001"),)),
        Party(name="X", ids=(Identifier("unknown"), Identifier("1001"))),
    ],
)
def test_each_identifier_in_any_spelling_finds_the_company(imported, buyer):
    result = imported(_for(buyer))

    assert (result.outcome, result.company_name) == (ImportOutcome.CREATED, cast.MARTIN)


def test_the_enterprise_number_goes_before_everything_else(imported):
    buyer = Party(
        name=MARTIN.name,
        legal_id=Identifier("0990400484", "0208"),
        vat_id="BE0990200249",
        endpoint=Identifier("0990200249", "0208"),
        ids=(Identifier("1001"),),
    )

    assert imported(_for(buyer)).company_name == cast.PEETERS


def test_the_vat_number_goes_before_endpoint_and_customer_reference(imported):
    buyer = Party(
        name="X",
        vat_id="BE0990400484",
        endpoint=Identifier("0990200249", "0208"),
        ids=(Identifier("1001"),),
    )

    assert imported(_for(buyer)).company_name == cast.PEETERS


def test_the_endpoint_goes_before_the_customer_reference(imported):
    buyer = Party(name="X", endpoint=Identifier("0990400484", "0208"), ids=(Identifier("1001"),))

    assert imported(_for(buyer)).company_name == cast.PEETERS


@pytest.mark.parametrize(
    "buyer",
    [
        Party(name="X", legal_id=Identifier("0990200249"), vat_id="BE0990200249"),
        Party(name="X", legal_id=Identifier("0990200249", "BE:CBE"), vat_id="BE0990200249"),
        Party(
            name="X", legal_id=Identifier("0990200249"), endpoint=Identifier("0990200249", "0208")
        ),
    ],
)
def test_an_address_abroad_or_an_unknown_register_does_not_make_somebody_else(imported, buyer):
    abroad = replace(buyer, address=PostalAddress(country="FR"))

    assert imported(_for(abroad)).company_name == cast.MARTIN


def test_the_number_of_another_register_alone_finds_no_belgian_company(imported):
    buyer = Party(name="X", legal_id=Identifier("0990200249"), address=PostalAddress(country="FR"))

    assert imported(_for(buyer)).code == "buyer_unknown"


def test_a_name_identifies_nobody(imported):
    result = imported(_for(Party(name=MARTIN.name)), create_companies=True)

    assert (result.outcome, result.code) == (ImportOutcome.REFUSED, "buyer_unidentified")


def test_another_company_behind_the_same_customer_reference_is_not_taken_for_it(imported):
    buyer = new_buyer(ids=(Identifier("1001"),))

    assert imported(_for(buyer)).code == "buyer_unknown"
    created = imported(_for(buyer), create_companies=True)

    assert created.company_name == buyer.name


def test_a_member_of_a_vat_group_does_not_get_the_documents_of_another_member(imported):
    buyer = Party(name="Member", legal_id=Identifier("0990700689", "0208"), vat_id="BE0990200249")

    assert imported(_for(buyer)).code == "buyer_unknown"


def test_a_foreign_number_is_not_taken_for_a_belgian_one(imported):
    buyer = Party(
        name="SARL",
        legal_id=Identifier("990200249", "0002"),
        address=PostalAddress(country="FR"),
    )

    assert imported(_for(buyer)).code == "buyer_unknown"


def test_companies_that_share_what_the_document_gives_are_not_guessed_at(app, imported):
    with app.app_context(), cross_company("a test") as session:
        session.execute(
            update(Company)
            .where(Company.name.in_([cast.LAMBERT, cast.SIMON]))
            .values(endpoint_scheme="0088", endpoint_id="5412345000013")
        )
        session.commit()
    buyer = Party(name="X", endpoint=Identifier("5412345000013", "0088"))

    assert imported(_for(buyer)).code == "buyer_ambiguous"


def test_an_unknown_buyer_becomes_a_company_with_the_numbers_as_received(app, imported):
    buyer = new_buyer(vat_id="BE 0990.700.689", legal_id=Identifier("0990.700.689", "0208"))

    imported(_for(buyer), create_companies=True)
    company = cast.company(app, buyer.name)

    assert (company.enterprise_number, company.enterprise_key) == ("0990.700.689", "0990700689")
    assert (company.vat_number, company.vat_key) == ("BE 0990.700.689", "BE0990700689")
    assert imported(_for(new_buyer(), "M-2")).company_name == buyer.name


def test_wrong_check_digits_are_a_warning_and_stay_as_received(app, imported):
    buyer = Party(name="Typo", legal_id=Identifier("0990700611", "0208"))

    result = imported(_for(buyer), create_companies=True)

    assert result.outcome is ImportOutcome.CREATED
    assert "check_digits_wrong" in [one.code for one in result.warnings]
    assert cast.company(app, "Typo").enterprise_number == "0990700611"


def _address_of(app, number):
    with app.app_context(), cross_company("a test") as session:
        return session.scalars(
            select(Address.name)
            .join(Invoice, Invoice.address_id == Address.id)
            .where(Invoice.number == number)
        ).one()


def test_the_buyer_reference_decides_on_the_address(app, imported):
    elsewhere = PostalAddress(street="Marktplatz 3", postal_code="4700", city="Eupen", country="BE")
    imported(_for(MARTIN, buyer_reference=" martin-namur ", delivery=Delivery(address=elsewhere)))

    assert _address_of(app, "M-1") == "Namur"


def test_the_delivery_location_goes_before_the_postal_address(app, imported):
    with app.app_context(), cross_company("a test") as session:
        session.execute(
            update(Address).where(Address.name == "Eupen").values(delivery_location_id="LOC-7")
        )
        session.commit()
    place = Delivery(
        location_id=Identifier("loc-7"),
        address=PostalAddress(
            street="Rue de la Meuse 5", postal_code="5000", city="Namur", country="BE"
        ),
    )
    imported(_for(MARTIN, buyer_reference="none of ours", delivery=place))

    assert _address_of(app, "M-1") == "Eupen"


def test_an_equal_postal_address_is_found_in_another_spelling(app, imported):
    place = Delivery(
        address=PostalAddress(
            street="RUE DE LA MEUSE, 5", postal_code="5000", city="Namur ", country="BE"
        )
    )
    imported(_for(MARTIN, buyer_reference="", delivery=place))

    assert _address_of(app, "M-1") == "Namur"


def test_what_names_no_address_goes_to_the_default_one(app, imported):
    buyer = Party(name="X", vat_id="BE0990200249")
    imported(_for(buyer, buyer_reference=""))

    assert _address_of(app, "M-1") == "Liège"


def test_an_archived_address_takes_nothing_new(app, imported):
    with app.app_context(), cross_company("a test") as session:
        address = session.scalars(select(Address).where(Address.name == "Namur")).one()
        address.archived_at = address.created_at
        session.commit()

    imported(_for(MARTIN, buyer_reference="MARTIN-NAMUR"))

    assert _address_of(app, "M-1") == "Liège"


def test_a_seller_who_is_not_the_issuer_is_a_warning(imported):
    stranger = Party(name="Somebody else", vat_id="BE0990800758")

    result = imported(_for(DUBOIS, seller=stranger))

    assert result.outcome is ImportOutcome.CREATED
    assert [one.code for one in result.warnings] == ["seller_not_issuer"]


def test_the_same_number_of_two_sellers_is_two_documents(imported):
    first = imported(_for(PEETERS))
    other = imported(_for(PEETERS, seller=Party(name="Somebody else", vat_id="BE0990800758")))

    assert (first.outcome, other.outcome) == (ImportOutcome.CREATED, ImportOutcome.CREATED)


def test_wrong_sums_are_kept_as_received_and_flagged(app, imported):
    totals = replace(einvoice(MARTIN, "x").totals, payable=Decimal("1.23"))

    result = imported(_for(MARTIN, totals=totals))
    invoice = next(one for one in cast.invoices(app, cast.MARTIN) if one.number == "M-1")

    assert [one.code for one in result.warnings] == ["sums_differ"]
    assert (invoice.payable_cents, invoice.open_cents, invoice.has_warnings) == (123, 123, True)
