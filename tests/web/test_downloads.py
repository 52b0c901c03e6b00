"""PDF and XML in the browser: saved under their number, asked for again only when they changed."""

import hashlib
from dataclasses import replace
from urllib.parse import unquote

import pytest

from tests import cast


@pytest.fixture
def claire(client):
    cast.sign_in(client, cast.CLAIRE)
    return client


def url(client, invoice, ending):
    return f"/c/{cast.company_id(client, cast.MARTIN)}/invoices/{invoice.public_id}.{ending}"


def file_of(app, invoice, kind="XML"):
    """The row of a stored file."""
    from sqlalchemy import select

    from app.models import Document
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        statement = select(Document).where(
            Document.invoice_id == invoice.id, Document.format == kind
        )
        row = session.scalars(statement).one()
        session.expunge_all()
        session.rollback()
    return row


def path_of(app, sha256):
    from pathlib import Path

    folder = app.extensions["settings"].storage_url.removeprefix("file://")
    return Path(folder) / "sha256" / sha256[:2] / sha256[2:]


def events(app, action):
    from sqlalchemy import select

    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test") as session:
        found = session.scalars(
            select(AuditEvent.actor_name).where(AuditEvent.action == action)
        ).all()
        session.rollback()
    return found


@pytest.mark.parametrize(
    ("ending", "start", "kind"),
    [("pdf", b"%PDF-", "application/pdf"), ("xml", b"<?xml", "application/xml")],
)
def test_a_file_is_saved_under_its_number(claire, ending, start, kind):
    invoice = cast.invoice(claire, cast.MARTIN)
    answer = claire.get(url(claire, invoice, ending))

    assert answer.status_code == 200
    assert answer.data.startswith(start)
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="{invoice.number}.{ending}"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_what_the_browser_has_is_not_sent_again(claire):
    address = url(claire, cast.invoice(claire, cast.MARTIN), "xml")
    first = claire.get(address)
    again = claire.get(address, headers={"If-None-Match": first.headers["ETag"]})
    head = claire.head(address)

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]


def test_a_drawn_pdf_stays_the_same(claire, app):
    address = url(claire, cast.invoice(claire, cast.MARTIN), "pdf")
    first, second = claire.get(address), claire.get(address)

    assert first.data == second.data
    assert len(events(app, "DOCUMENT_STORED")) == 1


def test_a_name_of_any_letters_is_offered_to_old_and_new_browsers():
    from app.views.document_files import attachment

    header = attachment('Né"1.pdf')

    assert 'filename="N_' in header
    assert unquote(header.split("UTF-8''")[1]) == 'Né"1.pdf'
    assert header.isascii()


def test_a_lost_file_is_a_page_and_a_trace_and_the_other_format_still_works(claire, app, caplog):
    invoice = cast.invoice(claire, cast.MARTIN)
    claire.get(url(claire, invoice, "pdf"))
    path_of(app, file_of(app, invoice).sha256).unlink()
    lost = claire.get(url(claire, invoice, "xml"))

    assert lost.status_code == 503
    assert lost.mimetype == "text/html"
    assert events(app, "DOCUMENT_UNREADABLE") == ["Claire Dubois"]
    assert "cannot be read" in caplog.text
    assert claire.get(url(claire, invoice, "pdf")).status_code == 200


def test_a_damaged_file_is_never_served(claire, app):
    invoice = cast.invoice(claire, cast.MARTIN)
    path = path_of(app, file_of(app, invoice).sha256)
    path.write_bytes(path.read_bytes() + b" ")

    assert claire.get(url(claire, invoice, "xml")).status_code == 503


def test_a_pdf_that_cannot_be_drawn_offers_the_xml(claire, app, monkeypatch):
    from tests.services.test_documents import Broken

    invoice = cast.invoice(claire, cast.MARTIN)
    broken = replace(app.extensions["ports"], renderer=Broken())
    monkeypatch.setitem(app.extensions, "ports", broken)
    answer = claire.get(url(claire, invoice, "pdf"))

    assert answer.status_code == 503
    assert f"{invoice.public_id}.xml" in answer.text


@pytest.mark.parametrize("email", [cast.VERA, cast.LEA, cast.BRUNO])
def test_colleagues_download_what_they_see(client, email):
    cast.sign_in(client, email)

    assert client.get(url(client, cast.overdue_invoice(client), "xml")).status_code == 200


@pytest.mark.parametrize("email", [cast.PIETER, cast.MARC, cast.ANA, cast.SOFIA])
def test_others_find_nothing_here(client, email):
    cast.sign_in(client, email)
    for ending in ("pdf", "xml"):
        assert client.get(url(client, cast.invoice(client, cast.MARTIN), ending)).status_code == 404


def test_somebody_of_another_address_finds_nothing(client):
    eupen = cast.address(client, "Eupen").id
    theirs = next(one for one in cast.invoices(client, cast.MARTIN) if one.address_id == eupen)
    cast.sign_in(client, cast.LEA)

    assert client.get(url(client, theirs, "pdf")).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(url(client, cast.invoice(client, cast.MARTIN), "pdf")).status_code == 302


def test_another_company_s_file_is_not_found_under_mine(claire):
    assert claire.get(url(claire, cast.invoice(claire, cast.PEETERS), "xml")).status_code == 404
