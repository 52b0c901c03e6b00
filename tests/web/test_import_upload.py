"""Uploading invoices: the report, the decision, the result, and whose companies it may reach."""

import io
import re
import zipfile

from app.cli.demo.companies import LAMBERT, MARTIN, PEETERS
from app.models import Company
from tests import cast
from tests.imports import count, document, new_buyer

NEW = "/backoffice/imports/new"


def test_report_first_and_import_after_the_decision(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    review = _upload(client, token, {"a.xml": document(MARTIN, "UP-1"), "b.xml": b"no xml"})

    assert "Import 1 document" in review.text
    assert "not well-formed XML" in review.text
    assert _numbers(client, cast.MARTIN).count("UP-1") == 0

    result = _confirm(client, token, review)

    assert result.status_code == 200
    assert "UP-1" in result.text
    assert _numbers(client, cast.MARTIN).count("UP-1") == 1


def test_confirming_twice_imports_once(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    review = _upload(client, token, {"a.xml": document(MARTIN, "UP-2")})

    _confirm(client, token, review)
    again = _confirm(client, token, review)

    assert "was decided on already" in again.text
    assert "New: 1." in again.text
    assert _numbers(client, cast.MARTIN).count("UP-2") == 1


def test_a_zip_is_looked_into(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.xml", document(MARTIN, "UP-3"))
        archive.writestr("two.xml", document(MARTIN, "UP-4"))

    review = _upload(client, token, {"all.zip": packed.getvalue()})

    assert "Import 2 documents" in review.text


def test_companies_of_other_managers_are_refused_without_their_name(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    files = {"p.xml": document(PEETERS, "UP-5"), "l.xml": document(LAMBERT, "UP-6")}

    review = _upload(client, token, files, create_companies="y")

    assert review.text.count("The buyer is not a company of your portfolio.") == 2
    assert PEETERS.name not in review.text
    assert "Import" not in _button(review)


def test_a_repeated_document_of_another_manager_tells_nothing(client):
    token = cast.sign_in(client, cast.NORA, language="en")
    review = _upload(client, token, {"p.xml": document(PEETERS, "UP-7")})
    _confirm(client, token, review)

    token = cast.sign_in(client, cast.MARC, language="en")
    review = _upload(client, token, {"p.xml": document(PEETERS, "UP-7")})

    assert "The buyer is not a company of your portfolio." in review.text
    assert PEETERS.name not in review.text


def test_new_companies_join_the_portfolio_of_the_uploader(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    files = {f"{number}.xml": document(new_buyer(), f"UP-N-{number}") for number in range(3)}

    refused = _upload(client, token, files)
    assert "No company has the identifiers of" in refused.text

    result = _confirm(client, token, _upload(client, token, files, create_companies="y"))

    assert "Created" in result.text
    assert len(_numbers(client, new_buyer().name)) == 3
    assert new_buyer().name in client.get("/backoffice/companies/list/").text


def test_a_company_opened_by_one_chunk_takes_documents_of_the_next(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    files = {f"{n:03d}.xml": document(new_buyer(), f"UP-C-{n:03d}") for n in range(120)}

    result = _confirm(client, token, _upload(client, token, files, create_companies="y"))

    assert "New: 120." in result.text
    assert count(client, Company, name=new_buyer().name) == 1


def test_an_empty_form_says_what_to_choose(client):
    token = cast.sign_in(client, cast.MARC, language="en")

    answer = _upload(client, token, {})

    assert answer.status_code == 422
    assert "Choose one or more XML files" in answer.text


def test_a_report_is_its_uploaders_alone(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    review = _upload(client, token, {"a.xml": document(MARTIN, "UP-8")})
    path = review.request.path

    token = cast.sign_in(client, cast.NORA, language="en")

    assert client.get(path).status_code == 404
    for verb in ("confirm", "discard", "retry"):
        assert client.post(f"{path}/{verb}", data={"csrf_token": token}).status_code == 404
    assert client.get(f"{path}/report.csv").status_code == 404
    assert "UP-8" not in _numbers(client, cast.MARTIN)


def test_an_auditor_reads_a_report_and_decides_nothing(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    path = _upload(client, token, {"a.xml": document(MARTIN, "UP-12")}).request.path

    token = cast.sign_in(client, cast.ANA, language="en")

    assert "UP-12" in client.get(path).text
    assert "/confirm" not in client.get(path).text
    for verb in ("confirm", "discard", "retry"):
        assert client.post(f"{path}/{verb}", data={"csrf_token": token}).status_code == 403


def test_a_discarded_upload_imports_nothing(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    review = _upload(client, token, {"a.xml": document(MARTIN, "UP-13")})

    answer = client.post(
        f"{review.request.path}/discard", data={"csrf_token": token}, follow_redirects=True
    )

    assert "Nothing of this upload was imported." in answer.text
    assert "UP-13" not in _numbers(client, cast.MARTIN)
    assert "was decided on already" in _confirm(client, token, review).text


def test_a_large_upload_is_checked_and_imported_by_jobs_with_progress(
    client, run_jobs, monkeypatch
):
    monkeypatch.setattr("app.views.backoffice.imports.SMALL_DOCUMENTS", 0)
    token = cast.sign_in(client, cast.MARC, language="en")

    waiting = _upload(client, token, {"a.xml": document(MARTIN, "UP-14"), "b.xml": b"no xml"})
    assert "The files are being checked" in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    assert 'http-equiv="refresh"' not in client.get(f"{waiting.request.path}?refresh=off").text
    run_jobs()
    assert "Import 1 document" in client.get(waiting.request.path).text

    running = _confirm(client, token, waiting)
    assert "The documents are being imported" in running.text
    run_jobs()
    result = client.get(waiting.request.path)

    assert "New: 1. Here already: 0. Refused: 1." in result.text
    assert _numbers(client, cast.MARTIN).count("UP-14") == 1


def test_only_account_managers_upload(client):
    for email in (cast.ANA, cast.SOFIA, cast.CLAIRE):
        token = cast.sign_in(client, email)
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, data={"csrf_token": token}).status_code == 403


def test_a_result_is_seen_by_its_uploader_and_by_the_auditor(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    result = _confirm(client, token, _upload(client, token, {"a.xml": document(MARTIN, "UP-9")}))
    path = result.request.path

    cast.sign_in(client, cast.NORA, language="en")
    assert client.get(path).status_code == 404
    cast.sign_in(client, cast.ANA, language="en")
    assert client.get(path).status_code == 200
    cast.sign_in(client, cast.SOFIA, language="en")
    assert client.get(path).status_code == 403


def test_the_result_is_filtered_by_outcome_and_bad_arguments_do_no_harm(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    result = _confirm(client, token, _upload(client, token, {"a.xml": document(MARTIN, "UP-10")}))
    path = result.request.path

    assert "No document has this outcome." in client.get(f"{path}?outcome=REFUSED").text
    assert "UP-10" in client.get(f"{path}?outcome=CREATED").text
    assert "UP-10" in client.get(f"{path}?outcome=nonsense&after=-5").text
    for after in ("99999999999999999999", "abc", "2147483647"):
        assert client.get(f"{path}?after={after}").status_code == 200


def test_the_list_of_imports_leads_to_a_new_one_and_to_each_result(client):
    token = cast.sign_in(client, cast.MARC, language="en")
    result = _confirm(client, token, _upload(client, token, {"a.xml": document(MARTIN, "UP-11")}))

    listed = client.get("/backoffice/imports/list/").text

    assert NEW in listed
    link = re.search(r'href="(/backoffice/imports/show/[^"]+)"', listed)
    assert link
    assert client.get(link[1], follow_redirects=True).request.path == result.request.path


def _upload(client, token, files, **fields):
    data = {"csrf_token": token, **fields}
    data["files"] = [(io.BytesIO(content), name) for name, content in files.items()]
    return client.post(NEW, data=data, follow_redirects=True)


def _confirm(client, token, review):
    address = f"{review.request.path}/confirm"
    return client.post(address, data={"csrf_token": token}, follow_redirects=True)


def _button(page):
    return re.findall(r'<button class="btn btn-main"[^>]*>(.*?)</button>', page.text) or [""]


def _numbers(client, company_name):
    return [one.number for one in cast.invoices(client, company_name)]
