"""Error pages: in four languages, for visitors too, and most of all when the database is the problem."""

import re
import sqlite3
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.cast import CLAIRE, PIETER
from tests.web.signing_in import form_token, sign_in
from tests.web.statements import statements

LANGUAGES = ("fr", "nl", "de", "en")


def heading(answer):
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    return found[1] if found else None


def language(answer):
    found = re.search(r'<html lang="(\w+)"', answer.text)
    return found[1] if found else None


@contextmanager
def database_down(app):
    """Every statement fails, as when the server is gone."""
    from app.extensions import db

    def fail(*_arguments):
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("gone"))

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", fail)


@pytest.fixture
def failing(app):
    """Make `/healthz` end in an exception of the test's choice."""

    def fail(error):
        def view():
            raise error

        app.view_functions["health.alive"] = view

    before = app.view_functions["health.alive"]
    testing, app.config["TESTING"] = app.config["TESTING"], False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield fail
    app.config["TESTING"], app.config["PROPAGATE_EXCEPTIONS"] = testing, None
    app.view_functions["health.alive"] = before


def http_error(status):
    from werkzeug.exceptions import default_exceptions

    return default_exceptions[status]()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_each_error_has_a_page_in_each_language(client, failing, status, lang):
    failing(http_error(status))
    with statements(client.application) as seen:
        answer = client.get("/healthz", headers={"Accept-Language": lang})

    assert answer.status_code == status
    assert language(answer) == lang
    assert heading(answer)
    assert seen == []


@pytest.mark.parametrize(("status", "like"), [(410, 400), (415, 400), (418, 400), (502, 500)])
def test_an_error_without_words_of_its_own_is_told_in_general(client, failing, status, like):
    failing(http_error(status))
    answer = client.get("/healthz")
    failing(http_error(like))

    assert answer.status_code == status
    assert heading(answer) == heading(client.get("/healthz"))


def test_an_unexpected_failure_shows_a_reference_and_nothing_of_the_inside(client, failing, caplog):
    failing(RuntimeError("secret detail"))
    answer = client.get("/healthz")

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "RuntimeError" in caplog.text


def test_somebody_signed_in_reads_their_language(client, app):
    sign_in(client, PIETER)

    assert language(client.get("/nowhere", headers={"Accept-Language": "de"})) == "nl"


def test_a_database_that_fails_last_of_all_is_told_as_such(client, failing):
    from werkzeug.exceptions import InternalServerError

    cause = OperationalError("COMMIT", {}, sqlite3.OperationalError("gone"))
    failing(InternalServerError(original_exception=cause))

    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("path", ["/account", "/", "/c/00000000-0000-4000-8000-000000000000/"])
def test_without_a_database_there_is_a_page_that_says_so(client, app, path):
    sign_in(client, CLAIRE)
    with database_down(app):
        answer = client.get(path)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert language(answer) == "fr"
    assert client.get("/account").status_code == 200


def test_without_a_database_nobody_can_sign_in_but_reads_why(client, app):
    token = form_token(client)
    with database_down(app):
        answer = client.post(
            "/login", data={"email": CLAIRE, "password": "whatever it is", "csrf_token": token}
        )

    assert answer.status_code == 503


def test_without_a_database_static_files_and_the_pulse_still_answer(client, app):
    with database_down(app):
        assert client.get("/healthz").status_code == 200
        assert client.get("/nowhere").status_code == 404


def test_a_busy_database_does_not_take_a_page_from_its_reader(client, app):
    from datetime import timedelta

    from sqlalchemy import update

    from app.domain.clock import now
    from app.extensions import db
    from app.models import LoginSession

    sign_in(client, CLAIRE)
    with app.app_context():
        db.session.execute(update(LoginSession).values(last_seen_at=now() - timedelta(hours=1)))
        db.session.commit()
        engines = list(db.engines.values())

    def refuse_writes(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE"):
            raise OperationalError(statement, {}, sqlite3.OperationalError("database is locked"))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", refuse_writes)
    try:
        assert client.get("/account").status_code == 200
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", refuse_writes)


def test_a_file_locked_by_another_writer_is_a_page(client, app, live_database, monkeypatch):
    from app.extensions import db
    from app.security import engines

    if not live_database.addresses.runtime.startswith("sqlite"):
        pytest.skip("PostgreSQL locks rows, not files")
    token = form_token(client)
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 20)
    with app.app_context():
        db.engine.dispose()
    other = sqlite3.connect(live_database.addresses.runtime.removeprefix("sqlite:///"))
    other.execute("BEGIN IMMEDIATE")
    try:
        data = {"email": CLAIRE, "password": "whatever it is", "csrf_token": token}
        answer = client.post("/login", data=data)
    finally:
        other.rollback()
        other.close()
        with app.app_context():
            db.engine.dispose()

    assert answer.status_code == 503


