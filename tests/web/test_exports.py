"""The invoice list as a file: what the address shows, all pages of it; and the files that are made later."""

import re
from datetime import timedelta

import pytest

from app.domain.clock import now, today
from app.domain.exports import ExportState
from app.models import AuditEvent, Export, OutgoingMail
from tests import cast
from tests.sheets import rows_of_csv, sheets_of

NUMBER, KIND, ADDRESS, ISSUED = range(4)


@pytest.fixture
def claire(client):
    client.token = cast.sign_in(client, cast.CLAIRE, language="en")
    return client


@pytest.fixture
def few_at_once(monkeypatch):
    """As if two rows were too many to be sent at once."""
    monkeypatch.setattr("app.views.export_sending.MOST_ROWS_AT_ONCE", 2)


def url(client, path, company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}{path}"


def exports_of(where, email):
    from sqlalchemy import select

    person = cast.user(where, email)
    statement = select(Export).where(Export.requested_by_id == person.id).order_by(Export.id)
    return cast._all(where, statement)


def events(where, action):
    from sqlalchemy import select

    return cast._all(where, select(AuditEvent).where(AuditEvent.action == action))


def asked(client, query="", ending="csv"):
    """The page of an export that was asked for."""
    path = url(client, f"/invoices/export.{ending}{query}")
    answer = client.post(path, data={"csrf_token": client.token})
    assert answer.status_code == 303, answer.text
    return answer.location


def numbers_of(client, query):
    """What the list itself shows, page by page."""
    page, seen = client.get(url(client, f"/invoices{query}")), []
    while True:
        seen += re.findall(r'<a class="key" href="[^"]+">([^<]+)</a>', page.text)
        following = re.search(r'<a href="([^"]+)" rel="next">', page.text)
        if not following:
            return seen
        page = client.get(following[1].replace("&amp;", "&"))


