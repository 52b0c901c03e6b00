"""Uploading payments: the report, the decision, the result, and that nobody else reads it."""

import io
import re

from sqlalchemy import select

from app.models import Payment
from tests import cast
from tests.payments import Entry, Part, csv_file, statement

NEW = "/backoffice/payments/import/new"


def upload(client, token, files):
    data = {
        "csrf_token": token,
        "files": [(io.BytesIO(data), name) for name, data in files.items()],
    }
    return client.post(NEW, data=data, follow_redirects=True)


def confirm(client, token, review):
    return client.post(review.request.path, data={"csrf_token": token}, follow_redirects=True)


def recorded(client):
    return cast._all(client, select(Payment).where(Payment.source.like("C%")))


def test_report_first_and_payments_after_the_decision(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    invoice = cast.overdue_invoice(client)
    entries = (
        Entry("60.00", reference="A", parts=(Part(structured=invoice.structured_communication),)),
        Entry("40.00", reference="B", parts=(Part(text="merci"),)),
        Entry(direction="DBIT"),
    )
    files = {"november.xml": statement(*entries), "more.csv": csv_file("2026-11-02;x;EUR;;a;R1")}

    review = upload(client, token, files)

    assert "Record 2 payments" in review.text
    assert re.search(rf"{invoice.number}: \S*60,00", review.text)
    assert cast.MARTIN in review.text
    assert "Money that went out." in review.text
    assert "is not an amount" in review.text
    assert recorded(client) == []

    result = confirm(client, token, review)

    assert "Recorded: 2. Here already: 0. Passed over: 1. Refused: 1." in result.text
    assert len(recorded(client)) == 2
    assert cast.overdue_invoice(client).open_cents == invoice.open_cents - 6_000


def test_confirming_and_uploading_twice_changes_nothing(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    files = {"a.csv": csv_file("2026-11-02;10;EUR;;a;", "2026-11-02;10;EUR;;a;")}
    review = upload(client, token, files)
    confirm(client, token, review)

    again = confirm(client, token, review)
    fresh = upload(client, token, files)

    assert "Here already: 2" in again.text
    assert "There is nothing new to import." in fresh.text
    assert len(recorded(client)) == 2


def test_one_payment_in_two_files_of_an_upload_is_one(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    line = "2026-11-02;10;EUR;;a;R1"

    review = upload(client, token, {"a.csv": csv_file(line), "b.csv": csv_file(line)})

    assert "New: 1. Here already: 1." in review.text


def test_nothing_of_a_foreign_company_shows(client):
    theirs = cast.invoice(client, cast.PEETERS)
    token = cast.sign_in(client, cast.NORA, language="en")
    line = f"2026-11-02;10;EUR;{theirs.structured_communication};x;R1"
    review = upload(client, token, {"a.csv": csv_file(line)})
    assert cast.PEETERS in review.text
    confirm(client, token, review)

    token = cast.sign_in(client, cast.MARC, language="en")
    known = upload(client, token, {"a.csv": csv_file(line)})
    new = upload(client, token, {"a.csv": csv_file(line.replace("R1", "R2"))})
    result = confirm(client, token, new)

    for page in (known, new, result):
        assert cast.PEETERS not in page.text
        assert theirs.number not in page.text
    assert "Here already: 1" in known.text
    assert "for now." in new.text


def test_a_file_that_is_no_list_of_payments_is_refused(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    for files, sentence in (
        ({}, "Choose one or more"),
        ({"a.csv": b"date;payer\n"}, "must name the columns amount"),
        ({"a.xml": b"<a/>"}, "not a bank statement"),
        ({"a.csv": csv_file(*["2026-11-02;1;EUR;;a;"] * 2_001)}, "At most 2000 payments"),
    ):
        answer = upload(client, token, files)
        assert answer.status_code == 422
        assert sentence in answer.text


def test_a_report_is_its_uploaders_alone_and_a_report_is_no_result(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    review = upload(client, token, {"a.csv": csv_file("2026-11-02;10;EUR;;a;R1")})
    path = review.request.path
    as_result = path.replace("/review/", "/result/")

    assert "no longer kept" in client.get(as_result, follow_redirects=True).text
    token = cast.sign_in(client, cast.NORA, language="en")
    assert "no longer kept" in client.get(path, follow_redirects=True).text
    answer = client.post(path, data={"csrf_token": token}, follow_redirects=True)
    assert "no longer kept" in answer.text
    assert recorded(client) == []


def test_no_account_number_of_a_payer_is_kept_anywhere(client, blobs, caplog):
    token = cast.sign_in(client, cast.MARC, language="en")
    text = "van BE71 0961 2345 6769 factuur"
    review = upload(client, token, {"a.xml": statement(Entry(parts=(Part(text=text),)))})
    confirm(client, token, review)

    (payment,) = recorded(client)
    assert payment.communication == "van BE…6769 factuur"
    number = re.compile(r"0961\s?2345\s?6769|096123456769|539007547034")
    for page in (review.text, client.get("/backoffice/payments/list/").text, caplog.text):
        assert not number.search(page)


def test_only_account_managers_upload(client):
    for email in (cast.ANA, cast.SOFIA, cast.CLAIRE):
        token = cast.sign_in(client, email)
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, data={"csrf_token": token}).status_code == 403
