"""Several documents in one archive: ticked ones, a year, parts of a long one, and what cannot be read."""

import io
import zipfile

import pytest

from app.domain.clock import today
from tests import cast
from tests.web.test_downloads import file_of, path_of


@pytest.fixture
def claire(client):
    client.token = cast.sign_in(client, cast.CLAIRE)
    return client


def url(client, query=""):
    return f"/c/{cast.company_id(client, cast.MARTIN)}/invoices/archive{query}"


def tick(client, invoices):
    ids = [str(one.public_id) for one in invoices]
    return client.post(url(client), data={"ids": ids, "csrf_token": client.token})


def opened(answer):
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def test_ticked_documents_come_as_pdf_and_xml_with_an_index(claire):
    chosen = cast.invoices(claire, cast.MARTIN)[:3]
    answer = tick(claire, chosen)
    archive = opened(answer)

    wanted = {f"{one.number}.{ending}" for one in chosen for ending in ("pdf", "xml")}
    index, *files = archive.namelist()
    assert answer.mimetype == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert set(files) == wanted
    assert all(one.number in archive.read(index).decode("utf-8-sig") for one in chosen)
    assert archive.getinfo(files[0]).compress_type == zipfile.ZIP_STORED


def test_a_year_comes_in_one_click(claire):
    year = today().year - 1
    archive = opened(claire.get(url(claire, f"?period={year}")))
    theirs = [one for one in cast.invoices(claire, cast.MARTIN) if one.issued_on.year == year]

    _index, statement, lines, *files = archive.namelist()
    assert len(files) == 2 * len(theirs)
    assert archive.read(statement).startswith(b"%PDF")
    told = archive.read(lines).decode("utf-8-sig")
    assert all(one.number in told for one in theirs)
    assert f"Relevé de compte {year}-01-01 {year}-12-31" in statement


def test_who_sees_some_addresses_gets_their_documents_without_the_company_s_account(client):
    cast.sign_in(client, cast.LEA)
    names = opened(client.get(url(client, f"?period={today().year - 1}"))).namelist()

    assert len(names) > 1
    assert not [name for name in names if "Relevé" in name]


def test_more_documents_than_may_be_ticked_come_in_one_archive_of_their_year(claire, monkeypatch):
    from app.views.portal import selection

    monkeypatch.setattr(selection, "MOST_TICKED", 1)
    year = today().year - 1

    assert len(opened(claire.get(url(claire, f"?period={year}"))).namelist()) > 1 + 2 * 1


def test_the_archive_completes_without_a_file_that_cannot_be_read(claire, app):
    chosen = cast.invoices(claire, cast.MARTIN)[:2]
    path_of(app, file_of(app, chosen[0]).sha256).unlink()
    archive = opened(tick(claire, chosen))
    names = archive.namelist()
    told = archive.read(names[-1]).decode("utf-8-sig")

    assert names[-1].endswith(".txt")
    assert f"{chosen[0].number}.xml" in told
    assert f"{chosen[0].number}.pdf" in told  # it is drawn from the XML
    assert f"{chosen[1].number}.pdf" in names


@pytest.fixture
def few_at_once(monkeypatch):
    """As if four documents were too many to be sent at once."""
    monkeypatch.setattr("app.views.portal.selection.MOST_DOCUMENTS_AT_ONCE", 4)


@pytest.mark.usefixtures("few_at_once")
def test_a_year_that_is_too_long_is_made_by_a_worker_or_comes_in_parts(claire):
    year = today().year - 1
    whole = claire.get(url(claire, f"?period={year}"))

    assert whole.mimetype == "text/html"
    assert f"/pack?period={year}" in whole.text
    assert f"period={year}-Q1" in whole.text
    assert claire.get(url(claire, f"?period={year}-01")).mimetype == "application/zip"


@pytest.mark.usefixtures("few_at_once")
def test_the_pack_of_a_worker_holds_what_the_one_of_a_page_would(claire, run_jobs, monkeypatch):
    year = today().year - 1
    answer = claire.post(url(claire, f"/pack?period={year}"), data={"csrf_token": claire.token})
    run_jobs()
    file = claire.get(f"{answer.location}/file")
    monkeypatch.undo()
    at_once = opened(claire.get(url(claire, f"?period={year}")))
    pack = opened(file)

    assert answer.status_code == 303
    assert file.content_length == len(file.data)
    assert pack.namelist() == at_once.namelist()
    assert all(pack.read(name) == at_once.read(name) for name in pack.namelist())


@pytest.mark.usefixtures("few_at_once")
def test_a_pack_completes_without_a_file_that_cannot_be_read(claire, run_jobs, app):
    year = today().year - 1
    theirs = [one for one in cast.invoices(claire, cast.MARTIN) if one.issued_on.year == year]
    path_of(app, file_of(app, theirs[0]).sha256).unlink()
    answer = claire.post(url(claire, f"/pack?period={year}"), data={"csrf_token": claire.token})
    run_jobs()
    pack = opened(claire.get(f"{answer.location}/file"))
    last = pack.namelist()[-1]

    assert last.endswith(".txt")
    assert theirs[0].number in pack.read(last).decode("utf-8-sig")
    assert f"{theirs[1].number}.pdf" in pack.namelist()


@pytest.mark.parametrize(
    "query",
    ["", "?period=x", "?period=2026-Q5", "?period=2026-00", "?period=٢٠٢٦"],
)
def test_no_period_is_refused(claire, query):
    assert claire.get(url(claire, query)).status_code == 400


@pytest.mark.parametrize("query", ["?period=1999", "?period=2200"])
def test_a_period_without_documents_is_not_found(claire, query):
    assert claire.get(url(claire, query)).status_code == 404


def test_nothing_ticked_says_what_to_do(claire):
    answer = tick(claire, [])

    assert answer.status_code == 303
    assert "/invoices" in answer.location


def test_too_many_or_mangled_ticks_are_refused(claire, monkeypatch):
    from app.views.portal import selection

    assert (
        claire.post(url(claire), data={"ids": ["x"], "csrf_token": claire.token}).status_code == 400
    )
    monkeypatch.setattr(selection, "MOST_TICKED", 1)
    assert tick(claire, cast.invoices(claire, cast.MARTIN)[:2]).status_code == 303


def test_a_forged_form_downloads_nothing(claire):
    ids = [str(cast.invoice(claire, cast.MARTIN).public_id)]

    assert claire.post(url(claire), data={"ids": ids}).status_code == 400


def test_another_company_s_document_spoils_the_whole_selection(claire):
    mine, theirs = cast.invoice(claire, cast.MARTIN), cast.invoice(claire, cast.PEETERS)

    assert tick(claire, [mine, theirs]).status_code == 404


def test_somebody_of_one_address_gets_its_year(client):
    cast.sign_in(client, cast.LEA)
    year = today().year - 1
    namur = cast.address(client, "Namur").id
    theirs = [
        one.number for one in cast.invoices(client, cast.MARTIN)
        if one.address_id == namur and one.issued_on.year == year
    ]  # fmt: skip
    names = opened(client.get(url(client, f"?period={year}"))).namelist()

    assert {name.rpartition(".")[0] for name in names[1:]} == set(theirs)


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA])
def test_others_find_no_archive(client, email):
    cast.sign_in(client, email)

    assert client.get(url(client, "?period=2026")).status_code == 404
