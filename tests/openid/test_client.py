"""The client against the provider: who comes back, and everything that proves nothing."""

import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.clock import now
from app.domain.openid import (
    ProviderAnswer,
    ProviderAnswerRefused,
    ProviderSignInStopped,
    ProviderUnavailable,
)
from app.integrations.oidc import OpenIdClient, Registration, metadata
from simulators.openid import Fault, Person
from tests.openid.conftest import (
    BRUNO,
    CLAIRE,
    IMPATIENCE,
    MARC,
    PATIENCE,
    RETURN_TO,
    answer_in,
    choose,
    there_and_back,
)


def prove(openid, person=CLAIRE, **options):
    departure, answer = there_and_back(openid, person, **options)
    return openid.arrive(departure, answer, return_to=RETURN_TO)


def test_somebody_comes_back_as_who_they_are(openid, provider):
    proved = prove(openid)

    assert (proved.provider, proved.issuer) == ("demo-id", provider.issuer)
    assert proved.subject == CLAIRE
    assert (proved.email, proved.is_email_verified) == ("claire@boulangerie-martin.example", True)
    assert proved.authenticated_at is not None
    assert abs(proved.authenticated_at - now()) < timedelta(seconds=10)


def test_the_way_there_carries_a_challenge_and_never_the_verifier(openid):
    departure = openid.depart(return_to=RETURN_TO, language="nl", again=False)
    asked = parse_qs(urlsplit(departure.url).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid email profile"]
    assert asked["nonce"] == [departure.nonce]
    assert asked["state"] == [departure.state]
    assert asked["ui_locales"] == ["nl"]
    assert departure.code_verifier not in departure.url
    assert "prompt" not in asked


def test_two_ways_there_share_nothing(openid):
    first, second = (
        openid.depart(return_to=RETURN_TO, language="fr", again=False) for _ in range(2)
    )

    assert not {first.state, first.nonce, first.code_verifier} & {
        second.state,
        second.nonce,
        second.code_verifier,
    }


def test_asked_again_the_provider_is_told_not_to_trust_a_former_sign_in(openid):
    departure = openid.depart(return_to=RETURN_TO, language="fr", again=True)
    asked = parse_qs(urlsplit(departure.url).query)

    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.OTHER_ISSUER_IN_REDIRECT, "iss_of_redirect"),
        (Fault.NO_ISSUER_IN_REDIRECT, "iss_of_redirect"),
        (Fault.WRONG_NONCE, "nonce"),
        (Fault.NO_NONCE, "nonce"),
        (Fault.WRONG_AUDIENCE, "aud"),
        (Fault.SHARED_AUDIENCE, "azp"),
        (Fault.WRONG_ISSUER, "iss"),
        (Fault.EXPIRED, "expired_token"),
        (Fault.FROM_THE_FUTURE, "iat"),
        (Fault.NO_SUBJECT, "sub"),
        (Fault.BAD_SIGNATURE, "bad_signature"),
        (Fault.UNSIGNED, "alg"),
        (Fault.SIGNED_BY_CLIENT_SECRET, "alg"),
        (Fault.NO_ID_TOKEN, "id_token"),
        (Fault.TOKEN_PAGE, "token endpoint"),
        (Fault.ODD_TOKEN_ANSWER, "token endpoint"),
    ],
)
def test_an_answer_that_is_wrong_in_one_thing_proves_nothing(
    openid, provider, fault, reason, caplog
):
    provider.faults = {fault}

    with caplog.at_level(logging.WARNING), pytest.raises(ProviderAnswerRefused) as refused:
        prove(openid)

    assert reason in str(refused.value.params["reason"])
    assert "demo-id" in caplog.text
    assert "secret" not in caplog.text
    provider.faults = set()
    assert prove(openid).subject == CLAIRE


@pytest.mark.parametrize("fault", [Fault.TOKEN_ERROR, Fault.TOKEN_REDIRECT, Fault.ENDLESS])
def test_a_provider_that_fails_is_unavailable(openid, provider, fault):
    provider.faults = {fault}

    with pytest.raises(ProviderUnavailable):
        prove(openid)


