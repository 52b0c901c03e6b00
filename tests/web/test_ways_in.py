"""Every way in is the same at its end: the second step is asked, and a browser never used before is told."""

import re

import pytest

from tests.authenticator import code_of, give_second_step
from tests.cast import CLAIRE, PASSWORD
from tests.mails import last_mail, link_in, mails
from tests.web.signing_in import form_token, sign_in, sign_out

NEW = "four words of one's own"
ASKED = "/login/second-step"


@pytest.fixture
def known(client, run_jobs):
    """Claire's usual browser, from which she is not signed in at the moment."""
    sign_in(client, CLAIRE)
    sign_out(client)
    return client


def by_password(browser, _run_jobs):
    return sign_in(browser, CLAIRE, PASSWORD)


def by_reset_link(browser, run_jobs):
    data = {"email": CLAIRE, "csrf_token": form_token(browser, "/forgot")}
    browser.post("/forgot", data=data)
    run_jobs()
    link = link_in(last_mail(browser, CLAIRE))
    return browser.post(link, data={"password": NEW, "csrf_token": form_token(browser, link)})


WAYS = pytest.mark.parametrize("way", [by_password, by_reset_link])


def notices(app):
    """Mails that go to Claire's present address and speak of a device."""
    return [mail for mail in mails(app, CLAIRE) if "iPhone" in mail.text]


@pytest.fixture
def phone(app):
    """A browser that nobody used before."""
    browser = app.test_client()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
    browser.environ_base["HTTP_USER_AGENT"] = agent
    return browser


@WAYS
def test_the_second_step_is_never_skipped(known, app, run_jobs, way):
    seed = give_second_step(app, CLAIRE)
    answer = way(known, run_jobs)

    assert (answer.status_code, answer.location) == (303, ASKED)
    assert known.get_cookie("sid") is None
    assert known.get("/account").location.startswith("/login")
    data = {"code": code_of(seed), "csrf_token": form_token(known, ASKED)}
    assert known.post(ASKED, data=data).status_code == 303
    assert known.get("/account").status_code == 200


@WAYS
def test_a_new_browser_is_told_once_somebody_is_in(known, phone, app, run_jobs, way):
    way(phone, run_jobs)
    run_jobs()

    (mail,) = notices(app)
    assert re.search(r"Safari\W+iPhone", mail.text)
    assert "127.0.0.1" in mail.text


def test_a_new_browser_is_not_told_before_the_second_step(known, phone, app, run_jobs):
    seed = give_second_step(app, CLAIRE)
    by_password(phone, run_jobs)
    run_jobs()
    assert notices(app) == []

    data = {"code": code_of(seed), "csrf_token": form_token(phone, ASKED)}
    phone.post(ASKED, data=data)
    run_jobs()
    assert len(notices(app)) == 1


def test_the_mails_of_a_changed_address_arrive_at_both(client, app, run_jobs):
    sign_in(client, CLAIRE)
    new = "claire.dubois@elsewhere.example"
    data = {"email": new, "csrf_token": form_token(client, "/account/email")}
    client.post("/account/email", data=data)
    run_jobs()
    link = link_in(last_mail(app, new))
    client.post(link, data={"csrf_token": form_token(client, link)})
    run_jobs()

    told = last_mail(app, CLAIRE)
    assert new not in told.text  # masked: the old mailbox may be somebody else's by now
    assert "/account/email/" not in told.text
    assert sign_in(app.test_client(), new).status_code == 303