def test_an_error_is_answered_to_head_without_a_body(client):
    answer = client.head("/nowhere")

    assert (answer.status_code, answer.data) == (404, b"")
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_method_that_is_not_offered_names_those_that_are(client):
    assert "POST" in client.get("/logout").headers["Allow"]


class TestFormOutOfDate:
    def test_a_visitor_opens_the_form_again(self, client):
        referrer = "http://localhost/login?next=/account"
        answer = client.post(
            "/login",
            data={"email": CLAIRE, "password": "x"},
            headers={"Referer": referrer, "Accept-Language": "en"},
        )

        assert answer.status_code == 400
        assert 'href="/login?next=/account"' in answer.text
        assert "Nothing was changed" in answer.text

    def test_somebody_whose_session_ended_signs_in_and_comes_back(self, client):
        answer = client.post(
            "/account/sessions/end-others", headers={"Referer": "http://localhost/account?a=1"}
        )

        assert answer.status_code == 400
        assert 'href="/login?next=/account%3Fa%3D1"' in answer.text

    def test_somebody_signed_in_opens_the_page_again(self, client):
        sign_in(client, CLAIRE)
        answer = client.post(
            "/account/sessions/end-others",
            data={"csrf_token": "of another session"},
            headers={"Referer": "http://localhost/account"},
        )

        assert answer.status_code == 400
        assert 'href="/account"' in answer.text

    def test_the_answer_to_a_form_is_not_linked_to_because_it_cannot_be_opened(self, client):
        referrer = "http://localhost/account/sessions/end-others"
        answer = client.post("/language", headers={"Referer": referrer})

        assert answer.status_code == 400
        assert "end-others" not in answer.text

    @pytest.mark.parametrize(
        "referrer", ["http://evil.example/account", "http://localhost//evil.example", "nonsense"]
    )
    def test_a_page_elsewhere_is_never_linked_to(self, client, referrer):
        answer = client.post("/login", headers={"Referer": referrer})

        assert answer.status_code == 400
        assert "evil" not in answer.text


def test_every_post_asks_for_the_token_of_its_form(client, app):
    sign_in(client, CLAIRE)
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) > 3
    values = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}
    for rule in posts:
        path = re.sub(
            r"<(?:(\w+)(?:\(.*?\))?:)?\w+>", lambda m: values.get(m[1] or "", "x"), str(rule)
        )
        assert client.post(path).status_code in {400, 404}, path


def test_what_is_too_large_is_refused_before_it_is_read(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)

    answer = client.post("/login", data={"email": "x" * 2000})
    assert answer.status_code == 413
    assert heading(answer)


FILE = {
    "content_type": "multipart/form-data; boundary=-",
    "data": b'---\r\nContent-Disposition: form-data; name="files"; filename="a.xml"\r\n\r\n'
    + b"x" * 2_000_000
    + b"\r\n-----\r\n",
}


@pytest.mark.parametrize("path", ["/login", "/language", "/logout", "/backoffice/issuer/"])
def test_no_form_takes_in_a_file(client, path):
    assert client.post(path, **FILE).status_code == 413


def test_only_who_may_upload_has_a_file_read(client, monkeypatch):
    from flask import Request

    def fail(_request):
        raise AssertionError("the body was read")

    stranger = client.post("/backoffice/imports/new", **FILE)
    sign_in(client, CLAIRE)
    monkeypatch.setattr(Request, "_load_form_data", fail)
    customer = client.post("/backoffice/imports/new", **FILE)

    assert stranger.status_code == 400
    assert "/login" in stranger.text
    assert customer.status_code == 403
