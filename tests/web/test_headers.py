"""Headers: on every answer there is, whatever went wrong; and posts of other sites."""

import pytest

from tests.cast import CLAIRE
from tests.web.signing_in import form_token, sign_in


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/forgot", 200),
        ("/account", 302),
        ("/nowhere", 404),
        ("/logout", 405),
        ("/healthz", 200),
        ("/static/nothing.css", 404),
    ],
)
def test_every_answer_carries_them(client, path, status):
    answer = client.get(path)

    assert answer.status_code == status
    headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-ID"]) == 16


def test_static_files_carry_them_and_may_be_kept(client, built_app):
    with built_app.test_request_context():
        url = built_app.jinja_env.globals["asset"]("clientele.css")

    answer = client.get(url)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_pages_of_somebody_signed_in_are_never_kept(client):
    sign_in(client, CLAIRE)

    for path in ("/account", client.get("/").location, "/nowhere"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_each_answer_has_a_reference_of_its_own(client):
    first, second = (client.get("/").headers["X-Request-ID"] for _ in range(2))

    assert first != second
    given = client.get("/", headers={"X-Request-ID": "chosen-by-a-stranger"})
    assert given.headers["X-Request-ID"] != "chosen-by-a-stranger"


def test_transport_security_is_for_production(built_app):
    from flask import Flask

    from app.views.headers import register_headers

    production = Flask("production")
    register_headers(production, is_production=True)

    answer = production.test_client().get("/")
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in built_app.test_client().get("/healthz").headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_of_another_site_is_refused_even_with_the_right_token(client, site):
    data = {"csrf_token": form_token(client), "language": "nl"}

    assert client.post("/language", data=data, headers={"Sec-Fetch-Site": site}).status_code == 400
    for own in ("same-origin", "none"):
        answer = client.post("/language", data=data, headers={"Sec-Fetch-Site": own})
        assert answer.status_code == 303


def test_another_site_may_link_to_us(client):
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil", ""])
def test_a_host_that_is_not_ours_is_answered_with_a_page_of_ours(client, host):
    answer = client.get("/login?next=/account", headers={"Host": host, "Accept-Language": "en"})

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "/static/clientele." in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_address_is_made_from_the_host(client):
    answer = client.get("/account", headers={"X-Forwarded-Host": "evil.example"})

    assert answer.location.startswith("/login")