def test_a_provider_that_keeps_us_waiting_is_unavailable(impatient, provider):
    provider.faults = {Fault.SLOW}

    with pytest.raises(ProviderUnavailable):
        prove(impatient)


def test_a_provider_that_is_down_is_unavailable(registration, provider):
    gone = Registration(
        name="gone", label="Gone", issuer="http://127.0.0.1:9", client_id="a", client_secret="b"
    )

    with pytest.raises(ProviderUnavailable):
        OpenIdClient(gone, patience=IMPATIENCE).depart(
            return_to=RETURN_TO, language="fr", again=False
        )


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.OTHER_ISSUER_IN_DISCOVERY, "issuer_of_discovery"),
        (Fault.PLAIN_DISCOVERY, "not_json"),
    ],
)
def test_a_discovery_document_that_is_wrong_is_not_kept(openid, provider, fault, reason):
    provider.faults = {fault}
    with pytest.raises(ProviderAnswerRefused) as refused:
        openid.depart(return_to=RETURN_TO, language="fr", again=False)
    assert refused.value.params["reason"] == reason

    provider.faults = set()
    assert prove(openid).subject == CLAIRE


def test_a_page_on_an_origin_that_no_form_may_lead_to_is_refused(registration, provider):
    """The browser would stop there without a word."""
    host = provider.issuer.replace("127.0.0.1", "localhost")
    client = OpenIdClient(
        Registration(
            name="a", label="A", issuer=provider.issuer, client_id="portal", client_secret="x"
        ),
        patience=PATIENCE,
    )
    provider.issuer, told = host, provider.issuer
    original = provider._discovery

    def discovery(request):
        answer = original(request)
        answer.set_data(answer.get_data(as_text=True).replace(f'"{host}"', f'"{told}"'))
        return answer

    provider._discovery = discovery
    with pytest.raises(ProviderAnswerRefused) as refused:
        client.depart(return_to=RETURN_TO, language="fr", again=False)
    assert refused.value.params["reason"] == "origin_of_authorization_endpoint"


def test_what_is_published_is_asked_for_once_and_again_when_it_is_old(
    openid, provider, monkeypatch
):
    for _ in range(3):
        prove(openid)
    assert (provider.asked.count("discovery"), provider.asked.count("keys")) == (1, 1)

    monkeypatch.setattr(metadata, "KEPT_S", -1)
    prove(openid)
    assert provider.asked.count("discovery") > 1


def test_a_provider_that_failed_a_moment_ago_keeps_nobody_waiting(openid, provider, monkeypatch):
    provider.faults = {Fault.DISCOVERY_ERROR}
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            openid.depart(return_to=RETURN_TO, language="fr", again=False)
    assert provider.asked.count("discovery") == 1

    provider.faults = set()
    monkeypatch.setattr(metadata, "AFTER_FAILURE_S", 0)
    assert prove(openid).subject == CLAIRE


def test_a_new_key_is_looked_for(openid, provider, monkeypatch):
    monkeypatch.setattr(metadata, "KEYS_AGAIN_S", -1)
    prove(openid)
    provider.signer.change_key()

    assert prove(openid).subject == CLAIRE
    assert provider.asked.count("keys") >= 2


def test_unknown_keys_do_not_make_us_ask_at_every_try(openid, provider):
    prove(openid)
    provider.signer.change_key()

    for _ in range(3):
        with pytest.raises(ProviderAnswerRefused):
            prove(openid)
    assert provider.asked.count("keys") == 1


def test_a_code_works_once(openid):
    departure, answer = there_and_back(openid)
    openid.arrive(departure, answer, return_to=RETURN_TO)

    with pytest.raises(ProviderAnswerRefused) as refused:
        openid.arrive(departure, answer, return_to=RETURN_TO)
    assert "invalid_grant" in str(refused.value.params["reason"])