QUERIES = (
    "",
    "?tab=overdue",
    "?tab=credit-notes",
    "?tab=paid&order=amount",
    "?order=due",
    "?order=-due",
    "?order=number",
    "?q=20",
    "?q=martin&match=anywhere",
    f"?period={today().year - 1}&order=-amount",
    "?q=no-such-reference",
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_file_holds_what_the_list_shows_in_its_order(claire, query, monkeypatch):
    monkeypatch.setattr("app.services.exports.rows.ROWS_A_PAGE", 3)
    answer = claire.get(url(claire, f"/invoices/export.csv{query}"))
    table = rows_of_csv(answer.data)

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [row[NUMBER] for row in table[1:]] == numbers_of(claire, query)
    [sheet] = sheets_of(claire.get(url(claire, f"/invoices/export.xlsx{query}")).data)
    assert [row[NUMBER] for row in sheet] == [row[NUMBER] for row in table]


def test_a_page_of_the_list_does_not_shorten_the_file(claire):
    first = claire.get(url(claire, "/invoices"))
    following = re.search(r'<a href="[^"]+\?([^"]+)" rel="next">', first.text)[1]
    table = rows_of_csv(claire.get(url(claire, f"/invoices/export.csv?{following}")).data)

    assert len(table) - 1 == len(cast.invoices(claire, cast.MARTIN))


def test_the_list_leads_to_its_file_with_its_filters(claire):
    page = claire.get(url(claire, "/invoices?tab=overdue&q=20"))

    assert "/invoices/export.csv?tab=overdue&amp;q=20" in page.text
    assert "/invoices/export.xlsx?tab=overdue&amp;q=20" in page.text


def test_the_address_of_the_list_narrows_the_file(claire):
    namur = cast.address(claire, "Namur")
    table = rows_of_csv(
        claire.get(url(claire, f"/invoices/export.csv?address={namur.public_id}")).data
    )

    assert {row[ADDRESS] for row in table[1:]} == {"Namur"}


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_file_speaks_the_language_of_its_reader(client, language):
    cast.sign_in(client, cast.CLAIRE, language=language)
    table = rows_of_csv(client.get(url(client, "/invoices/export.csv?tab=credit-notes")).data)

    kinds = {"fr": "Note de crédit", "nl": "Creditnota", "de": "Gutschrift", "en": "Credit note"}
    assert {row[KIND] for row in table[1:]} == {kinds[language]}


def test_days_and_amounts_are_such_in_excel(claire):
    newest = cast.invoices(claire, cast.MARTIN)[0]
    [sheet] = sheets_of(claire.get(url(claire, "/invoices/export.xlsx")).data)

    assert sheet[1][ISSUED] == newest.issued_on
    assert newest.signed_cents / 100 in sheet[1]


def test_csv_leaves_while_it_is_read(claire, monkeypatch):
    """The second page of rows is not asked for before the first has gone out."""
    from app.services.exports import rows

    asked_pages = []
    whole = rows.page_of
    monkeypatch.setattr(rows, "ROWS_A_PAGE", 5)
    monkeypatch.setattr("app.documents.sheets._PIECE", 1)
    monkeypatch.setattr(rows, "page_of", lambda *a, **b: asked_pages.append(1) or whole(*a, **b))
    answer = claire.get(url(claire, "/invoices/export.csv"), buffered=False)
    pieces = iter(answer.response)
    next(pieces), next(pieces)
    before = len(asked_pages)
    list(pieces)
    answer.close()

    assert before == 1
    assert len(asked_pages) > 5


def test_a_download_leaves_a_trace(claire):
    claire.get(url(claire, "/invoices/export.csv?tab=overdue"))

    [event] = events(claire, "EXPORT_DOWNLOADED")
    assert event.actor_id == cast.user(claire, cast.CLAIRE).id
    assert event.company_id == cast.company(claire, cast.MARTIN).id
    assert event.changes["documents"] == [None, 1]


@pytest.mark.parametrize("query", ["?tab=none", "?order=x", "?period=0000", "?address=x"])
def test_an_address_of_no_list_is_none_of_a_file(claire, query):
    assert claire.get(url(claire, f"/invoices/export.csv{query}")).status_code == 400
    assert claire.get(url(claire, "/invoices/export.pdf")).status_code == 404


def test_somebody_of_one_address_gets_its_rows(client):
    cast.sign_in(client, cast.LEA)
    liege = cast.address(client, "Liège")
    table = rows_of_csv(client.get(url(client, "/invoices/export.csv")).data)

    assert {row[ADDRESS] for row in table[1:]} == {"Namur"}
    other = client.get(url(client, f"/invoices/export.csv?address={liege.public_id}"))
    assert other.status_code == 400


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA, cast.SOFIA])
@pytest.mark.parametrize("path", ["/invoices/export.csv", "/exports"])
def test_others_find_nothing(client, email, path):
    cast.sign_in(client, email)

    assert client.get(url(client, path)).status_code == 404


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_long_list_is_made_by_a_worker_and_told_by_mail(claire, run_jobs, ending):
    offer = claire.get(url(claire, f"/invoices/export.{ending}?tab=all&order=number"))
    assert offer.mimetype == "text/html"
    assert exports_of(claire, cast.CLAIRE) == []  # a link makes nothing

    page = asked(claire, "?tab=all&order=number", ending)
    waiting = claire.get(page)
    assert "Waiting" in waiting.text
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    run_jobs()

    ready = claire.get(page)
    assert "refresh" not in ready.text
    file = claire.get(f"{page}/file")
    assert file.status_code == 200
    wanted = numbers_of(claire, "?order=number")
    table = rows_of_csv(file.data) if ending == "csv" else sheets_of(file.data)[0]
    assert [row[NUMBER] for row in table[1:]] == wanted
    assert file.content_length == len(file.data)
    [export] = exports_of(claire, cast.CLAIRE)
    assert (export.done_count, export.total_count) == (len(wanted), len(wanted))
    assert export.size_bytes == len(file.data)
    mail = [one for one in mails(claire) if one.kind == "EXPORT_READY"]
    assert [one.context["page"] for one in mail] == [page]
    trail = ("EXPORT_ASKED", "EXPORT_MADE", "EXPORT_DOWNLOADED")
    assert [len(events(claire, one)) for one in trail] == [1, 1, 1]


def mails(where):
    from sqlalchemy import select

    return cast._all(where, select(OutgoingMail).order_by(OutgoingMail.id))


def test_nothing_asked_for_yet_says_so(claire):
    page = claire.get(url(claire, "/exports"))

    assert "No files yet" in page.text


@pytest.fixture
def made(claire, run_jobs, few_at_once):
    """The page of an export of Claire's that is made."""
    page = asked(claire)
    run_jobs()
    return page


def test_only_the_one_who_asked_finds_it(claire, made, client):
    for email in (cast.BRUNO, cast.INES, cast.LEA):
        cast.sign_in(client, email)
        assert client.get(made).status_code == 404
        assert client.get(f"{made}/file").status_code == 404
        assert client.get(f"{made}/delete").status_code == 404
        assert made not in client.get(url(client, "/exports")).text
    cast.sign_in(client, cast.MARC)
    assert client.get(made.replace(url(client, ""), "/backoffice")).status_code == 404


