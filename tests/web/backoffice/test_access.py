"""Access to companies as an account manager gives, limits and withdraws it."""

from app.domain.audit import AuditAction
from app.models import Address
from app.security.cross_company import cross_company
from tests import cast
from tests.web.backoffice.trail import events

GIVEN = {"role": "EMPLOYER_VIEWER", "starts_on": "", "expires_on": ""}


def give(app, marc, email, **more):
    martin = str(cast.company_id(app, cast.MARTIN))
    return marc.post(
        "/backoffice/memberships/add", {"company": martin, "email": email, **GIVEN, **more}
    )


def test_somebody_who_signs_in_elsewhere_gets_access_like_somebody_unknown(app, marc):
    known = give(app, marc, cast.PIETER)
    unknown = give(app, marc, "New.Person@martin.example")

    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert known.status_code == 303, known.text
    assert (
        cast.membership(app, cast.PIETER, cast.MARTIN).invited_by_id == cast.user(app, cast.MARC).id
    )
    person = cast.user(app, "new.person@martin.example")
    assert (person.first_name, person.last_name, person.staff_role) == ("New", "Person", None)
    event = events(app, AuditAction.MEMBERSHIP_CREATED)[0]
    assert event.changes["email"] == [None, "new.person@martin.example"]


def test_no_form_offers_a_list_of_people(marc):
    page = marc.get("/backoffice/memberships/add").text

    assert cast.PIETER not in page
    assert marc.get("/backoffice/memberships/lookup/user?q=a").status_code == 404


def test_access_that_is_there_is_not_given_twice(app, marc):
    answer = give(app, marc, cast.VERA.upper())

    assert answer.status_code == 422
    assert "has access to the company already" in answer.text


def test_access_does_not_end_before_it_starts(app, marc):
    answer = give(app, marc, "a@b.example", starts_on="2026-05-02", expires_on="2026-05-01")

    assert answer.status_code == 422
    assert 'id="expires_on-error"' in answer.text


def test_what_is_no_e_mail_address_is_refused(app, marc):
    assert 'id="email-error"' in give(app, marc, "nonsense").text


def test_a_role_is_changed_and_the_trail_says_from_what(app, marc):
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id
    seen = marc.get(f"/backoffice/memberships/edit/{key}").text
    seen = seen.split('name="seen" value="')[1].split('"')[0]
    change = {**GIVEN, "role": "EMPLOYER_BILLING", "seen": seen}

    assert marc.post(f"/backoffice/memberships/edit/{key}", change).status_code == 303

    changes = events(app, AuditAction.MEMBERSHIP_CHANGED)[0].changes
    assert changes == {"role": ["EMPLOYER_VIEWER", "EMPLOYER_BILLING"]}


def test_access_is_limited_to_addresses_and_widened_again(app, marc, browser):
    membership = cast.membership(app, cast.VERA, cast.MARTIN)
    path = f"/backoffice/memberships/addresses/{membership.public_id}"
    assert "Namur" in marc.get(path).text

    ticked = str(cast.address(app, "Eupen").public_id)
    assert marc.post(path, {"reach": "some", "addresses": ticked}).status_code == 303
    shown = marc.get(f"/backoffice/memberships/show/{membership.public_id}").text
    assert "Eupen" in shown
    assert events(app, AuditAction.MEMBERSHIP_CHANGED)[0].changes["addresses"] == [[], ["Eupen"]]

    assert marc.post(path, {"reach": "all"}).status_code == 303
    assert not cast.membership(app, cast.VERA, cast.MARTIN).limited_to_addresses


def test_limited_access_names_an_address_of_the_company(app, marc):
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id
    path = f"/backoffice/memberships/addresses/{key}"
    foreign = cast.invoice(app, cast.PEETERS).address_id
    with app.app_context(), cross_company("a test") as session:
        elsewhere = str(session.get_one(Address, foreign).public_id)

    for addresses in ([], ["nonsense"], [elsewhere]):
        answer = marc.post(path, {"reach": "some", "addresses": addresses})
        assert answer.status_code == 422
        assert "Choose at least one address." in answer.text
    assert not cast.membership(app, cast.VERA, cast.MARTIN).limited_to_addresses


def test_limits_that_were_changed_meanwhile_are_shown_and_kept(app, marc):
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id
    path = f"/backoffice/memberships/addresses/{key}"
    eupen, namur = (str(cast.address(app, name).public_id) for name in ("Eupen", "Namur"))
    seen = marc.get(path).text.split('name="seen" value="')[1].split('"')[0]
    first = {"reach": "some", "addresses": eupen, "seen": seen}
    assert marc.post(path, first).status_code == 303
    changes = len(events(app, AuditAction.MEMBERSHIP_CHANGED))

    late = marc.post(path, {"reach": "some", "addresses": namur, "seen": seen})

    assert late.status_code == 422
    assert "Somebody else changed this in the meantime." in late.text
    assert len(events(app, AuditAction.MEMBERSHIP_CHANGED)) == changes
    now_seen = late.text.split('name="seen" value="')[1].split('"')[0]
    assert now_seen != seen
    again = {"reach": "some", "addresses": namur, "seen": now_seen}
    assert marc.post(path, again).status_code == 303


def test_withdrawn_access_is_gone_at_once(app, marc, browser):
    vera, home = browser(cast.VERA), f"/c/{cast.company_id(app, cast.MARTIN)}/"
    assert vera.get(f"{home}invoices").status_code == 200
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id

    assert cast.VERA in marc.get(f"/backoffice/memberships/delete/{key}").text
    assert marc.post(f"/backoffice/memberships/delete/{key}").status_code == 303

    assert vera.get(f"{home}invoices").status_code == 404
    assert events(app, AuditAction.MEMBERSHIP_REMOVED)[0].changes["email"] == [cast.VERA, None]