def test_the_code_of_another_sign_in_is_worth_nothing_here(openid):
    """Injected into our way back, it fails at the verifier (RFC 7636)."""
    ours, _answer = there_and_back(openid)
    _theirs, stolen = there_and_back(openid, MARC)

    with pytest.raises(ProviderAnswerRefused):
        openid.arrive(ours, stolen, return_to=RETURN_TO)


def test_a_secret_that_is_not_ours_is_refused(elsewhere):
    with pytest.raises(ProviderAnswerRefused) as refused:
        prove(elsewhere(client_secret="of somebody else"))
    assert "invalid_client" in str(refused.value.params["reason"])


def test_who_goes_back_is_not_blamed(openid):
    with pytest.raises(ProviderSignInStopped):
        prove(openid, person="")


def test_a_way_back_without_a_code_proves_nothing(openid, provider):
    departure, _answer = there_and_back(openid)
    nothing = ProviderAnswer(state=departure.state, code=None, error=None, issuer=provider.issuer)

    with pytest.raises(ProviderAnswerRefused):
        openid.arrive(departure, nothing, return_to=RETURN_TO)


def test_an_address_that_is_not_verified_is_told_as_such(openid):
    proved = prove(openid, BRUNO)

    assert proved.email == "bruno@boulangerie-martin.example"
    assert not proved.is_email_verified


def test_an_address_may_come_with_the_user_information(openid, provider):
    provider.faults = {Fault.EMAIL_BY_USERINFO}

    proved = prove(openid)
    assert (proved.email, proved.is_email_verified) == ("claire@boulangerie-martin.example", True)


def test_user_information_about_somebody_else_is_refused(openid, provider):
    provider.faults = {Fault.EMAIL_BY_USERINFO, Fault.OTHER_SUBJECT_IN_USERINFO}

    with pytest.raises(ProviderAnswerRefused) as refused:
        prove(openid)
    assert refused.value.params["reason"] == "sub_of_userinfo"


def test_when_somebody_signed_in_there_is_told_where_it_is_known(openid, provider):
    provider.faults = {Fault.EARLIER_SIGN_IN}
    earlier = prove(openid).authenticated_at
    assert earlier is not None
    assert now() - earlier > timedelta(minutes=50)

    provider.faults = {Fault.NO_AUTH_TIME}
    assert prove(openid).authenticated_at is None


@pytest.mark.parametrize("subject", ["with\0nul", "with\nline", "x" * 256])
def test_a_subject_that_no_table_takes_is_refused(openid, provider, subject):
    provider.people[subject] = Person(subject, "Odd", None, None)

    with pytest.raises(ProviderAnswerRefused) as refused:
        prove(openid, subject)
    assert refused.value.params["reason"] == "sub"


def test_an_address_that_nobody_can_read_is_none(openid, provider):
    provider.people[CLAIRE] = Person(CLAIRE, "Claire", "claire\0@example.com", True)

    assert prove(openid).email is None


class TestTheProviderItself:
    """Were the simulator lax, a client that forgot a step would pass."""

    def test_it_sends_nobody_to_an_address_that_is_not_registered(self, openid):
        departure = openid.depart(return_to="http://evil.example/", language="fr", again=False)
        import requests

        answer = requests.get(departure.url, timeout=5, allow_redirects=False)
        assert answer.status_code == 400
        assert "Location" not in answer.headers

    def test_it_asks_for_a_challenge(self, openid):
        url = openid.depart(return_to=RETURN_TO, language="fr", again=False).url
        without = url.replace("code_challenge_method=S256", "code_challenge_method=plain")

        assert answer_in(choose(without, CLAIRE)).error == "invalid_request"

    def test_nobody_is_let_through_without_being_asked(self, openid):
        url = openid.depart(return_to=RETURN_TO, language="fr", again=False).url

        assert answer_in(choose(f"{url}&prompt=none", CLAIRE)).error == "login_required"
