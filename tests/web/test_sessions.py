"""Sessions: kept on the server, ended at once, never fixed by somebody else, checked at every request."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.cast import CLAIRE, INES, PASSWORD, PIETER
from tests.web.signing_in import form_token, sign_in, sign_out
from tests.web.statements import statements


def sid_of(client):
    cookie = client.get_cookie("sid")
    return cookie.value if cookie else None


def is_signed_in(client):
    return client.get("/account").status_code == 200


def change(app, statement):
    """Change rows behind the application's back, as another host would."""
    from app.security.cross_company import cross_company

    with app.app_context(), cross_company("a test acts as another host") as session:
        session.execute(statement)
        session.commit()


def change_sessions(app, **values):
    from app.models import LoginSession

    change(app, update(LoginSession).values(**values))


def change_membership(app, email, **values):
    from app.models import Membership, PortalUser

    user = select(PortalUser.id).where(PortalUser.email == email).scalar_subquery()
    change(app, update(Membership).where(Membership.user_id == user).values(**values))


@pytest.fixture
def home(client):
    """Claire's browser, signed in, and the address of her company."""
    sign_in(client, CLAIRE)
    return client.get("/").location


def test_the_cookie_is_for_this_site_and_not_for_scripts(client):
    cookies = sign_in(client, CLAIRE).headers.getlist("Set-Cookie")

    (sid,) = [one for one in cookies if one.startswith("sid=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(sid.split("; "))
    assert "Expires" not in sid  # it ends with the browser


def test_in_production_the_cookie_is_bound_to_the_host_and_to_tls(built_app):
    from config import Settings

    production = Settings(
        app_env="production",
        secret_key="k1" + "abcdefghijklmnopqrstuvwxyz0123456789",
        data_keys="one:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        public_url="https://portal.example",
        trusted_hosts=("portal.example",),
        database_url="sqlite:////nowhere/x.db",
        storage_url="file:///nowhere",
        mail_url="smtp://u:p@mail.example:587",
    ).flask_config()

    assert production["SESSION_COOKIE_NAME"] == "__Host-sid"
    assert production["SESSION_COOKIE_SECURE"] is True


def test_a_planted_cookie_is_worth_nothing_after_the_sign_in(client, app):
    client.set_cookie("sid", "planted-by-somebody-else")
    sign_in(client, CLAIRE)

    assert sid_of(client) != "planted-by-somebody-else"
    other = app.test_client()
    other.set_cookie("sid", "planted-by-somebody-else")
    assert not is_signed_in(other)


def test_the_token_of_the_visitors_forms_dies_with_the_sign_in(client):
    before = form_token(client)
    sign_in(client, CLAIRE)

    assert client.get_cookie("visitor") is None
    assert form_token(client, "/account") != before


def test_signing_in_again_ends_the_session_before(client, app):
    sign_in(client, CLAIRE)
    former, token = sid_of(client), form_token(client, "/account")
    data = {"email": CLAIRE, "password": PASSWORD, "csrf_token": token}
    client.post("/login", data=data)

    replay = app.test_client()
    replay.set_cookie("sid", former)
    assert not is_signed_in(replay)
    assert is_signed_in(client)


def test_a_copied_cookie_is_worth_nothing_after_the_sign_out(client, app):
    sign_in(client, CLAIRE)
    copied = sid_of(client)
    answer = sign_out(client)

    assert (answer.status_code, answer.location) == (303, "/")
    assert sid_of(client) is None
    replay = app.test_client()
    replay.set_cookie("sid", copied)
    assert not is_signed_in(replay)


def test_signing_out_needs_a_form_of_ours_and_a_post(client):
    sign_in(client, CLAIRE)

    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert is_signed_in(client)


def test_the_table_holds_no_token(client, app):
    from app.extensions import db
    from app.models import LoginSession

    sign_in(client, CLAIRE)
    with app.app_context():
        row = db.session.scalars(select(LoginSession)).one()
        assert sid_of(client) not in str(vars(row))


@pytest.mark.parametrize("ago", [timedelta(seconds=1), timedelta(days=30)])
def test_an_idle_session_has_ended(client, app, ago):
    from app.domain.clock import now

    sign_in(client, CLAIRE)
    change_sessions(app, expires_at=now() - ago)

    assert not is_signed_in(client)


def test_use_postpones_the_end_but_never_beyond_the_longest(client, app):
    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession
    from app.services.sessions import IDLE, LONGEST

    sign_in(client, CLAIRE)
    began = now() - LONGEST + timedelta(minutes=10)
    change_sessions(app, created_at=began, last_seen_at=now() - timedelta(minutes=5))
    assert is_signed_in(client)

    with app.app_context():
        end = db.session.scalars(select(LoginSession.expires_at)).one()
    assert end == began + LONGEST
    assert end < now() + IDLE


def test_being_here_is_written_at_most_once_a_minute(client, app):
    from app.domain.clock import now

    sign_in(client, CLAIRE)
    client.get("/account")
    with statements(app) as fresh:
        client.get("/account")
    change_sessions(app, last_seen_at=now() - timedelta(seconds=61))
    with statements(app) as stale:
        client.get("/account")

    assert [one for one in fresh if one.startswith("UPDATE")] == []
    assert len([one for one in stale if one.startswith("UPDATE login_session")]) == 1


def test_disabling_somebody_acts_at_the_next_request(client, app):
    from app.models import PortalUser

    sign_in(client, CLAIRE)
    change(app, update(PortalUser).where(PortalUser.email == CLAIRE).values(active=False))

    assert not is_signed_in(client)


def test_taking_a_membership_away_acts_at_the_next_request(client, app, home):
    from app.models import Membership, PortalUser

    assert client.get(home).status_code == 200
    user = select(PortalUser.id).where(PortalUser.email == CLAIRE).scalar_subquery()
    change(app, Membership.__table__.delete().where(Membership.user_id == user))

    assert client.get(home).status_code == 404
    assert client.get("/").location == "/account"


def test_another_role_acts_at_the_next_request(client, app, home):
    from app.domain.roles import EmployerRole, Role
    from app.security.access import current_principal

    with client:
        client.get(home)
        assert current_principal().role is Role.EMPLOYER_ADMIN
    change_membership(app, CLAIRE, role=EmployerRole.EMPLOYER_VIEWER)
    with client:
        client.get(home)
        assert current_principal().role is Role.EMPLOYER_VIEWER


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [
        (None, 0, 200),
        (None, -1, 404),
        (0, None, 200),
        (1, None, 404),
        (-5, 5, 200),
        (1, 5, 404),
    ],
)
def test_a_membership_opens_from_its_first_day_to_its_last(client, app, home, starts, ends, status):
    from app.domain.clock import today

    def day(offset):
        return None if offset is None else today() + timedelta(days=offset)

    change_membership(app, CLAIRE, starts_on=day(starts), expires_on=day(ends))

    assert client.get(home).status_code == status


def test_a_company_of_somebody_else_does_not_exist(client, home, app):
    other = app.test_client()
    sign_in(other, PIETER)

    assert other.get(home).status_code == 404
    assert other.get("/c/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/c/not-a-number/").status_code == 404


def test_two_tabs_on_two_companies_do_not_mix(client):
    from app.security.access import current_principal

    sign_in(client, INES)
    with client:
        client.get("/account")
        companies = current_principal().companies
    assert len(companies) == 3

    for one in (*companies, *reversed(companies)):
        with client:
            assert client.get(f"/c/{one.public_id}/").status_code == 200
            assert current_principal().company.public_id == one.public_id


def test_who_is_asking_takes_one_statement(client, app, home):
    client.get(home)
    with app.test_request_context(home, headers={"Cookie": f"sid={sid_of(client)}"}):
        from app.security.access import current_principal

        app.preprocess_request()
        with statements(app) as seen:
            assert current_principal().company
        assert len(seen) == 1


def test_static_files_ask_the_database_for_nothing_even_for_somebody_signed_in(client, app):
    sign_in(client, CLAIRE)
    with app.test_request_context():
        url = app.jinja_env.globals["asset"]("clientele.css")
    with statements(app) as seen:
        for path in (url, "/healthz", "/nowhere"):
            client.get(path)

    assert seen == []


def test_starting_up_asks_the_database_for_nothing(settings):
    from sqlalchemy import Engine, event

    from app import create_app

    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        create_app(settings)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert [one for one in seen if not one.startswith("PRAGMA")] == []


def test_roles_of_flask_appbuilder_are_the_table_of_permissions(built_app):
    from types import SimpleNamespace

    from app.domain.roles import Role
    from app.security.permissions import SCREENS, fab_roles

    manager = built_app.extensions["appbuilder"].sm
    assert set(fab_roles()) == {role.value for role in SCREENS}
    for role in Role:
        (found,) = manager.get_user_roles(SimpleNamespace(role=role))
        assert found.name == role.value
    assert manager.get_user_roles(SimpleNamespace(role=None)) == []


def test_old_sessions_are_purged_and_open_ones_stay(session):
    from app.domain.clock import now
    from app.models import LoginSession
    from app.services.sessions import purge_sessions, start_session
    from app.services.users import find_user

    claire = find_user(session, CLAIRE)
    old, _ = start_session(session, claire.id, ip=None, user_agent=None)
    fresh, _ = start_session(session, claire.id, ip=None, user_agent=None)
    old.expires_at = now() - timedelta(days=91)
    session.flush()

    assert purge_sessions(session) == 1
    assert session.scalars(select(LoginSession.id)).all() == [fresh.id]


def test_a_session_that_ended_is_told_at_the_sign_in_form(client, app):
    from app.domain.clock import now

    sign_in(client, CLAIRE)
    change_sessions(app, ended_at=now())
    client.set_cookie("language", "en")

    assert "Your session has ended" in client.get("/login").text
    assert "Your session has ended" not in app.test_client().get("/login").text
