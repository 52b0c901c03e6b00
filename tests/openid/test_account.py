"""Linking, unlinking and confirming from the signed-in account."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.domain.audit import AuditAction
from app.domain.clock import now
from app.models import LoginSession
from app.security.cross_company import cross_company
from simulators.openid import Fault
from tests import cast
from tests.authenticator import code_of, give_second_step
from tests.openid.conftest import (
    CLAIRE,
    MARC,
    SAM,
    Browser,
    change_user,
    choose,
    identities,
    link,
    mails,
)
from tests.web.backoffice.trail import events

PAGE = "/account/providers"


@pytest.fixture
def marc(browser):
    """Signed in by password; his domain is not an approved one."""
    return browser.sign_in(cast.MARC)


def linking(browser, person):
    set_out = browser.post(f"{PAGE}/demo-id/link")
    return browser.come_back(choose(set_out.location, person))


def grow_stale(app):
    with app.app_context(), cross_company("a test") as session:
        session.execute(update(LoginSession).values(authenticated_at=now() - timedelta(minutes=11)))
        session.commit()


def is_fresh(browser):
    """Whether a sensitive page opens at once."""
    return browser.get("/account/confirm?next=/account").location == "/account"


class TestLinking:
    def test_an_account_is_linked_and_signs_in_from_then_on(self, marc, new_browser, offered):
        answer = linking(marc, MARC)

        assert (answer.status_code, answer.location) == (303, PAGE)
        assert "From now on you can sign in with Titres Demo ID" in marc.get(PAGE).text
        assert identities(offered) == [(cast.MARC, MARC)]
        assert mails(offered)[-1] == ("IDENTITY_LINKED", cast.MARC)
        assert events(offered, AuditAction.IDENTITY_LINKED)[0].actor_name == "Marc Manager"
        other = new_browser()
        assert other.through(MARC).location == "/"
        assert other.is_signed_in

    def test_the_address_at_the_provider_may_be_any(self, marc, offered):
        linking(marc, SAM)

        assert identities(offered) == [(cast.MARC, SAM)]

    def test_it_asks_the_provider_not_to_guess_who_it_is(self, marc):
        assert "prompt=login" in str(marc.post(f"{PAGE}/demo-id/link").location)

    def test_an_account_of_somebody_else_is_refused(self, marc, offered, provider):
        link(offered, cast.CLAIRE, SAM, issuer=provider.issuer)
        linking(marc, SAM)

        assert identities(offered) == [(cast.CLAIRE, SAM)]
        assert "Somebody else signs in here" in marc.get(PAGE).text

    def test_linking_twice_changes_nothing(self, marc, offered):
        linking(marc, MARC)
        linking(marc, MARC)

        assert len(identities(offered)) == 1
        assert mails(offered).count(("IDENTITY_LINKED", cast.MARC)) == 1

    def test_it_needs_a_fresh_sign_in(self, marc, offered):
        grow_stale(offered)
        answer = marc.post(f"{PAGE}/demo-id/link")

        assert answer.status_code == 403
        assert "confirm_password" in answer.text
        goes_on = marc.post(f"{PAGE}/demo-id/link", confirm_password=cast.PASSWORD)
        assert "/authorize?" in goes_on.location

    def test_a_visitor_is_sent_to_the_form(self, browser):
        assert browser.get(PAGE).location == f"/login?next={PAGE}"
        assert "/login" in browser.post(f"{PAGE}/demo-id/link").location

    def test_an_unknown_provider_is_not_found(self, marc):
        assert marc.post(f"{PAGE}/other-id/link").status_code == 404

    def test_the_way_back_of_one_person_links_nothing_to_another(self, marc, new_browser, offered):
        """Signed out and in as somebody else while they were away: nothing of it is left."""
        location = choose(marc.post(f"{PAGE}/demo-id/link").location, SAM)
        marc.sign_in(cast.CLAIRE)

        assert marc.come_back(location).location == "/account"
        assert identities(offered) == []

    def test_a_planted_way_back_links_nothing(self, marc, new_browser, offered):
        """Login CSRF: an attacker's own code, sent to somebody who is signed in."""
        attacker = new_browser().sign_in(cast.PIETER)
        location = choose(attacker.post(f"{PAGE}/demo-id/link").location, SAM)

        assert marc.come_back(location).location == "/account"
        assert identities(offered) == []

    def test_a_sign_in_s_way_back_does_not_link(self, browser, offered):
        location = choose(browser.set_out(), MARC)
        browser.sign_in(cast.MARC)
        browser.come_back(location)

        assert identities(offered) == []

    def test_what_cannot_be_verified_is_told_on_the_page(self, marc, provider, offered):
        provider.faults = {Fault.WRONG_NONCE}
        answer = linking(marc, MARC)

        assert answer.location == PAGE
        assert "could not be verified" in marc.get(PAGE).text
        assert identities(offered) == []

    def test_of_ten_people_at_once_one_gets_it(self, offered, provider):
        from app.domain.openid import ProvedIdentity
        from app.services.identities import IdentityTaken, link_identity

        proved = ProvedIdentity(
            "demo-id", "Titres Demo ID", provider.issuer, SAM, None, False, None
        )
        people = [cast.user(offered, email).id for email in cast.EVERYBODY]

        def attempt(user_id):
            with offered.app_context(), cross_company("a test") as session:
                try:
                    link_identity(session, user_id, proved)
                    session.commit()
                except IdentityTaken:
                    return False
                return True

        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(attempt, people)).count(True) == 1
        assert len(identities(offered)) == 1


