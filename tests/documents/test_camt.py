"""Payments from bank statements, as different banks and versions write them."""

from datetime import date

import pytest

from app.documents import payment_verdicts as verdicts
from app.documents.payment_files import read_payments
from app.domain.payments import PaymentOrigin, references_of
from tests.payments import ACCOUNT, Entry, Part, statement

OGM = "090933755493"


def read(data):
    return list(read_payments(data))


def payments(data):
    return [one.payment for one in read(data) if one.payment]


def codes(data):
    return [one.refusal.code for one in read(data) if one.refusal]


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10", "13"])
def test_a_booked_credit_is_a_payment(version):
    entry = Entry(amount="121.00", reference="BANK-1", parts=(Part(structured=OGM),))
    (payment,) = payments(statement(entry, version=version))

    assert payment.origin is PaymentOrigin.CAMT_053
    assert (payment.amount_cents, payment.currency) == (12100, "EUR")
    assert payment.received_on == date(2026, 11, 2)
    assert payment.communication == OGM
    assert payment.payer_name == "Boulangerie Martin SRL"
    assert payment.reference == "BANK-1"


def test_what_is_no_payment_is_passed_over_with_its_reason():
    data = statement(
        Entry(direction="DBIT"),
        Entry(is_reversal=True),
        Entry(direction="DBIT", is_reversal=True),
        Entry(status="PDNG"),
        Entry(parts=(Part(is_return=True),)),
    )

    assert codes(data) == [
        "entry_is_debit",
        "entry_is_reversal",
        "entry_is_reversal",
        "entry_not_booked",
        "entry_is_return",
    ]


def test_the_parts_of_a_collective_entry_are_payments_of_their_own():
    parts = (Part("60.00", structured=OGM), Part("40.00", text="F-2026-0001", payer="Peeters"))
    first, second = payments(statement(Entry(reference="BATCH", parts=parts)))

    assert (first.amount_cents, first.communication) == (6000, OGM)
    assert (second.amount_cents, second.communication) == (4000, "F-2026-0001")
    assert second.payer_name == "Peeters"


def test_what_went_out_of_a_collective_entry_is_passed_over():
    parts = (Part("110.00"), Part("10.00", direction="DBIT"))
    data = statement(Entry(parts=parts))

    assert [one.amount_cents for one in payments(data)] == [11000]
    assert codes(data) == ["entry_is_debit"]


@pytest.mark.parametrize("parts", [(Part("60.00"), Part("41.00")), (Part("60.00"), Part())])
def test_a_collective_entry_that_does_not_add_up_is_refused_whole(parts):
    data = statement(Entry(parts=parts))

    assert payments(data) == []
    assert codes(data) == ["batch_does_not_add_up"]


def test_an_entry_without_parts_is_a_payment_without_words():
    (payment,) = payments(statement(Entry(parts=())))

    assert (payment.amount_cents, payment.communication, payment.payer_name) == (10000, "", "")


def test_what_the_payer_named_stands_in_where_nothing_was_written():
    (payment,) = payments(statement(Entry(parts=(Part(end_to_end="F-2026-0001"),))))

    assert payment.communication == "F-2026-0001"


def test_account_numbers_are_told_apart_and_not_kept():
    first = payments(statement(Entry(parts=(Part(text=f"{ACCOUNT} F-1"),))))[0]
    second = payments(statement(Entry(), account="BE71096123456769"))[0]

    assert first.source != second.source
    assert "BE…7034 F-1" in first.communication
    for kept in (first.source, first.communication, first.payer_name, *first.details):
        assert "539007547034" not in kept
        assert "096123456769" not in kept


def keys(*entries, **options):
    return list(references_of(payments(statement(*entries, **options))))


def test_an_entry_is_known_again_in_an_overlapping_statement():
    monday = Entry(reference="A", number="1")
    tuesday = Entry(reference="B", number="2", booked_on="2026-11-03")

    assert keys(monday, tuesday)[1:] == keys(
        Entry("100.00", reference="B", number="1", booked_on="2026-11-03")
    )


def test_entries_that_a_bank_gives_one_reference_are_told_apart():
    assert len(set(keys(Entry(reference="A"), Entry("101.00", reference="A")))) == 2


def test_an_entry_that_stands_there_twice_is_one():
    assert len(set(keys(Entry(reference="A"), Entry(reference="A")))) == 1


def test_entries_without_reference_are_counted():
    twice = keys(Entry(number="1"), Entry(number="2"))

    assert len(set(twice)) == 2
    assert keys(Entry(number="17")) == twice[:1]


def test_equal_parts_of_one_collective_entry_are_counted():
    batch = Entry(reference="A", parts=(Part("50.00"), Part("50.00")))

    assert len(set(keys(batch))) == 2
    assert keys(batch, batch)[2:] == keys(batch)


def test_a_long_number_of_an_entry_is_a_reference_and_a_short_one_is_not():
    long = payments(statement(Entry(number="2026110200042")))[0]
    short = payments(statement(Entry(number="42")))[0]

    assert (long.reference, short.reference) == ("2026110200042", "")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<a/>", verdicts.NotAStatement),
        (
            b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>',
            verdicts.NotAStatement,
        ),
        (b"<Document", verdicts.NotXml),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', verdicts.StatementDtdRefused),
        (b"<a>" * 300 + b"</a>" * 300, verdicts.StatementTooComplex),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', verdicts.StatementEncoding),
    ],
)
def test_what_is_no_statement_is_refused(data, refusal):
    with pytest.raises(refusal):
        read(data)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"100.00", b"1,00", "amount_unreadable"),
        (b"100.00", b"0.00", "amount_not_positive"),
        (b"100.00", b"1.001", "amount_too_fine"),
        (b"2026-11-02", b"2026-13-02", "payment_date_unreadable"),
        (b'Ccy="EUR"', b'Ccy="E"', "currency_unknown"),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused_alone(old, new, code):
    data = statement(Entry(parts=())).replace(old, new)

    assert codes(data) == [code]
