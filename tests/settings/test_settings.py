"""What the settings derive, refuse and never show."""

import stat
from typing import Any

import pytest

from app.cli.config import settings_page
from config import ROOT, Settings, SettingsError, load_settings
from settings.keys import new_data_key

PRODUCTION: dict[str, Any] = {
    "app_env": "production",
    "secret_key": "N3ver-shown-anywhere-0123456789-abcdef",
    "data_keys": "one:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "public_url": "https://portal.issuer.example",
    "trusted_hosts": ("portal.issuer.example",),
    "database_url": "postgresql+psycopg://clientele_rt@db/clientele",
    "database_system_url": "postgresql+psycopg://clientele_system@db/clientele",
    "database_audit_url": "postgresql+psycopg://clientele_audit@db/clientele",
    "storage_url": "s3://invoices",
    "mail_url": "smtp://portal:p%40ss@mail.issuer.example",
}


def refusal(**changes):
    with pytest.raises(SettingsError) as caught:
        Settings(**(PRODUCTION | changes))
    return str(caught.value)


def test_the_demo_needs_no_setting_at_all(tmp_path):
    settings = Settings(data_dir=tmp_path, port=9000)

    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/clientele.db"
    assert settings.storage_url == f"file://{tmp_path}/blobs"
    assert settings.public_url == "http://localhost:9000"
    assert settings.jobs_engine == "embedded"
    assert settings.flask_config()["SESSION_COOKIE_NAME"] == "sid"


def test_the_demo_keeps_its_key_for_its_owner_only(tmp_path):
    first, second = (Settings(data_dir=tmp_path).flask_config()["SECRET_KEY"] for _ in range(2))

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::", "portal.issuer.example"])
def test_the_demo_stays_on_this_machine(tmp_path, address):
    with pytest.raises(SettingsError, match="BIND_HOST"):
        Settings(data_dir=tmp_path, bind_host=address)


def test_production_accepts_safe_settings():
    config = Settings(**PRODUCTION).flask_config()

    assert config["SESSION_COOKIE_NAME"] == "__Host-sid"
    assert config["SESSION_COOKIE_SECURE"] is True
    assert config["PREFERRED_URL_SCHEME"] == "https"
    assert (config["MAIL_SERVER"], config["MAIL_PORT"]) == ("mail.issuer.example", 587)
    assert config["MAIL_PASSWORD"] == "p@ss"


def test_production_names_every_problem_at_once():
    with pytest.raises(SettingsError) as caught:
        Settings(app_env="production")

    named = (
        "SECRET_KEY",
        "DATA_KEYS",
        "PUBLIC_URL",
        "TRUSTED_HOSTS",
        "DATABASE_URL",
        "STORAGE_URL",
        "MAIL_URL",
    )
    assert all(name in str(caught.value) for name in named)
    assert len(caught.value.problems) == len(named)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "a" * 64}, "SECRET_KEY"),
        ({"data_keys": ""}, "DATA_KEYS"),
        ({"data_keys": "one:short"}, "DATA_KEYS: entry 1"),
        ({"data_keys": "one:" + "A" * 43}, "DATA_KEYS: entry 1"),
        (
            {"data_keys": PRODUCTION["data_keys"] + "," + PRODUCTION["data_keys"]},
            "DATA_KEYS: the name one",
        ),
        ({"public_url": "http://portal.issuer.example"}, "PUBLIC_URL"),
        ({"trusted_hosts": "other.example"}, "TRUSTED_HOSTS"),
        ({"trusted_hosts": "portal.issuer.example, .example"}, "TRUSTED_HOSTS"),
        ({"database_system_url": PRODUCTION["database_url"]}, "DATABASE_SYSTEM_URL"),
        ({"database_audit_url": ""}, "DATABASE_AUDIT_URL"),
        ({"mail_url": "outbox:"}, "MAIL_URL"),
        ({"peppol_allow_loopback": True}, "PEPPOL_ALLOW_LOOPBACK"),
        ({"peppol_provider": "simulator"}, "PEPPOL_PROVIDER"),
        ({"peppol_provider_url": "http://127.0.0.1:9"}, "PEPPOL_PROVIDER_URL"),
        ({"twikey_url": "http://127.0.0.1:9"}, "TWIKEY_URL"),
    ],
)
def test_production_refuses_what_is_unsafe(change, named):
    assert named in refusal(**change)


def test_procrastinate_needs_postgresql(tmp_path):
    with pytest.raises(SettingsError, match="JOBS_ENGINE"):
        Settings(data_dir=tmp_path, jobs_engine="procrastinate")


def test_the_environment_is_read_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRUSTED_HOSTS", "a.example, b.example")

    settings = load_settings()

    assert settings.port == 9001
    assert settings.trusted_hosts == ("a.example", "b.example")


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text("a-key-from-a-file-0123456789-abcdef\n")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))

    assert load_settings().flask_config()["SECRET_KEY"] == "a-key-from-a-file-0123456789-abcdef"


def test_a_secret_given_twice_or_not_readable_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "missing"))

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert len(caught.value.problems) == 2


def test_a_malformed_value_is_explained_without_a_trace_of_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("SECRET_KEY", "canary-0123456789")

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert "PORT" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_secrets_are_not_shown(tmp_path):
    settings = Settings(
        data_dir=tmp_path, secret_key="canary-0123456789", mail_url="smtp://u:canary@h"
    )

    assert "canary" not in repr(settings)


def test_the_page_of_settings_is_up_to_date():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert page == settings_page(), "run `make docs`"


def test_the_demo_keeps_its_data_key_for_its_owner_only(tmp_path):
    first, second = (Settings(data_dir=tmp_path).sealing_keys for _ in range(2))

    assert first == second
    assert len(first[0].key) == 32
    assert stat.S_IMODE((tmp_path / "data_keys").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"data_keys", "secret_key"}


def test_the_first_data_key_seals_and_all_of_them_open():
    other = new_data_key("two")
    keys = Settings(
        **PRODUCTION | {"data_keys": f"{other}, {PRODUCTION['data_keys']}"}
    ).sealing_keys

    assert [one.name for one in keys] == ["two", "one"]


def test_a_data_key_is_never_shown():
    settings = Settings(**PRODUCTION)

    assert "AAECAw" not in repr(settings) + repr(settings.sealing_keys)


def test_staff_need_a_second_step_in_production_and_not_in_the_demo(tmp_path):
    assert Settings(**PRODUCTION).needs_staff_second_step
    assert not Settings(data_dir=tmp_path).needs_staff_second_step
    assert not Settings(**PRODUCTION, staff_second_step="optional").needs_staff_second_step