class TestUnlinking:
    @pytest.fixture
    def key(self, offered, provider):
        return link(offered, cast.MARC, MARC, issuer=provider.issuer)

    def test_it_asks_first_and_names_the_account(self, key, marc, offered):
        page = marc.get(f"{PAGE}/{key}/unlink")

        assert page.status_code == 200
        assert cast.MARC in page.text
        assert len(identities(offered)) == 1

    def test_an_unlinked_account_lets_nobody_in(self, key, marc, new_browser, offered):
        answer = marc.post(f"{PAGE}/{key}/unlink")

        assert (answer.status_code, answer.location) == (303, PAGE)
        assert identities(offered) == []
        assert mails(offered)[-1] == ("IDENTITY_UNLINKED", cast.MARC)
        assert events(offered, AuditAction.IDENTITY_UNLINKED)[0].target_label == "Marc Manager"
        assert new_browser().through(MARC).location.endswith("/not-linked")

    def test_other_sessions_end_and_this_one_goes_on(self, key, marc, new_browser):
        other = new_browser()
        other.through(MARC)
        assert other.is_signed_in
        marc.post(f"{PAGE}/{key}/unlink")

        assert not other.is_signed_in
        assert marc.is_signed_in

    def test_the_only_way_in_stays(self, key, marc, offered):
        change_user(offered, cast.MARC, password=None)
        answer = marc.post(f"{PAGE}/{key}/unlink")

        assert answer.location == PAGE
        assert "Set a password first" in marc.get(PAGE).text
        assert len(identities(offered)) == 1

    def test_an_account_at_a_provider_that_is_gone_is_no_way_in(self, key, marc, offered):
        link(offered, cast.MARC, "9999", issuer="https://gone.example")
        change_user(offered, cast.MARC, password=None)
        marc.post(f"{PAGE}/{key}/unlink")

        assert len(identities(offered)) == 2

    def test_one_of_two_ways_in_may_go(self, key, marc, offered, provider):
        link(offered, cast.MARC, SAM, issuer=provider.issuer)
        change_user(offered, cast.MARC, password=None)
        marc.post(f"{PAGE}/{key}/unlink")

        assert identities(offered) == [(cast.MARC, SAM)]

    @pytest.mark.parametrize("verb", ["get", "post"])
    def test_nobody_unlinks_the_account_of_somebody_else(self, key, browser, offered, verb):
        browser.sign_in(cast.CLAIRE)

        assert getattr(browser, verb)(f"{PAGE}/{key}/unlink").status_code == 404
        assert len(identities(offered)) == 1
        assert cast.MARC not in browser.get(PAGE).text

    def test_it_needs_a_fresh_sign_in(self, key, marc, offered):
        grow_stale(offered)

        assert "/account/confirm" in marc.get(f"{PAGE}/{key}/unlink").location
        assert marc.post(f"{PAGE}/{key}/unlink").status_code == 403
        assert len(identities(offered)) == 1


