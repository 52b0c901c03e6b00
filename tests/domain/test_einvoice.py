"""The plain value of a document and its snapshot."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.einvoice import EInvoice, PaymentMeans, Totals
from tests.documents.samples import IBAN, TRANSFER, credit_note, einvoices, invoice


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(einvoices())
def test_a_snapshot_survives_json(einvoice):
    assert EInvoice.from_json(json.loads(json.dumps(einvoice.to_json()))) == einvoice


def test_a_snapshot_holds_only_strings_and_leaves_out_what_is_empty():
    def leaves(value):
        if isinstance(value, dict):
            return [leaf for each in value.values() for leaf in leaves(each)]
        return (
            [leaf for each in value for leaf in leaves(each)]
            if isinstance(value, list)
            else [value]
        )

    snapshot = invoice().to_json()

    assert {type(leaf) for leaf in leaves(snapshot)} == {str}
    assert "payee" not in snapshot
    assert snapshot["totals"]["payable"] == str(invoice().totals.payable)


def test_a_snapshot_of_a_newer_version_is_still_read():
    newer = invoice().to_json() | {"invented_later": "x"}

    assert EInvoice.from_json(newer) == invoice()


def test_an_invoice_with_an_account_is_paid_by_transfer():
    assert invoice().transfer == TRANSFER
    assert invoice().payment_id == "+++202/6001/23464+++"


@pytest.mark.parametrize(
    "einvoice",
    [
        credit_note(),
        invoice(totals=Totals(Decimal(0), Decimal(0), Decimal(0), Decimal(0))),
        invoice(payment_means=()),
        invoice(payment_means=(PaymentMeans(code="30"),)),
        invoice(payment_means=(PaymentMeans(code="48", iban=IBAN),)),
        invoice(payment_means=(PaymentMeans(code="59", mandate_reference="M-1"), TRANSFER)),
        invoice(payment_means=(replace(TRANSFER, mandate_reference="M-1"),)),
    ],
    ids=[
        "credit note",
        "nothing to pay",
        "no means",
        "no account",
        "card",
        "debit and transfer",
        "mandate",
    ],
)
def test_nobody_is_asked_to_transfer_what_is_not_to_be_transferred(einvoice):
    assert einvoice.transfer is None


def test_a_direct_debit_names_its_mandate():
    collected = invoice(payment_means=(PaymentMeans(code="59", mandate_reference="M-1"),))

    assert collected.is_collected
    assert collected.mandate_reference == "M-1"
    assert not invoice().is_collected
