"""The account page: one's own sessions, nobody else's; and an honest page for who belongs nowhere."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.cast import ANA, CLAIRE, INES, MARC, MARTIN, PASSWORD, PIETER, SOFIA
from tests.web.signing_in import form_token, read_english, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def account(client):
    sign_in(client, CLAIRE, headers={"User-Agent": FIREFOX})
    read_english(client)
    return client


@pytest.fixture
def phone(app, account):
    browser = app.test_client()
    sign_in(browser, CLAIRE, headers={"User-Agent": SAFARI})
    return browser


def is_signed_in(client):
    return client.get("/account").status_code == 200


def ends(client):
    """The addresses that end a session, in the order of the page."""
    return re.findall(
        r'action="(/account/sessions/[0-9a-f-]{36}/end)"', client.get("/account").text
    )


def end_of_phone(client):
    """The address that ends the session of the phone."""
    rows = re.findall(r'<tr role="row">.*?</tr>', client.get("/account").text, re.DOTALL)
    (row,) = [row for row in rows if "iPhone" in row]
    return re.findall(r'action="([^"]+/end)"', row)[0]


def grow_old(app):
    """Let a quarter of an hour pass since everybody signed in."""
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    with app.app_context():
        long_ago = now() - timedelta(minutes=15)
        db.session.execute(update(LoginSession).values(authenticated_at=long_ago))
        db.session.commit()


def post(client, path):
    return client.post(path, data={"csrf_token": form_token(client, "/account")})


def test_it_says_who_one_is(account):
    page = account.get("/account").text

    assert "Claire Dubois" in page
    assert CLAIRE in page
    assert MARTIN in page


def test_it_lists_the_browsers_in_which_one_is_signed_in(account, phone):
    page = account.get("/account").text

    assert "Firefox · Windows" in page
    assert "Safari · iPhone" in page
    assert len(ends(account)) == 2


def test_ending_another_session_acts_at_its_next_request(account, phone):
    (own,) = set(ends(account)) - {end_of_phone(account)}
    answer = post(account, end_of_phone(account))

    assert (answer.status_code, answer.location) == (303, "/account")
    assert not is_signed_in(phone)
    assert ends(account) == [own]


def test_ending_the_own_session_is_signing_out(account):
    (own,) = ends(account)
    answer = post(account, own)

    assert answer.location == "/"
    assert not is_signed_in(account)


def test_ending_all_others_leaves_this_one(account, phone):
    answer = post(account, "/account/sessions/end-others")

    assert answer.status_code == 303
    assert is_signed_in(account)
    assert not is_signed_in(phone)
    assert "end-others" not in account.get("/account").text


def test_signing_out_everywhere_ends_this_session_too(account, phone):
    answer = post(account, "/account/sessions/end-all")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "signed out everywhere" in account.get("/").text
    assert not is_signed_in(account)
    assert not is_signed_in(phone)


@pytest.mark.parametrize("others", ["end-others", "end-all", "of the phone"])
def test_ending_other_sessions_asks_for_a_fresh_sign_in(account, phone, app, others):
    path = end_of_phone(account) if others == "of the phone" else f"/account/sessions/{others}"
    token = form_token(account, "/account")
    grow_old(app)

    assert account.post(path, data={"csrf_token": token}).status_code == 403
    assert is_signed_in(phone)
    data = {"csrf_token": token, "confirm_password": PASSWORD}
    assert account.post(path, data=data).status_code == 303
    assert not is_signed_in(phone)


def test_signing_out_here_asks_for_nothing(account, app):
    (own,) = ends(account)
    token = form_token(account, "/account")
    grow_old(app)

    assert account.post(own, data={"csrf_token": token}).location == "/"
    assert not is_signed_in(account)


def test_a_session_is_told_by_device_network_and_the_way_it_began(account):
    row = re.findall(r'<tr role="row">.*?</tr>', account.get("/account").text, re.DOTALL)[-1]

    for said in ("Firefox · Windows", "This device", "127.0.0.1", "Password"):
        assert said in row


@pytest.mark.parametrize("email", [CLAIRE, MARC])
def test_every_page_of_somebody_signed_in_offers_to_sign_out(client, email):
    sign_in(client, email)
    home = client.get("/").location

    for page in (home, "/account", "/account/password"):
        assert 'action="/logout"' in client.get(page).text


def test_nobody_ends_a_session_of_somebody_else(account, app):
    pieter = app.test_client()
    sign_in(pieter, PIETER)
    (own,) = ends(account)

    assert post(pieter, own).status_code == 404
    assert is_signed_in(account)


def test_a_session_that_has_ended_cannot_be_ended_again(account, phone):
    addresses = ends(account)
    post(account, "/account/sessions/end-others")
    (gone,) = set(addresses) - set(ends(account))

    assert post(account, gone).status_code == 404


def test_ending_sessions_is_in_the_trail(account, phone, app):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    post(account, "/account/sessions/end-others")
    with app.app_context(), cross_company("a test looks at the trail") as session:
        statement = select(AuditEvent).where(AuditEvent.action == "SESSION_ENDED")
        event = session.scalars(statement).one()
        assert (event.actor_name, event.target_label) == ("Claire Dubois", "Claire Dubois")


@pytest.mark.parametrize("email", [SOFIA, MARC, ANA])
def test_staff_have_the_page_too(client, email):
    sign_in(client, email)

    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(("starts", "ends_", "word"), [(3, None, "From"), (None, -3, "Ended on")])
def test_who_has_no_open_company_reads_why(client, app, starts, ends_, word):
    from app.domain.clock import today
    from app.models import Membership, PortalUser
    from app.security.cross_company import cross_company

    def day(offset):
        return None if offset is None else today() + timedelta(days=offset)

    with app.app_context(), cross_company("a test moves a membership") as session:
        user = select(PortalUser.id).where(PortalUser.email == CLAIRE).scalar_subquery()
        moved = {"starts_on": day(starts), "expires_on": day(ends_)}
        session.execute(update(Membership).where(Membership.user_id == user).values(**moved))
        session.execute(update(PortalUser).where(PortalUser.email == CLAIRE).values(language="en"))
        session.commit()
    sign_in(client, CLAIRE)

    assert client.get("/").location == "/account"
    page = client.get("/account").text
    assert "No company is open to you" in page
    assert word in page
    assert "mailto:" in page


def test_a_page_without_a_company_leads_to_each_of_ones_companies(client):
    sign_in(client, INES)
    page = client.get("/account").text

    side = page.split('class="side"')[1].split("</nav>")[0]
    assert len(re.findall(r'href="/c/[0-9a-f-]{36}/"', side)) == 3


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox · Windows"),
        (SAFARI, "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.0", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_browser_is_named_as_people_know_it(user_agent, name):
    from app.domain.devices import device_name

    assert device_name(user_agent) == name


def test_a_browsers_own_words_are_never_shown(app):
    browser = app.test_client()
    sign_in(browser, CLAIRE, headers={"User-Agent": "<script>alert(1)</script>" * 40})

    assert "alert(1)" not in browser.get("/account").text