class TestConfirming:
    @pytest.fixture(autouse=True)
    def linked(self, offered, provider):
        link(offered, cast.MARC, MARC, issuer=provider.issuer)

    @pytest.fixture
    def stale(self, marc, offered):
        grow_stale(offered)
        assert not is_fresh(marc)
        return marc

    def confirm(self, browser, person=MARC, wanted=PAGE):
        return browser.through(person, confirm="1", next=wanted)

    def test_the_page_that_asks_offers_the_provider(self, stale):
        page = stale.get(f"/account/confirm?next={PAGE}").text

        assert "Sign in with Titres Demo ID" in page
        assert re.search(r'name="confirm" value="1"', page)

    def test_signing_in_again_there_confirms_and_leads_on(self, stale, offered):
        before = stale.client.get_cookie("sid").value
        answer = self.confirm(stale)

        assert (answer.status_code, answer.location) == (303, PAGE)
        assert is_fresh(stale)
        assert stale.client.get_cookie("sid").value != before
        assert events(offered, AuditAction.SIGN_IN_CONFIRMED)[0].actor_name == "Marc Manager"

    def test_the_provider_is_asked_not_to_trust_an_earlier_sign_in(self, stale):
        url = stale.set_out(confirm="1")

        assert "prompt=login" in url
        assert "max_age=0" in url

    @pytest.mark.parametrize("fault", [Fault.EARLIER_SIGN_IN, Fault.NO_AUTH_TIME])
    def test_a_provider_that_did_not_ask_again_confirms_nothing(self, stale, provider, fault):
        provider.faults = {fault}
        answer = self.confirm(stale)

        assert answer.location == f"/account/confirm?next={PAGE}"
        assert not is_fresh(stale)

    def test_an_account_of_somebody_else_confirms_nothing(self, stale, offered, provider):
        link(offered, cast.CLAIRE, CLAIRE, issuer=provider.issuer)
        self.confirm(stale, CLAIRE)

        assert not is_fresh(stale)
        assert cast.MARC in stale.get("/account").text

    def test_an_account_of_nobody_confirms_nothing_and_is_not_linked(self, stale, offered):
        self.confirm(stale, SAM)

        assert not is_fresh(stale)
        assert identities(offered) == [(cast.MARC, MARC)]

    def test_a_visitor_who_wants_to_confirm_signs_in(self, browser):
        assert self.confirm(browser).location == PAGE
        assert browser.is_signed_in

    def test_the_second_step_is_asked_for_as_well(self, stale, offered):
        seed = give_second_step(offered, cast.MARC)
        grow_stale(offered)
        answer = self.confirm(stale)

        assert answer.location == "/account/confirm/code"
        assert not is_fresh(stale)
        assert stale.post("/account/confirm/code", code="000000").status_code == 422
        assert not is_fresh(stale)
        done = stale.post("/account/confirm/code", code=code_of(seed))
        assert (done.status_code, done.location) == (303, PAGE)
        assert is_fresh(stale)

    def test_a_code_alone_confirms_nothing(self, stale, offered):
        seed = give_second_step(offered, cast.MARC)
        grow_stale(offered)

        for answer in (
            stale.get("/account/confirm/code"),
            stale.post("/account/confirm/code", code=code_of(seed)),
        ):
            assert answer.location == "/account/confirm"
        assert not is_fresh(stale)


def test_the_second_step_of_a_sign_in_is_never_skipped(browser, offered, provider):
    link(offered, cast.CLAIRE, CLAIRE, issuer=provider.issuer)
    seed = give_second_step(offered, cast.CLAIRE)

    assert browser.through(CLAIRE, next="/account").location == "/login/second-step"
    assert not browser.is_signed_in
    done = browser.post("/login/second-step", code=code_of(seed))
    assert done.location == "/account"
    with offered.app_context(), cross_company("a test") as session:
        latest = session.scalars(select(LoginSession).order_by(LoginSession.id.desc())).first()
        assert latest is not None
        assert latest.method.value == "OPENID"


def test_the_account_page_leads_to_it_where_there_is_a_provider(marc, app):
    assert f'href="{PAGE}"' in marc.get("/account").text


def test_an_account_at_a_provider_that_is_gone_is_told_as_such(marc, offered):
    link(offered, cast.MARC, "9999", issuer="https://gone.example")

    assert "No longer offered here" in marc.get(PAGE).text


def test_without_a_provider_the_page_says_so(app, client):
    cast.sign_in(client, cast.CLAIRE, language="en")

    assert "No provider is offered here" in client.get(PAGE).text
    assert f'href="{PAGE}"' not in client.get("/account").text


def test_staff_and_customers_have_the_page(offered):
    for email in (cast.SOFIA, cast.ANA, cast.VERA):
        assert Browser(offered).sign_in(email).get(PAGE).status_code == 200
