"""`flask users`: the first administrator and who may sign in."""

from datetime import timedelta

import pytest

from tests.cast import CLAIRE
from tests.web.signing_in import sign_in, sign_out

GOOD = "correct horse battery"


@pytest.fixture
def run(app):
    def invoke(*arguments, **options):
        return app.test_cli_runner().invoke(args=["users", *arguments], **options)

    return invoke


def test_an_administrator_is_added_and_signs_in(run, client):
    result = run("create-admin", "Root.User@issuer.example", "--password-stdin", input=f"{GOOD}\n")

    assert result.exit_code == 0, result.output
    assert GOOD not in result.output
    assert sign_in(client, "root.user@issuer.example", GOOD).status_code == 303
    assert client.get("/").location == "/backoffice/"


def test_the_password_is_asked_for_twice_and_not_shown(run):
    result = run("create-admin", "root@issuer.example", input=f"{GOOD}\n{GOOD}\n")

    assert result.exit_code == 0, result.output
    assert GOOD not in result.output


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("root@issuer.example", "short", "12 characters"),
        ("root@issuer.example", "motdepasse2026", "first that others would try"),
        ("long.enough.name@issuer.example", "long.enough.name", "name"),
        (CLAIRE, GOOD, "already signs in"),
        ("nonsense", GOOD, "not an e-mail address"),
        ("root@issuer.example", "", "12 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(run, email, password, said):
    result = run("create-admin", email, "--password-stdin", input=f"{password}\n")

    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert "root@issuer.example" not in run("list").output


def test_the_list_names_everybody_with_role_and_state(run):
    output = run("list").output

    assert f"{CLAIRE}\tClaire Dubois\tEMPLOYER\tactive\tnever" in output
    assert "sofia@issuer.example\tSofia Admin\tPLATFORM_ADMIN\tactive" in output


def test_a_disabled_person_is_out_at_once_and_comes_back_when_enabled(run, client):
    sign_in(client, CLAIRE)
    result = run("disable", CLAIRE.upper())

    assert result.exit_code == 0
    assert "sessions ended: 1" in result.output
    assert client.get("/account").status_code == 302
    assert sign_in(client, CLAIRE).status_code == 422

    assert run("enable", CLAIRE).exit_code == 0
    assert sign_in(client, CLAIRE).status_code == 303


def test_a_new_password_replaces_the_old_one_and_ends_its_sessions(run, client):
    sign_in(client, CLAIRE)
    result = run("set-password", CLAIRE, "--password-stdin", input=f"{GOOD}\n")

    assert result.exit_code == 0
    assert GOOD not in result.output
    assert client.get("/account").status_code == 302
    assert sign_in(client, CLAIRE).status_code == 422
    assert sign_in(client, CLAIRE, GOOD).status_code == 303


def test_a_weak_new_password_changes_nothing(run, client):
    result = run("set-password", CLAIRE, "--password-stdin", input="claire.dubois\n")

    assert result.exit_code == 1
    assert sign_in(client, CLAIRE).status_code == 303


def test_sessions_that_ended_long_ago_are_deleted(run, client, app):
    from sqlalchemy import update

    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    sign_in(client, CLAIRE)
    sign_out(client)
    sign_in(client, CLAIRE)  # the latest in a browser stays
    assert "Sessions deleted: 0." in run("purge-sessions").output

    with app.app_context():
        db.session.execute(update(LoginSession).values(expires_at=now() - timedelta(days=9)))
        db.session.commit()
    assert "Sessions deleted: 1." in run("purge-sessions", "--days", "8").output
    assert run("purge-sessions", "--days", "0").exit_code == 2


def test_somebody_unknown_is_said_to_be(run):
    for verb in ("disable", "enable"):
        result = run(verb, "nobody@nowhere.example")
        assert result.exit_code == 1
        assert "Nobody signs in" in result.output
