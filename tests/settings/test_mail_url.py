"""MAIL_URL: what it becomes, and what it may not be."""

import pytest

from config import Settings, SettingsError
from settings.mail import mail_config, mail_problems


@pytest.mark.parametrize(
    ("url", "server", "starttls", "tls"),
    [
        ("smtp://mail.example", ("mail.example", 587), True, False),
        ("smtp://mail.example:25", ("mail.example", 25), True, False),
        ("smtps://mail.example", ("mail.example", 465), False, True),
        ("smtp://localhost:1025?tls=none", ("localhost", 1025), False, False),
        ("smtp://[::1]:1025?tls=none", ("::1", 1025), False, False),
    ],
)
def test_it_says_where_the_server_is_and_how_it_is_encrypted(url, server, starttls, tls):
    config = mail_config(url)

    assert mail_problems(url) == []
    assert (config["MAIL_SERVER"], config["MAIL_PORT"]) == server
    assert (config["MAIL_USE_TLS"], config["MAIL_USE_SSL"]) == (starttls, tls)
    assert config["MAIL_SUPPRESS_SEND"] is False


def test_signs_in_user_and_password_are_written_as_in_any_url():
    config = mail_config("smtp://portal%40issuer.example:p%40ss%2Fword@mail.example")

    assert config["MAIL_USERNAME"] == "portal@issuer.example"
    assert config["MAIL_PASSWORD"] == "p@ss/word"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:587",
        "http://mail.example",
        "smtp://",
        "smtp://user:canary@",
        "smtp://mail.example:99999",
        "smtp://[canary",
        "smtp://user:canary@mail.example?tls=none",
        "smtps://127.0.0.1?tls=none",
        "smtp://mail.example?tls=maybe",
        "smtp://mail.example?verify=no",
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused_without_saying_the_password(tmp_path, url):
    with pytest.raises(SettingsError) as caught:
        Settings(data_dir=tmp_path, mail_url=url)

    assert "MAIL_URL" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_without_it_mail_goes_to_the_outbox(tmp_path):
    settings = Settings(data_dir=tmp_path)

    assert settings.has_outbox
    assert settings.outbox_folder == tmp_path / "outbox"
    assert settings.flask_config()["MAIL_SUPPRESS_SEND"] is True
