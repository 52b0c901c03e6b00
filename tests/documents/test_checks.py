"""Wrong sums and wrong check digits are said, not refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.documents.checks import check
from app.domain.einvoice import AllowanceCharge, PaymentMeans
from app.domain.identifiers import Identifier
from tests.documents.samples import BUYER, SELLER, TRANSFER, invoice

CENT = Decimal("0.01")


def rules(einvoice):
    return [warning.params["rule"] for warning in check(einvoice) if warning.code == "sums_differ"]


def wrong_fields(einvoice):
    return [
        warning.params["field"]
        for warning in check(einvoice)
        if warning.code == "check_digits_wrong"
    ]


def with_total(**changes):
    totals = invoice().totals
    return invoice(
        totals=replace(totals, **{name: getattr(totals, name) + by for name, by in changes.items()})
    )


@pytest.mark.parametrize(
    ("einvoice", "expected"),
    [
        (invoice(), []),
        (with_total(line_extension=CENT), ["BR-CO-10", "BR-CO-13"]),
        (with_total(allowances=CENT), ["BR-CO-11", "BR-CO-13"]),
        (with_total(charges=CENT), ["BR-CO-12", "BR-CO-13"]),
        (with_total(tax_exclusive=CENT), ["BR-CO-13", "BR-CO-15"]),
        (with_total(tax=CENT), ["BR-CO-15", "BR-CO-14"]),
        (with_total(tax_inclusive=CENT), ["BR-CO-15", "BR-CO-16"]),
        (with_total(payable=CENT), ["BR-CO-16"]),
        (with_total(prepaid=CENT), ["BR-CO-16"]),
        (with_total(rounding=CENT), ["BR-CO-16"]),
        (with_total(payable=Decimal("0.004")), []),
        (invoice(allowances_charges=(AllowanceCharge(False, CENT),)), ["BR-CO-11"]),
    ],
)
def test_each_sum_has_the_rule_it_breaks(einvoice, expected):
    assert rules(einvoice) == expected


def test_a_wrong_sum_says_what_was_expected_and_found():
    (warning,) = check(with_total(payable=Decimal(1)))

    payable = invoice().totals.payable
    assert warning.params == {
        "rule": "BR-CO-16",
        "expected": str(payable),
        "found": str(payable + 1),
    }


def test_vat_may_be_off_by_less_than_one():
    exempt, taxed = invoice().tax_subtotals

    assert "BR-CO-17" not in rules(
        invoice(tax_subtotals=(exempt, replace(taxed, tax=taxed.tax + Decimal("0.99"))))
    )
    assert "BR-CO-17" in rules(
        invoice(tax_subtotals=(exempt, replace(taxed, tax=taxed.tax + Decimal("1.00"))))
    )


def test_a_line_is_its_quantity_times_its_price():
    line = replace(invoice().lines[0], net_price=Decimal(8), base_quantity=Decimal(10))
    wrong = invoice(lines=(line, *invoice().lines[1:]))

    assert rules(wrong) == ["PEPPOL-EN16931-R120"]
    assert check(wrong)[0].params["line"] == "1"


def test_wrong_check_digits_are_named_without_the_number():
    wrong = invoice(
        seller=replace(SELLER, vat_id="BE0999000229", legal_id=Identifier("0999000229", "0208")),
        buyer=replace(BUYER, endpoint=Identifier("0990000015", "0208")),
        payment_means=(
            replace(TRANSFER, iban="BE68539007547035", payment_id="+++202/6001/23465+++"),
        ),
    )

    assert wrong_fields(wrong) == [
        "seller.vat_id",
        "seller.legal_id",
        "buyer.endpoint",
        "payment.iban",
        "payment.id",
    ]
    assert not any("BE68" in str(warning) for warning in check(wrong))


def test_numbers_without_a_rule_are_not_called_wrong():
    foreign = invoice(
        seller=replace(
            SELLER,
            vat_id="NO123456789MVA",
            legal_id=Identifier("123"),
            endpoint=None,
            address=replace(SELLER.address, country="NO"),
        ),
        payment_means=(PaymentMeans(code="30", iban="1234 56 78", payment_id="Invoice 7"),),
    )

    assert wrong_fields(foreign) == []
