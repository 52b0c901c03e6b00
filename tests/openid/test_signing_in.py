"""Signing in through the provider: who is let in, who is told what, and what is never trusted."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete, select

from app.domain.audit import AuditAction
from app.models import LoginSession, PortalUser, SignInDomain
from app.security.cross_company import cross_company
from simulators.openid import Fault, Person
from tests import cast
from tests.openid.conftest import (
    BRUNO,
    CLAIRE,
    MARC,
    RETURN_TO,
    SAM,
    change_user,
    choose,
    identities,
    link,
    mails,
)
from tests.web.backoffice.trail import events
from tests.web.signing_in import read_english, sign_in, sign_out

NOT_LINKED = "/login/with/demo-id/not-linked"


def withdraw(app):
    with app.app_context(), cross_company("a test") as session:
        session.execute(delete(SignInDomain))
        session.commit()


def test_the_sign_in_page_offers_the_provider_beside_the_password(browser):
    page = browser.get("/login").text

    assert "Sign in with Titres Demo ID" in page
    assert 'action="/login/with/demo-id"' in page
    assert 'autocomplete="current-password"' in page


def test_without_a_provider_there_is_no_button(client):
    page = client.get("/login").text

    assert "/login/with/" not in page
    assert client.post("/login/with/demo-id").status_code in {400, 404}
    assert client.get("/login/with/demo-id/callback?code=a&state=b").status_code == 404


def test_forms_may_lead_to_the_provider_and_nowhere_else(browser, provider, client):
    policy = browser.get("/login").headers["Content-Security-Policy"]

    assert f"form-action 'self' {provider.issuer};" in policy


def test_setting_out_is_a_post_with_the_form_s_token(browser):
    assert browser.client.post("/login/with/demo-id", data={}).status_code == 400
    followed = browser.get("/login/with/demo-id?next=/account")
    assert followed.location == "/login?next=/account"


def test_the_provider_leads_back_to_the_public_address_whatever_the_host(browser):
    token = browser.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.client.post(
        "/login/with/demo-id", data={"csrf_token": token}, headers={"Host": "127.0.0.1"}
    )

    asked = parse_qs(urlsplit(answer.location or "").query)
    assert asked.get("redirect_uri", [RETURN_TO]) == [RETURN_TO]


class TestLinked:
    @pytest.fixture(autouse=True)
    def linked(self, offered, provider):
        link(offered, cast.MARC, MARC, issuer=provider.issuer)

    def test_a_linked_account_signs_in_and_leads_on(self, browser):
        answer = browser.through(MARC, next="/account?a=1")

        assert (answer.status_code, answer.location) == (303, "/account?a=1")
        assert browser.is_signed_in

    def test_the_trail_and_the_session_say_how(self, browser, offered):
        browser.through(MARC)

        assert events(offered, AuditAction.SIGNED_IN)[0].target_label == "Marc Manager"
        with offered.app_context(), cross_company("a test") as session:
            methods = list(session.scalars(select(LoginSession.method)))
        assert [method.value for method in methods] == ["OPENID"]

    def test_it_leads_to_pages_of_ours_only(self, browser):
        answer = browser.through(MARC, next="//evil.example/x")

        assert answer.location == "/"

    def test_a_session_planted_before_is_worth_nothing_after(self, browser):
        browser.get("/login")
        before = browser.client.get_cookie("visitor").value
        browser.through(MARC)

        assert browser.client.get_cookie("visitor") is None
        browser.client.set_cookie("sid", before)
        assert not browser.is_signed_in

    def test_a_disabled_person_is_refused_as_a_stranger_is(self, browser, offered):
        change_user(offered, cast.MARC, active=False)

        assert browser.through(MARC).location == NOT_LINKED
        assert not browser.is_signed_in
        assert events(offered, AuditAction.IDENTITY_REFUSED)[0].target_label == "Marc Manager"

    def test_the_subject_counts_and_not_the_address(self, browser, provider):
        """Renamed at the provider, even to an address of somebody else here, it is the same account."""
        provider.people[MARC] = Person(MARC, "Marc", cast.CLAIRE, True)
        browser.through(MARC)

        assert cast.MARC in browser.get("/account").text

    def test_the_same_subject_of_another_issuer_is_somebody_else(self, browser, offered, provider):
        link(offered, cast.CLAIRE, SAM, issuer="https://another.example")

        assert browser.through(SAM).location == NOT_LINKED

    def test_who_is_signed_in_already_is_led_on(self, browser):
        browser.sign_in(cast.CLAIRE)

        assert browser.post("/login/with/demo-id", next="/account").location == "/account"


class TestTheWayBack:
    @pytest.fixture(autouse=True)
    def linked(self, offered, provider):
        link(offered, cast.MARC, MARC, issuer=provider.issuer)

    def test_it_is_good_once(self, browser):
        location = choose(browser.set_out(), MARC)
        assert browser.come_back(location).location == "/"
        read_english(browser.client)
        sign_out(browser.client)

        again = browser.come_back(location)
        assert again.location == "/login"
        assert not browser.is_signed_in
        assert "Start again" in browser.said()

    def test_an_old_cookie_does_not_make_it_good_twice(self, browser):
        """The visitor's session is kept by the browser, which may bring an old one: the code is used up."""
        location = choose(browser.set_out(), MARC)
        old = browser.client.get_cookie("visitor").value
        browser.come_back(location)
        browser.client.delete_cookie("sid")
        browser.client.set_cookie("visitor", old)

        assert browser.come_back(location).location == "/login"
        assert not browser.is_signed_in

    def test_it_is_good_in_the_browser_that_set_out_only(self, browser, new_browser):
        """Otherwise a link would sign somebody in as somebody else."""
        location = choose(browser.set_out(), MARC)
        other = new_browser()
        other.set_out()

        assert other.come_back(location).location == "/login"
        assert not other.is_signed_in

    def test_two_tabs_both_come_back(self, browser):
        first, second = browser.set_out(next="/account"), browser.set_out()

        assert browser.come_back(choose(second, MARC)).location == "/"
        assert browser.is_signed_in
        assert browser.come_back(choose(first, MARC)).location == "/account"

    def test_only_the_latest_few_are_remembered(self, browser):
        urls = [browser.set_out() for _ in range(4)]

        assert browser.come_back(choose(urls[0], MARC)).location == "/login"
        assert browser.come_back(choose(urls[-1], MARC)).location == "/"

    def test_it_is_good_for_a_quarter_of_an_hour(self, browser, monkeypatch):
        from app.views.auth import openid_journey

        location = choose(browser.set_out(), MARC)
        later = openid_journey.now() + openid_journey.LONGEST + timedelta(seconds=1)
        monkeypatch.setattr(openid_journey, "now", lambda: later)

        assert browser.come_back(location).location == "/login"

    def test_a_state_for_one_provider_is_no_way_back_from_another(
        self, browser, offered, openid, elsewhere
    ):
        """The mix-up of RFC 9700, 4.4: somebody else's provider answers with a code of its own."""
        ports = offered.extensions["ports"]
        ports.providers["other-id"] = elsewhere(name="other-id")
        location = choose(browser.set_out(), MARC)

        answer = browser.get(
            location.partition(RETURN_TO)[2].join(("/login/with/other-id/callback", ""))
        )
        assert answer.location == "/login"
        assert not browser.is_signed_in

    @pytest.mark.parametrize(
        "fault",
        [
            Fault.OTHER_ISSUER_IN_REDIRECT,
            Fault.WRONG_NONCE,
            Fault.WRONG_AUDIENCE,
            Fault.EXPIRED,
            Fault.BAD_SIGNATURE,
            Fault.TOKEN_PAGE,
        ],
    )
    def test_what_cannot_be_verified_lets_nobody_in_and_says_so(self, browser, provider, fault):
        location = choose(browser.set_out(next="/account"), MARC)
        provider.faults = {fault}
        if fault is Fault.OTHER_ISSUER_IN_REDIRECT:
            location = choose(browser.set_out(next="/account"), MARC)

        assert browser.come_back(location).location == "/login?next=/account"
        assert not browser.is_signed_in
        assert "could not be verified" in browser.said()

    def test_a_provider_that_fails_is_told_plainly_and_the_password_still_works(
        self, browser, provider
    ):
        provider.faults = {Fault.TOKEN_ERROR}
        browser.through(MARC)

        assert "does not answer right now" in browser.said()
        assert sign_in(browser.client, cast.MARC).location == "/"
        assert browser.is_signed_in

    def test_a_provider_that_is_down_is_told_before_anybody_leaves(self, browser, provider):
        provider.faults = {Fault.DISCOVERY_ERROR}

        assert browser.set_out(next="/account") == "/login?next=/account"
        assert "does not answer right now" in browser.said()

    def test_who_cancels_there_is_not_scolded(self, browser):
        assert browser.through("").location == "/login"
        assert "did not finish" in browser.said()