def test_who_is_limited_since_does_not_get_it(claire, made, app):
    change(app, cast.CLAIRE, limited_to_addresses=True)

    assert claire.get(f"{made}/file").status_code == 404
    assert claire.get(made).status_code == 404
    change(app, cast.CLAIRE, limited_to_addresses=False)
    assert claire.get(f"{made}/file").status_code == 200


def test_who_has_left_since_does_not_get_it(claire, made, app):
    change(app, cast.CLAIRE, expires_on=today() - timedelta(days=1))

    assert claire.get(f"{made}/file").status_code == 404


def test_it_is_not_found_at_another_company(client, app, few_at_once, run_jobs):
    client.token = cast.sign_in(client, cast.INES)
    page = asked(client)
    run_jobs()

    assert client.get(f"{page}/file").status_code == 200
    elsewhere = page.replace(url(client, ""), url(client, "", cast.DUBOIS))
    assert client.get(f"{elsewhere}/file").status_code == 404


def test_an_expired_file_is_gone(claire, made, time_machine):
    time_machine.move_to(now() + timedelta(days=8))
    claire.token = cast.sign_in(claire, cast.CLAIRE, language="en")

    assert claire.get(f"{made}/file").status_code == 404
    assert "no longer kept" in claire.get(made).text


def test_deleting_asks_first_and_deletes_the_bytes(claire, made, app):
    [export] = exports_of(claire, cast.CLAIRE)
    question = claire.get(f"{made}/delete")
    assert export.file_name in question.text
    assert claire.get(f"{made}/file").status_code == 200

    answer = claire.post(f"{made}/delete", data={"csrf_token": claire.token})

    assert answer.status_code == 303
    assert exports_of(claire, cast.CLAIRE) == []
    assert claire.get(f"{made}/file").status_code == 404
    assert app.extensions["ports"].blobs.delete_files(export.folder) == 0
    assert len(events(claire, "EXPORT_DELETED")) == 1


def test_a_broken_download_is_resumed(claire, made):
    whole = claire.get(f"{made}/file")
    etag = whole.headers["ETag"]
    part = claire.get(f"{made}/file", headers={"Range": "bytes=10-19", "If-Range": etag})

    assert part.status_code == 206
    assert part.data == whole.data[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert claire.get(f"{made}/file", headers={"Range": "bytes=10-"}).data == whole.data[10:]
    changed = claire.get(f"{made}/file", headers={"Range": "bytes=1-2", "If-Range": '"x"'})
    assert (changed.status_code, changed.data) == (200, whole.data)
    beyond = claire.get(f"{made}/file", headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.status_code == 416


def test_the_same_list_asked_for_twice_is_made_once(claire, few_at_once):
    first, second = asked(claire), asked(claire)

    assert first == second
    assert asked(claire, "?tab=paid") != first


def test_nobody_has_any_number_made_at_once(claire, few_at_once):
    tabs = ("all", "open", "overdue", "paid", "credit-notes")
    for tab in tabs:
        asked(claire, f"?tab={tab}")
    path = url(claire, "/invoices/export.csv?q=20")
    refused = claire.post(path, data={"csrf_token": claire.token})

    assert refused.status_code == 422
    assert "Wait until one of them is ready" in refused.text
    assert len(exports_of(claire, cast.CLAIRE)) == len(tabs)


def test_a_forged_form_has_nothing_made(claire):
    assert claire.post(url(claire, "/invoices/export.csv")).status_code == 400
    assert claire.post(url(claire, "/invoices/archive/pack?period=2026")).status_code == 400


def test_a_failed_file_says_what_to_do(claire, few_at_once, app):
    page = asked(claire)
    set_state(app, ExportState.FAILED, reason="export_not_made")
    text = claire.get(page).text

    assert "could not be made" in text
    assert "ask for the file again" in text


def change(app, email, **values):
    from sqlalchemy import update

    from app.models import Membership
    from app.security.cross_company import cross_company

    member = cast.membership(app, email, cast.MARTIN)
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(Membership).where(Membership.id == member.id).values(**values))
        session.commit()


def set_state(app, state, **values):
    from sqlalchemy import update

    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        session.execute(update(Export).values(state=state, **values))
        session.commit()
