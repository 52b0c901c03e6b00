"""Refused documents of an import: tried again, with a new company, by a corrected file; all at once; who may."""

import io
import re
import zipfile

import pytest

from app.cli.demo.companies import MARTIN, PEETERS
from app.domain.audit import AuditAction
from app.domain.imports import ImportOutcome
from app.models import AuditEvent, Company, ImportBatch, ImportRow, Invoice
from tests import cast
from tests.imports import count, document, new_buyer

NEW = "/backoffice/imports/new"


@pytest.fixture
def token(client):
    return cast.sign_in(client, cast.MARC, language="en")


def test_a_document_is_tried_again_once_its_company_is_there(client, token):
    page, row = _refused(client, token, document(new_buyer(), "RP-1"))
    still = _post(client, token, f"{row}/retry")
    assert "Still refused: No company has the identifiers" in still.text

    _imported(client, token, document(new_buyer(), "RP-2"), create_companies="y")
    mended = _post(client, token, f"{row}/retry")

    assert "RP-1 was imported." in mended.text
    assert "Tried again by Marc" in mended.text
    assert mended.text.count("Tried again by Marc") >= 2  # both attempts stand there
    assert "Why it was refused" in mended.text
    assert "1 of the refused documents was repaired since." in client.get(page).text
    assert count(client, Invoice, number="RP-1") == 1


def test_a_company_is_opened_for_one_row_alone(client, token):
    packed = _zipped(
        {"a.xml": document(new_buyer(), "RP-3"), "b.xml": document(new_buyer(), "RP-4")}
    )
    page = _imported(client, token, packed, name="all.zip").request.path
    first, second = _rows(client.get(page))

    assert "Open a company for this buyer" in client.get(first).text
    answer = _post(client, token, f"{first}/company")

    assert "RP-3 was imported." in answer.text
    assert new_buyer().name in answer.text
    assert count(client, Company, name=new_buyer().name) == 1
    assert count(client, Invoice, number="RP-4") == 0
    assert "RP-4 was imported." in _post(client, token, f"{second}/retry").text


def test_a_corrected_file_takes_the_place_of_a_damaged_one(client, token):
    page, row = _refused(client, token, b"<Invoice")
    again = _replace(client, token, row, b"<Invoice/>")
    assert "Still refused" in again.text

    good = _replace(client, token, row, document(MARTIN, "RP-5"))

    assert "RP-5 was imported." in good.text
    assert "Replaced by a corrected file by Marc" in good.text
    assert "RP-5" in client.get(f"{page}?outcome=REPAIRED").text
    assert "No document has this outcome." in client.get(f"{page}?outcome=REFUSED").text
    assert cast.invoices(client, cast.MARTIN)[0].number == "RP-5" or count(
        client, Invoice, number="RP-5"
    )


def test_a_row_is_repaired_once(client, token):
    _page, row = _refused(client, token, b"<Invoice")
    _replace(client, token, row, document(MARTIN, "RP-6"))

    for answer in (
        _post(client, token, f"{row}/retry"),
        _replace(client, token, row, document(MARTIN, "RP-7")),
    ):
        assert "This document was repaired already." in answer.text
    assert count(client, Invoice, number="RP-7") == 0
    assert count(client, ImportBatch, repaired_count=1) == 1


def test_a_replacement_is_one_xml_file(client, token):
    _page, row = _refused(client, token, b"<Invoice")
    two = _zipped({"a.xml": b"<a/>", "b.xml": b"<b/>"})

    assert "Choose one or more XML files" in _post(client, token, row).text
    assert "Only XML and ZIP files" in _replace(client, token, row, b"%PDF-", "a.pdf").text
    assert "Choose one XML file" in _replace(client, token, row, two, "two.zip").text


def test_all_refused_are_tried_again_by_a_job(client, token, run_jobs, monkeypatch):
    monkeypatch.setattr("app.views.backoffice.imports.SMALL_DOCUMENTS", 0)
    files = {f"{n}.xml": document(new_buyer(), f"RP-A-{n}") for n in range(3)} | {"x.xml": b"no"}
    page = _upload(client, token, _zipped(files), "all.zip").request.path
    run_jobs()
    _post(client, token, f"{page}/confirm")
    run_jobs()
    _imported(client, token, document(new_buyer(), "RP-A-X"), create_companies="y", jobs=run_jobs)

    running = _post(client, token, f"{page}/retry")
    assert "Refused documents are being tried again" in running.text
    assert "0 of 4 documents" in running.text
    run_jobs()
    done = client.get(page)

    assert "3 of the refused documents were repaired since." in done.text
    assert "New: 0. Here already: 0. Refused: 4." in done.text
    assert count(client, Invoice, number="RP-A-2") == 1
    assert len(_rows(client.get(f"{page}?outcome=REFUSED"))) == 1
    told = count(client, AuditEvent, action=AuditAction.IMPORT_REPAIRED.value)
    assert told >= 1


