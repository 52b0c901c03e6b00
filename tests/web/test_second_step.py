"""The second step of a sign-in: asked for however the first was passed, taken once, slowed down, never skipped."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.authenticator import code_of, give_recovery_codes, give_second_step
from tests.cast import ANA, CLAIRE, MARC, PASSWORD, PIETER
from tests.web.signing_in import form_token, sign_in, sign_out

pytestmark = pytest.mark.usefixtures("held_period")

ASKED = "/login/second-step"


@pytest.fixture
def seed(app):
    return give_second_step(app, CLAIRE)


@pytest.fixture
def waiting(client, seed):
    """Claire's browser, in which the password was right."""
    answer = sign_in(client, CLAIRE)
    assert (answer.status_code, answer.location) == (303, ASKED)
    client.set_cookie("language", "en")
    return client


def give(client, code, **headers):
    data = {"code": code, "csrf_token": form_token(client, ASKED)}
    return client.post(ASKED, data=data, **headers)


def is_signed_in(client):
    return client.get("/account").status_code == 200


def events(app, action):
    from app.models import AuditEvent
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test looks at the trail") as session:
        rows = list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))
        session.expunge_all()
        return rows


def test_the_password_alone_opens_nothing(waiting, app):
    assert not is_signed_in(waiting)
    assert waiting.get_cookie("sid") is None
    assert events(app, "SIGNED_IN") == []
    page = waiting.get(ASKED)
    assert 'autocomplete="one-time-code"' in page.text
    assert CLAIRE not in page.text


def test_the_code_opens_the_session(waiting, app, seed):
    answer = give(waiting, code_of(seed))

    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(waiting)
    assert [one.actor_name for one in events(app, "SIGNED_IN")] == ["Claire Dubois"]


def test_it_leads_on_to_the_page_that_was_asked_for(client, seed):
    sign_in(client, CLAIRE, next="/account?a=1")

    assert give(client, code_of(seed)).location == "/account?a=1"


def test_the_session_remembers_how_both_steps_were_passed(waiting, app, seed):
    from app.extensions import db
    from app.models import LoginSession

    give(waiting, code_of(seed))
    with app.app_context():
        row = db.session.scalars(select(LoginSession)).one()
        assert row.method.value == "PASSWORD"
        assert row.second_step_at == row.authenticated_at


def test_a_wrong_code_is_refused_and_in_the_trail(waiting, app):
    answer = give(waiting, "000000")

    assert answer.status_code == 422
    assert "not right, or was used already" in answer.text
    assert not is_signed_in(waiting)
    (event,) = events(app, "SECOND_STEP_FAILED")
    assert (event.actor_id, event.target_label) == (None, "Claire Dubois")


def test_a_code_seen_by_somebody_else_opens_no_second_session(waiting, app, seed):
    code = code_of(seed)
    give(waiting, code)
    other = app.test_client()
    sign_in(other, CLAIRE)

    assert give(other, code).status_code == 422
    assert not is_signed_in(other)


def test_a_recovery_code_opens_once(waiting, app):
    codes = give_recovery_codes(app, CLAIRE)
    assert give(waiting, codes[0]).status_code == 303
    assert is_signed_in(waiting)
    assert len(events(app, "RECOVERY_CODE_USED")) == 1

    other = app.test_client()
    sign_in(other, CLAIRE)
    assert give(other, codes[0]).status_code == 422


def test_one_first_step_opens_one_session(waiting, app, seed):
    """Copies of the visitor's cookie are worth nothing once it was used."""
    copy = app.test_client()
    copy.set_cookie("visitor", waiting.get_cookie("visitor").value)
    give(waiting, code_of(seed))

    assert copy.get(ASKED).location == "/login"


def test_each_step_has_a_cookie_of_its_own(client, app, seed):
    planted = client.get("/") and client.get_cookie("visitor").value
    token = form_token(client)
    sign_in(client, CLAIRE)
    assert client.get_cookie("visitor").value != planted
    assert (
        form_token(client, ASKED) != token
    )  # what was planted before the sign-in signs no form after it
    give(client, code_of(seed))
    assert client.get_cookie("visitor") is None
    assert client.get_cookie("sid")


def test_who_was_signed_in_before_is_not_while_a_code_is_owed(client, app):
    sign_in(client, CLAIRE)
    former = client.get_cookie("sid").value
    give_second_step(app, CLAIRE)
    token = form_token(client, "/account")
    client.post("/login", data={"email": CLAIRE, "password": PASSWORD, "csrf_token": token})

    replay = app.test_client()
    replay.set_cookie("sid", former)
    assert not is_signed_in(replay)
    assert not is_signed_in(client)


def test_without_a_first_step_there_is_no_second(client):
    assert client.get(ASKED).location == "/login"


def test_a_visitors_cookie_from_elsewhere_is_worth_nothing(client):
    client.set_cookie("visitor", "eyJzZWNvbmRfc3RlcCI6e319.aaaa.bbbb")

    assert client.get(ASKED).location == "/login"


def test_whoever_knows_the_password_too_stops_nobody_from_signing_in(waiting, app, seed):
    """Another first step, in another browser, ends nobody's ten minutes."""
    sign_in(app.test_client(), CLAIRE)

    assert give(waiting, code_of(seed)).status_code == 303


def test_signing_out_leaves_nothing_to_go_on_with(waiting, app, seed):
    kept = waiting.get_cookie("visitor").value
    give(waiting, code_of(seed))
    sign_out(waiting)

    waiting.set_cookie("visitor", kept)
    assert waiting.get(ASKED).location == "/login"


