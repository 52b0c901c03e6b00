"""The history of a company: who changed what and when, in words, page by page, for whom it concerns."""

import re

import pytest

from tests import cast


def url(client, path="", company=cast.MARTIN):
    return f"/c/{cast.company_id(client, company)}/company{path}"


def rename(client, token, name, **values):
    address = cast.address(client, name)
    form = {
        "name": address.name,
        "street": address.street,
        "postcode": address.postcode,
        "city": address.city,
        "country": "BE",
        "delivery_mode": address.delivery_mode.value,
        "billing_emails": "",
        "version": address.updated_at.isoformat(),
        "csrf_token": token,
    }
    path = url(client, f"/addresses/{address.public_id}/edit")
    assert client.post(path, data=form | values).status_code == 303


def items(page):
    return re.findall(r"<time datetime=", page)


def test_a_change_shows_who_and_the_words_before_and_after(client):
    token = cast.sign_in(client, cast.BRUNO)
    rename(client, token, "Eupen", delivery_mode="PEPPOL_AND_EMAIL", street="Klötzerbahn 2")
    page = client.get(url(client, "/history?about=addresses")).text

    assert "Bruno Billing" in page
    assert "<del>Marktplatz 3</del>" in page
    assert "<ins>Klötzerbahn 2</ins>" in page
    assert "<ins>PEPPOL + EMAIL</ins>" in page
    assert "PEPPOL_AND_EMAIL" not in page


def test_who_was_let_in_goes_by_the_name_alone(client):
    cast.sign_in(client, cast.CLAIRE, language="en")
    page = client.get(url(client, "/history?about=access")).text

    assert "Access was given: Ines Payroll<" in page
    assert "An account manager was assigned: Marc Manager<" in page


def test_pages_follow_each_other_by_key(client):
    token = cast.sign_in(client, cast.CLAIRE)
    for number in range(26):
        rename(client, token, "Eupen", street=f"Schulstraße {number}")
    seen = []
    address = url(client, "/history?about=addresses")
    while address:
        page = client.get(address).text
        seen += re.findall(r"<ins>(Schulstraße \d+)</ins>", page)
        found = re.search(r'href="([^"]*before=[^"]*)"', page)
        address = found and found[1].replace("&amp;", "&")

    assert seen == [f"Schulstraße {number}" for number in reversed(range(26))]


@pytest.mark.parametrize(
    "query", ["about=cats", "before=x", "before=MTIz", "before=é", "before=LTEuLTE"]
)
def test_an_address_that_makes_no_sense_is_refused(client, query):
    cast.sign_in(client, cast.CLAIRE)
    assert client.get(url(client, f"/history?{query}")).status_code == 400


def test_somebody_limited_to_an_address_sees_what_happened_there_only(client):
    token = cast.sign_in(client, cast.CLAIRE)
    rename(client, token, "Eupen", street="Klötzerbahn 2")
    rename(client, token, "Namur", street="Rue Neuve 1")
    cast.sign_in(client, cast.LEA)
    for path in ("/history", "/addresses", "/contacts", ""):
        page = client.get(url(client, path)).text
        assert "Klötzerbahn" not in page
        assert "Eupen" not in page
    assert "Rue Neuve 1" in client.get(url(client, "/history")).text


def test_others_have_another_history(client):
    cast.sign_in(client, cast.PIETER)
    assert client.get(url(client, "/history")).status_code == 404
    page = client.get(url(client, "/history", cast.PEETERS)).text
    assert items(page)
    assert "Namur" not in page
    assert "Martin" not in page


def test_every_event_has_words_and_every_value_is_readable(app):
    from app.domain.audit import AuditAction
    from app.domain.clock import now
    from app.models import AuditEvent
    from app.services.audit import MASK
    from app.views.history_words import history_line

    changes = {
        "password": [MASK, MASK],
        "is_default": [False, True],
        "expires_on": [None, "2026-03-01"],
        "archived_at": [None, "2026-03-01T10:00:00+00:00"],
        "vat_status": ["LIABLE", "dropped in a later version"],
        "country": ["BE", "??"],
        "unheard_of": [1, 2],
    }
    with app.test_request_context():
        for action in [*AuditAction, "OF_ANOTHER_TIME"]:
            event = AuditEvent(
                action=str(action), actor_id=None, actor_name="system", target_label="50 % of it"
            )
            event.at, event.changes = now(), changes
            line = history_line(event)
            assert line.text
            assert action not in AuditAction.__members__ or str(action) not in line.text
            shown = {label for label, _before, _after in line.details}
            assert len(shown) == 6
            assert MASK not in str(line.details)