def test_all_again_is_refused_while_there_is_nothing_to_try(client, token):
    page = _imported(client, token, document(MARTIN, "RP-8")).request.path

    assert "No refused document" in _post(client, token, f"{page}/retry").text


def test_a_document_of_another_manager_stays_refused_and_tells_nothing(client, token):
    _page, row = _refused(client, token, document(PEETERS, "RP-9"))

    for verb in ("retry", "company"):
        answer = _post(client, token, f"{row}/{verb}")
        assert "Still refused: The buyer is not a company of your portfolio." in answer.text
        assert PEETERS.name not in answer.text


def test_whose_row_it_is_and_who_may_repair_it(client, token):
    page, row = _refused(client, token, document(new_buyer(), "RP-10"))
    other_page, _other = _refused(client, token, document(new_buyer(), "RP-11"))
    number = row.rpartition("/")[2]
    posts = (f"{row}/retry", f"{row}/company", row, f"{page}/retry")

    assert client.get(f"{other_page}/documents/{number}").status_code == 404
    nora = cast.sign_in(client, cast.NORA)
    assert client.get(row).status_code == 404
    assert {client.post(one, data={"csrf_token": nora}).status_code for one in posts} == {404}
    ana = cast.sign_in(client, cast.ANA, language="en")
    assert client.get(row).status_code == 200
    assert "Try again" not in client.get(row).text
    assert {client.post(one, data={"csrf_token": ana}).status_code for one in posts} == {403}
    for who in (cast.SOFIA, cast.CLAIRE):
        form = cast.sign_in(client, who)
        assert {client.post(one, data={"csrf_token": form}).status_code for one in posts} == {403}


def test_the_report_says_it_all_in_the_readers_language_and_begins_no_formula(client, token):
    files = {
        "=cmd.xml": document(new_buyer(name="=HYPERLINK(1)"), "RP-12"),
        "b.xml": document(MARTIN, "RP-13"),
    }
    page = _imported(client, token, _zipped(files), name="all.zip").request.path

    english = client.get(f"{page}/report.csv")
    lines = english.get_data().decode("utf-8-sig").splitlines()
    cast.sign_in(client, cast.MARC, language="fr")
    french = client.get(f"{page}/report.csv").get_data().decode("utf-8-sig")

    assert english.mimetype == "text/csv"
    assert "attachment" in english.headers["Content-Disposition"]
    assert lines[0] == "File;Number;Kind;Company;Outcome;Reason;Warnings;Repaired"
    assert lines[1].startswith("all.zip/=cmd.xml;RP-12;Invoice;;Refused;No company has")
    assert lines[2].startswith(f"all.zip/b.xml;RP-13;Invoice;{cast.MARTIN};Created;;")
    assert "Facture" in french
    assert not [cell for line in lines for cell in line.split(";") if cell.startswith(("=", "+"))]


def test_the_report_of_a_check_speaks_of_what_would_be(client, token):
    page = _upload(client, token, document(new_buyer(), "RP-14"), create_companies="y").request.path

    lines = client.get(f"{page}/report.csv").get_data().decode("utf-8-sig").splitlines()

    assert lines[1] == f"a.xml;RP-14;Invoice;{new_buyer().name};Created;;;"


def test_planned_rows_go_once_it_is_imported(client, token):
    _imported(client, token, document(MARTIN, "RP-15"))

    assert count(client, ImportRow, is_planned=True) == 0
    assert count(client, ImportRow, number="RP-15", outcome=ImportOutcome.CREATED) == 1
    assert count(client, ImportBatch, held=None) == count(client, ImportBatch)


def _refused(client, token, data):
    """The page of an import with one refused document, and that of the document."""
    page = _upload(client, token, data).request.path
    result = _post(client, token, f"{page}/confirm")
    return page, _rows(result)[0]


def _imported(client, token, data, *, name="a.xml", jobs=None, **fields):
    page = _upload(client, token, data, name, **fields).request.path
    if jobs:
        jobs()
    answer = _post(client, token, f"{page}/confirm")
    if jobs:
        jobs()
    return answer


def _upload(client, token, data, name="a.xml", **fields):
    form = {"csrf_token": token, "files": [(io.BytesIO(data), name)], **fields}
    return client.post(NEW, data=form, follow_redirects=True)


def _replace(client, token, row, data, name="a.xml"):
    form = {"csrf_token": token, "file": (io.BytesIO(data), name)}
    return client.post(row, data=form, follow_redirects=True)


def _post(client, token, address):
    return client.post(address, data={"csrf_token": token}, follow_redirects=True)


def _rows(page):
    return re.findall(r'href="(/backoffice/imports/[^"/]+/documents/\d+)"', page.text)


def _zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()
