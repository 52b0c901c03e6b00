"""Access to companies as an account manager gives, limits and withdraws it."""

from app.domain.audit import AuditAction
from app.models import Address
from app.security.cross_company import cross_company
from tests import cast
from tests.web.backoffice.trail import events

GIVEN = {"role": "EMPLOYER_VIEWER", "starts_on": "", "expires_on": ""}


def test_no_access_is_given_without_asking(app, marc):
    assert marc.get("/backoffice/memberships/add").status_code == 404
    assert "/backoffice/memberships/add" not in marc.get("/backoffice/memberships/list/").text


def test_access_does_not_end_before_it_starts(app, marc):
    key = cast.membership(app, cast.VERA, cast.MARTIN).public_id
    days = {"starts_on": "2026-05-02", "expires_on": "2026-05-01"}
    answer = marc.post(f"/backoffice/memberships/edit/{key}", {**GIVEN, **days})

    assert answer.status_code == 422
    assert 'id="expires_on-error"' in answer.text


def test_the_last_administrator_of_a_company_is_not_removed_by_staff_either(app, marc):
    key = cast.membership(app, cast.CLAIRE, cast.MARTIN).public_id
    removed = marc.post(f"/backoffice/memberships/delete/{key}")
    demoted = marc.post(f"/backoffice/memberships/edit/{key}", GIVEN)
    place = str(cast.address(app, "Eupen").public_id)
    limited = marc.post(
        f"/backoffice/memberships/addresses/{key}", {"reach": "some", "addresses": place}
    )

    for answer in (removed, demoted, limited):
        assert answer.status_code == 422
        assert "Claire Dubois is the last administrator" in answer.text


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
