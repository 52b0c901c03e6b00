"""Signing in: the form, one answer for every failure, limits on guessing, where it leads."""

import re

import pytest
from sqlalchemy import func, select, update

from app.services.throttle_rules import DAY, Rule, Throttled, Together, most
from tests.cast import CLAIRE, MARC, PASSWORD
from tests.web.signing_in import form_token, sign_in

OTHER_NETWORK = {"REMOTE_ADDR": "203.0.113.9"}
TRIES = most(Throttled.SIGN_IN, Together.ACCOUNT_AND_NETWORK)


@pytest.fixture
def events(app):
    """The names and labels of the audit events that concern signing in, in order."""
    from app.domain.audit import AuditAction
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    def read(action: "AuditAction"):
        with app.app_context(), cross_company("a test looks at the trail") as session:
            statement = select(AuditEvent).where(AuditEvent.action == action.value)
            rows = list(session.scalars(statement.order_by(AuditEvent.id)))
            session.expunge_all()
            return rows

    return read


def shown_errors(response):
    summary = re.search(r'role="alert".*?</ul>', response.text, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", summary[0]) if summary else []


def test_the_first_page_is_the_sign_in_form_with_a_way_for_who_forgot_the_password(client):
    page = client.get("/", headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert 'href="/forgot"' in page.text


def test_an_employer_lands_on_the_home_page_of_the_company(client):
    answer = sign_in(client, CLAIRE)
    assert (answer.status_code, answer.location) == (303, "/")

    home = client.get("/")
    assert re.fullmatch(r"/c/[0-9a-f-]{36}/", home.location)
    assert client.get(home.location).status_code == 200


def test_staff_land_in_the_back_office(client):
    sign_in(client, MARC)

    assert client.get("/").location == "/backoffice/"


@pytest.mark.parametrize(
    "typed",
    [
        f"  {CLAIRE.upper()} ",
        CLAIRE.replace("@", "\N{FULLWIDTH COMMERCIAL AT}"),
    ],
)
def test_an_address_is_the_same_however_it_is_typed(client, typed):
    assert sign_in(client, typed).status_code == 303


def test_every_failure_has_the_same_answer(client, app):
    from app.extensions import db
    from app.models import PortalUser

    with app.app_context():
        db.session.execute(update(PortalUser).where(PortalUser.email == MARC).values(active=False))
        db.session.commit()

    answers = [
        sign_in(client, email, password)
        for email, password in [
            (CLAIRE, "not the password"),
            ("nobody@nowhere.example", PASSWORD),
            (MARC, PASSWORD),
            (CLAIRE, "x" * 400_000),
            (CLAIRE, "nul\0byte"),
            ("nul\0byte@nowhere.example", PASSWORD),
            ("x" * 400_000, PASSWORD),
            ("\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH JOINER}", PASSWORD),
        ]
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({tuple(shown_errors(answer)) for answer in answers}) == 1
    assert shown_errors(answers[0]) != []
    assert all("sid" not in answer.headers.get("Set-Cookie", "") for answer in answers)


def test_what_was_typed_stays_but_the_password_does_not(client):
    answer = sign_in(client, CLAIRE, "a wrong password indeed")

    assert f'value="{CLAIRE}"' in answer.text
    assert "a wrong password indeed" not in answer.text


def test_an_empty_form_says_what_is_missing(client):
    answer = sign_in(client, "", "")

    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert "data-focus" in answer.text


def test_a_failure_computes_one_hash_and_writes_one_event_whoever_it_concerns(
    client, app, monkeypatch
):
    from app.services import passwords
    from tests.web.statements import statements

    hashes: list[str] = []
    real = passwords.hashlib.scrypt
    monkeypatch.setattr(
        passwords.hashlib, "scrypt", lambda *a, **k: hashes.append("one") or real(*a, **k)
    )
    work = []
    for email in (CLAIRE, "nobody@nowhere.example"):
        hashes.clear()
        token = form_token(client)
        with statements(app) as seen:
            client.post(
                "/login", data={"email": email, "password": "wrong one", "csrf_token": token}
            )
        work.append((len(hashes), [statement.split("(")[0] for statement in seen]))

    assert work[0] == work[1]
    assert work[0][0] == 1


def test_the_trail_tells_who_failed_without_the_address_of_a_stranger(client, events):
    from app.domain.audit import AuditAction

    sign_in(client, CLAIRE, "wrong password")
    sign_in(client, "stranger@nowhere.example", "wrong password")

    known, stranger = events(AuditAction.SIGN_IN_FAILED)
    assert (known.target_label, known.target_type) == ("Claire Dubois", "ab_user")
    assert stranger.target_id is None
    assert "stranger" not in (stranger.target_label or "")
    assert known.request_id


def test_the_trail_tells_who_signed_in_and_out(client, events):
    from app.domain.audit import AuditAction
    from tests.web.signing_in import sign_out

    sign_in(client, CLAIRE)
    sign_out(client)

    assert [one.actor_name for one in events(AuditAction.SIGNED_IN)] == ["Claire Dubois"]
    assert [one.actor_name for one in events(AuditAction.SIGNED_OUT)] == ["Claire Dubois"]


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/account", "/account"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_it_leads_on_to_pages_of_ours_only(client, wanted, leads_to):
    assert sign_in(client, CLAIRE, next=wanted).location == leads_to


def test_a_visitor_is_sent_to_the_form_and_back(client):
    turned_away = client.get("/account?a=1&b=2")
    assert turned_away.status_code == 302

    token = form_token(client, turned_away.location)
    form = client.get(turned_away.location).text
    _language_switch, wanted = re.findall(r'name="next" value="([^"]+)"', form)
    data = {
        "email": CLAIRE,
        "password": PASSWORD,
        "csrf_token": token,
        "next": wanted.replace("&amp;", "&"),
    }
    assert client.post("/login", data=data).location == "/account?a=1&b=2"


def test_who_is_signed_in_already_is_led_on(client):
    sign_in(client, CLAIRE)

    assert client.get("/login?next=/account").location == "/account"


class TestThrottle:
    def test_too_many_tries_are_told_when_to_come_back(self, client, events, monkeypatch):
        from app.domain.audit import AuditAction
        from app.services import throttle
        from app.services.throttle_rules import SHORT

        begun = throttle.now()
        monkeypatch.setattr(throttle, "now", lambda: begun)  # no window ends while we try

        token = form_token(client)
        data = {"email": CLAIRE, "password": "wrong one", "csrf_token": token}
        answers = [client.post("/login", data=data) for _ in range(TRIES + 3)]

        assert [one.status_code for one in answers] == [422] * TRIES + [429] * 3
        refused = answers[-1]
        assert 0 < int(refused.headers["Retry-After"]) <= SHORT.total_seconds()
        assert re.search(r"\b\d{1,2}:\d[05]\b", refused.text)  # windows end at whole five minutes
        assert len(events(AuditAction.SIGN_IN_THROTTLED)) == 1

    def test_right_ones_in_great_number_count_too(self, client, app, monkeypatch):
        """Each takes a hash that others wait for: who knows one password must not keep everybody out."""
        from app.extensions import db
        from app.services import throttle

        begun = throttle.now()
        monkeypatch.setattr(throttle, "now", lambda: begun)
        with app.app_context():
            limits = throttle.signed_in_limits(app.secret_key, email=CLAIRE, ip="127.0.0.1")
            throttle.count_attempt(db.session(), limits, times=limits[0].most - 1)
            db.session.commit()
        answers = [sign_in(app.test_client(), CLAIRE) for _ in range(TRIES + 2)]

        assert [one.status_code for one in answers] == [303] * (TRIES + 1) + [429]

    def test_it_refuses_before_it_hashes_even_what_is_right(self, client, monkeypatch):
        from app.services import throttle
        from app.views.auth import sign_in as view

        rule = Rule(Together.ACCOUNT_AND_NETWORK, 0, DAY)
        monkeypatch.setattr(throttle, "RULES", {Throttled.SIGN_IN: (rule,)})
        monkeypatch.setattr(view, "check_credentials", None)

        assert sign_in(client, CLAIRE).status_code == 429

    def test_my_failures_do_not_lock_you_out(self, client, app):
        token = form_token(client)
        data = {"email": CLAIRE, "password": "wrong one", "csrf_token": token}
        for _ in range(TRIES + 1):
            client.post("/login", data=data, environ_base=OTHER_NETWORK)

        assert sign_in(app.test_client(), CLAIRE).status_code == 303

    def test_signing_in_uses_up_no_tries(self, app):
        from app.extensions import db
        from app.models import ThrottleWindow
        from app.services.throttle import signed_in_limits

        for _ in range(3):
            assert sign_in(app.test_client(), CLAIRE).status_code == 303
        with app.app_context():
            (own,) = signed_in_limits(app.secret_key, email=CLAIRE, ip="127.0.0.1")
            tries = select(func.sum(ThrottleWindow.count)).where(ThrottleWindow.key != own.key)
            assert db.session.scalar(tries) == 0


def test_too_many_at_once_are_asked_to_try_again(client, monkeypatch):
    from threading import BoundedSemaphore

    from app.services import passwords

    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords, "_hashing", full)
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)

    answer = sign_in(client, CLAIRE)
    assert answer.status_code == 422
    assert len(shown_errors(answer)) == 1


def test_who_forgot_the_password_reads_whom_to_ask(client):
    page = client.get("/forgot")

    assert page.status_code == 200
    assert "mailto:" in page.text
    assert "tel:" in page.text


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(client, app):
    from werkzeug.security import generate_password_hash

    from app.extensions import db
    from app.models import PortalUser
    from app.services.passwords import method

    old = generate_password_hash(PASSWORD, method="scrypt:2048:8:1")
    with app.app_context():
        db.session.execute(
            update(PortalUser).where(PortalUser.email == CLAIRE).values(password=old)
        )
        db.session.commit()

    assert sign_in(client, CLAIRE).status_code == 303
    with app.app_context():
        stored = db.session.scalar(select(PortalUser.password).where(PortalUser.email == CLAIRE))
    assert stored
    assert stored.startswith(method())
    assert sign_in(app.test_client(), CLAIRE).status_code == 303
