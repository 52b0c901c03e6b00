"""Payments from CSV: what is read, what is refused and in which line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents import payment_verdicts as verdicts
from app.documents.payment_files import read_payments
from app.domain.payments import IncomingPayment, PaymentOrigin, references_of
from tests.payments import csv_file


def read(data):
    return list(read_payments(data))


def payments(data):
    return [one.payment for one in read(data)]


def codes(data):
    return [(one.row, one.refusal.code) for one in read(data) if one.refusal]


def test_a_line_is_a_payment():
    (line,) = read(csv_file("2026-11-02;1.234,56;EUR;+++090/9337/55493+++;Martin SRL;B-1"))

    assert line.row == 2
    assert line.payment == IncomingPayment(
        PaymentOrigin.CSV,
        amount_cents=123456,
        currency="EUR",
        received_on=date(2026, 11, 2),
        communication="+++090/9337/55493+++",
        payer_name="Martin SRL",
        reference="B-1",
    )


@pytest.mark.parametrize(
    "data",
    [
        b'date,amount\n2026-11-02,"12,50"\n',
        b"date,amount\n02/11/2026,12.50\n",
        b"amount;date\r\n12,50;2/11/2026\r\n",
        b"\xef\xbb\xbfDate ; Amount\n2026-11-02;12.50\n\n",
        b"date\tamount\n2026-11-02\t12.5\n",
    ],
)
def test_separators_days_and_amounts_are_read_as_they_are_written(data):
    (payment,) = payments(data)

    assert (payment.amount_cents, payment.received_on) == (1250, date(2026, 11, 2))
    assert payment.currency == "EUR"


def test_windows_letters_are_read():
    (payment,) = payments("date;amount;payer\n2026-11-02;1;Crèmerie Noël\n".encode("cp1252"))

    assert payment.payer_name == "Crèmerie Noël"


def test_each_line_that_cannot_be_taken_says_why():
    data = csv_file(
        "2026-11-02;12,50;EUR;a;b;1",
        "31/02/2026;12,50;EUR;a;b;2",
        ";12,50;EUR;a;b;3",
        "2026-11-02;-12,50;EUR;a;b;4",
        "2026-11-02;1.234;EUR;a;b;5",
        "2026-11-02;12,5055;EUR;a;b;6",
        "2026-11-02;much;EUR;a;b;7",
        "2026-11-02;12,50;EUR;a",
        "2026-11-02;;EUR;a;b;9",
        "2026-11-02;1;XYZ;a;b;10",
        f"2026-11-02;1;EUR;a;b;{'9' * 61}",
    )

    assert codes(data) == [
        (3, "payment_date_unreadable"),
        (4, "payment_date_missing"),
        (5, "amount_not_positive"),
        (6, "amount_ambiguous"),
        (7, "amount_too_fine"),
        (8, "amount_unreadable"),
        (9, "payment_line_short"),
        (10, "payment_amount_missing"),
        (11, "currency_unknown"),
        (12, "payment_reference_too_long"),
    ]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", verdicts.FileEmpty),
        (b" \n ", verdicts.FileEmpty),
        (b"date;payer\n1;2\n", verdicts.ColumnsMissing),
        (b"date;amount;ammount\n", verdicts.ColumnUnknown),
        (b"date;amount;amount\n", verdicts.ColumnTwice),
        (b'date;amount\n2026-11-02;"12\n', verdicts.FileBroken),
        ("date;amount\n".encode("utf-16"), verdicts.FileEncoding),
        (b"date;amount\n\x81\n", verdicts.FileEncoding),
    ],
)
def test_what_is_no_list_of_payments_is_refused(data, refusal):
    with pytest.raises(refusal):
        read(data)


def test_no_account_number_of_a_payer_is_kept():
    (payment,) = payments(
        csv_file("2026-11-02;1;EUR;van BE68 5390 0754 7034 factuur F-1;BE71096123456769;")
    )

    assert payment.communication == "van BE…7034 factuur F-1"
    assert payment.payer_name == "BE…6769"


def test_the_own_account_is_told_apart_and_not_kept():
    head = "date;amount;account"
    first, second = payments(
        csv_file("2026-11-02;1;BE68 5390 0754 7034", "2026-11-02;1;BE71096123456769", head=head)
    )

    assert first.source != second.source
    assert first.source.startswith("CSV:")
    assert "5390" not in first.source


def test_lines_without_reference_are_known_by_content_and_count():
    data = csv_file(*["2026-11-02;12,50;EUR;same;Martin;"] * 3, "2026-11-03;12,50;EUR;same;Martin;")
    first = list(references_of(payments(data)))
    again = list(references_of(payments(data)))

    assert first == again
    assert len(set(first)) == 4
    overlapping = csv_file("2026-11-02;12,50;EUR;same;Martin;")
    assert list(references_of(payments(overlapping))) == first[:1]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    from app.domain.payments import PaymentFileUnreadable

    try:
        read(data)
    except PaymentFileUnreadable:
        return


@given(st.lists(st.text(max_size=20), max_size=7).map(";".join))
def test_no_line_breaks_the_reader(line):
    from app.domain.payments import PaymentFileUnreadable

    try:
        read(csv_file(line.replace("\n", " ").replace("\r", " ")))
    except PaymentFileUnreadable:
        return