class TestNotLinked:
    def test_a_verified_address_of_an_approved_domain_is_linked_and_told(self, browser, offered):
        answer = browser.through(CLAIRE)

        assert answer.location == "/"
        assert browser.is_signed_in
        assert identities(offered) == [(cast.CLAIRE, CLAIRE)]
        assert ("IDENTITY_LINKED", cast.CLAIRE) in mails(offered)
        event = events(offered, AuditAction.IDENTITY_LINKED)[0]
        assert (event.actor_name, event.target_label) == ("Claire Dubois", "Claire Dubois")

    def test_the_second_time_nothing_is_linked_again(self, browser, new_browser, offered):
        browser.through(CLAIRE)
        new_browser().through(CLAIRE)

        assert len(identities(offered)) == 1
        assert mails(offered).count(("IDENTITY_LINKED", cast.CLAIRE)) == 1

    @pytest.mark.parametrize(
        "person",
        [
            Person(CLAIRE, "C", cast.CLAIRE, False),
            Person(CLAIRE, "C", cast.CLAIRE, None),
            Person(CLAIRE, "C", None, True),
            Person(CLAIRE, "C", "not an address", True),
            Person(CLAIRE, "C", "claire@boulangerie-martin.exampl\N{FULLWIDTH LATIN SMALL LETTER E}", True),
            Person(CLAIRE, "C", "claire@BOULANGERIE-MARTIN.example.evil.example", True),
            Person(CLAIRE, "C", "claire@evil.example@boulangerie-martin.example", True),
            Person(CLAIRE, "C", "nobody@boulangerie-martin.example", True),
        ],
        ids=lambda person: str(person.email),
    )  # fmt: skip
    def test_an_address_that_is_not_vouched_for_links_nobody(
        self, browser, offered, provider, person
    ):
        provider.people[CLAIRE] = person

        assert browser.through(CLAIRE).location == NOT_LINKED
        assert not browser.is_signed_in
        assert identities(offered) == []

    def test_the_text_true_is_no_truth(self, browser, offered, provider):
        provider.people[CLAIRE] = Person(CLAIRE, "C", cast.CLAIRE, "true")

        assert browser.through(CLAIRE).location == NOT_LINKED

    def test_the_spelling_of_an_address_does_not_matter(self, browser, provider):
        provider.people[CLAIRE] = Person(CLAIRE, "C", cast.CLAIRE.upper(), True)

        assert browser.through(CLAIRE).location == "/"

    def test_a_domain_that_nobody_approved_links_nobody(self, browser, offered):
        withdraw(offered)

        assert browser.through(CLAIRE).location == NOT_LINKED
        assert browser.through(MARC).location == NOT_LINKED
        assert identities(offered) == []

    def test_a_domain_is_approved_for_one_provider(self, browser, offered, elsewhere):
        ports = offered.extensions["ports"]
        ports.providers.clear()
        ports.providers["demo-id"] = elsewhere()
        with offered.app_context(), cross_company("a test") as session:
            session.scalars(select(SignInDomain)).one().provider = "other-id"
            session.commit()

        assert browser.through(CLAIRE).location == NOT_LINKED

    def test_an_address_that_was_given_on_opens_nothing(self, browser, offered, provider):
        """Claire has left; her successor got her address at the provider, with an account of their own."""
        link(offered, cast.CLAIRE, "0000-claire", issuer=provider.issuer)

        assert browser.through(CLAIRE).location == NOT_LINKED
        assert identities(offered) == [(cast.CLAIRE, "0000-claire")]

    def test_a_disabled_person_is_not_linked(self, browser, offered):
        change_user(offered, cast.CLAIRE, active=False)

        assert browser.through(CLAIRE).location == NOT_LINKED
        assert identities(offered) == []

    def test_no_user_is_ever_added(self, browser, offered, provider):
        provider.people[SAM] = Person(SAM, "Sam", "sam@boulangerie-martin.example", True)

        assert browser.through(SAM).location == NOT_LINKED
        with offered.app_context(), cross_company("a test") as session:
            names = set(session.scalars(select(PortalUser.username)))
        assert "sam@boulangerie-martin.example" not in names

    def test_the_page_says_what_to_do(self, browser):
        browser.through(SAM)
        page = browser.get(NOT_LINKED)

        assert page.status_code == 200
        assert 'href="/login?next=/account/providers"' in page.text
        assert "mailto:" in page.text
        assert "sam@" not in page.text

    def test_the_trail_names_no_stranger(self, browser, offered):
        browser.through(SAM)

        refused = events(offered, AuditAction.IDENTITY_REFUSED)[0]
        assert refused.target_id is None
        assert "sam" not in (refused.target_label or "").lower()

    def test_who_chose_the_wrong_account_is_asked_again_there(self, browser):
        asked = parse_qs(urlsplit(browser.set_out(again="1")).query)

        assert asked["prompt"] == ["login"]

    def test_an_unverified_address_may_still_be_linked_by_hand(self, browser, offered, provider):
        link(offered, cast.BRUNO, BRUNO, issuer=provider.issuer)

        assert browser.through(BRUNO).location == "/"
        assert browser.is_signed_in


def test_setting_out_is_throttled(browser, monkeypatch):
    from app.services import throttle

    begun = throttle.now()
    monkeypatch.setattr(throttle, "now", lambda: begun)
    token = browser.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    answers = [
        browser.client.post("/login/with/demo-id", data={"csrf_token": token}).status_code
        for _ in range(62)
    ]

    assert answers == [303] * 60 + [429] * 2