class TestWaiting:
    """What ends the ten minutes between the two steps."""

    def test_they_end(self, waiting, app):
        from app.domain.clock import now
        from app.extensions import db
        from app.models import Token

        with app.app_context():
            db.session.execute(update(Token).values(expires_at=now() - timedelta(seconds=1)))
            db.session.commit()

        answer = waiting.get(ASKED)
        assert answer.location == "/login"
        assert "Sign in again" in waiting.get("/login").text

    @pytest.mark.parametrize("change", ["password", "disabled", "second step", "behind our back"])
    def test_a_change_of_the_account_ends_them(self, waiting, app, seed, change):
        from app.domain.clock import now
        from app.extensions import db
        from app.services.second_step import switch_off
        from app.services.users import disable_user, find_user, set_password

        with app.app_context():
            claire = find_user(db.session(), CLAIRE)
            if change == "password":
                set_password(db.session(), claire, "quite another password 77")
            elif change == "disabled":
                disable_user(db.session(), claire)
            elif change == "second step":
                switch_off(db.session(), claire)
            else:
                claire.password_set_at = now() + timedelta(seconds=1)
            db.session.commit()

        assert waiting.get(ASKED).location == "/login"
        assert not is_signed_in(waiting)


class TestThrottle:
    def test_codes_cannot_be_tried_for_long(self, waiting, app, monkeypatch):
        from app.services import throttle
        from app.services.throttle_rules import Throttled, Together, most

        begun = throttle.now()
        monkeypatch.setattr(throttle, "now", lambda: begun)
        let_through = most(Throttled.SECOND_STEP, Together.ACCOUNT_AND_NETWORK)
        token = form_token(waiting, ASKED)
        answers = [
            waiting.post(ASKED, data={"code": "000000", "csrf_token": token}).status_code
            for _ in range(let_through + 2)
        ]

        assert answers == [422] * let_through + [429] * 2
        assert len(events(app, "SIGN_IN_THROTTLED")) == 1

    def test_even_the_right_one_is_refused_then(self, waiting, seed, monkeypatch):
        from app.services import throttle

        monkeypatch.setattr(throttle, "_add", lambda *_args: 10**9)
        token_page = waiting.get(ASKED).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', token_page)[1]

        answer = waiting.post(ASKED, data={"code": code_of(seed), "csrf_token": token})
        assert answer.status_code == 429

    def test_somebody_without_the_password_uses_nothing_up(self, client, app, seed):
        from app.extensions import db
        from app.models import ThrottleWindow

        for _ in range(5):
            client.post(ASKED, data={"code": "000000", "csrf_token": form_token(client)})
        with app.app_context():
            assert not db.session.scalar(select(func.count()).select_from(ThrottleWindow))

    def test_what_was_right_uses_nothing_up(self, waiting, app, seed):
        from app.extensions import db
        from app.models import ThrottleWindow

        def counted():
            with app.app_context():
                return db.session.scalar(select(func.sum(ThrottleWindow.count)))

        before = counted()  # the right password, of which there may be many but not any number
        give(waiting, code_of(seed))

        assert counted() == before


class TestStaff:
    """Whose role needs a second step, where the settings say so."""

    @pytest.fixture(autouse=True)
    def required(self, app, monkeypatch):
        monkeypatch.setitem(
            app.extensions,
            "settings",
            app.extensions["settings"].model_copy(update={"staff_second_step": "required"}),
        )

    @pytest.mark.parametrize("email", [MARC, ANA])
    @pytest.mark.parametrize(
        "path", ["/backoffice/", "/account", "/", "/backoffice/companies/list/"]
    )
    def test_whoever_has_none_can_only_set_one_up(self, client, email, path):
        sign_in(client, email)
        answer = client.get(path, follow_redirects=True)

        assert answer.request.path == "/account/second-step"
        assert answer.status_code == 200

    def test_nothing_can_be_posted_either(self, client):
        sign_in(client, MARC)
        token = form_token(client, "/account/second-step")

        answer = client.post("/account/sessions/end-others", data={"csrf_token": token})
        assert answer.location == "/account/second-step"

    def test_employers_may_go_without(self, client):
        sign_in(client, PIETER)

        assert is_signed_in(client)

    def test_it_opens_with_the_set_up(self, client):
        sign_in(client, MARC)
        client.set_cookie("language", "en")
        finish_set_up(client)

        assert client.get("/backoffice/").status_code == 200

    def test_it_opens_with_the_code(self, client, app):
        seed = give_second_step(app, MARC)
        sign_in(client, MARC)
        give(client, code_of(seed))

        assert client.get("/backoffice/").status_code == 200

    def test_switching_off_leads_back_to_the_set_up(self, client, app):
        seed = give_second_step(app, MARC)
        sign_in(client, MARC)
        give(client, code_of(seed))
        data = {
            "code": code_of(seed, 1),
            "csrf_token": form_token(client, "/account/second-step/off"),
        }
        client.post("/account/second-step/off", data=data)

        assert client.get("/backoffice/").location == "/account/second-step"

    def test_they_can_sign_out(self, client):
        sign_in(client, MARC)
        token = form_token(client, "/account/second-step")

        assert client.post("/logout", data={"csrf_token": token}).location == "/"


def test_the_demo_lets_staff_go_without_and_says_so(client):
    sign_in(client, ANA)  # she reads English

    assert client.get("/backoffice/").status_code == 200
    assert "In this demo" in client.get("/account/second-step").text


def finish_set_up(client):
    """Through the pages, as everybody does; returns the page with the recovery codes."""
    home = "/account/second-step"
    client.post(f"{home}/start", data={"csrf_token": form_token(client, home)})
    page = client.get(f"{home}/set-up").text
    seed = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page)[1].replace(" ", "")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    return client.post(f"{home}/set-up", data={"code": code_of(seed), "csrf_token": token})
