"""What OIDC_PROVIDERS takes, refuses in words, and never shows."""

import json

import pytest

from config import Settings, SettingsError
from tests.settings.test_settings import PRODUCTION

PROVIDER = {
    "name": "company-id",
    "label": "Company ID",
    "issuer": "https://login.example.com/tenant/v2.0",
    "client_id": "portal",
    "client_secret": "canary-0123456789",
}


def settings_of(*providers, **others):
    return Settings(**{**PRODUCTION, "oidc_providers": json.dumps(list(providers)), **others})


def problems_of(text):
    with pytest.raises(SettingsError) as caught:
        Settings(**{**PRODUCTION, "oidc_providers": text})
    return caught.value.problems


def test_none_is_a_deployment_with_passwords_only():
    assert Settings(**PRODUCTION).openid_providers == ()


def test_a_provider_needs_five_things():
    (provider,) = settings_of(PROVIDER).openid_providers

    assert (provider.name, provider.label) == ("company-id", "Company ID")
    assert provider.scopes == ("openid", "email", "profile")
    assert provider.client_secret.get_secret_value() == "canary-0123456789"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "not JSON"),
        ('{"name": "a"}', "not a list"),
        ("[1]", "provider 1"),
        (json.dumps([{**PROVIDER, "name": "Not A Slug"}]), "small letters"),
        (json.dumps([{**PROVIDER, "label": ""}]), "label is empty"),
        (json.dumps([{**PROVIDER, "issuer": "login.example.com"}]), "issuer is not a URL"),
        (json.dumps([{**PROVIDER, "issuer": "https://u:p@login.example.com"}]), "issuer"),
        (json.dumps([{**PROVIDER, "issuer": "https://login.example.com?a=1"}]), "issuer"),
        (json.dumps([{**PROVIDER, "client_secret": ""}]), "client_secret is empty"),
        (json.dumps([{**PROVIDER, "scopes": ["email"]}]), "must hold openid"),
        (json.dumps([{**PROVIDER, "origins": ["https://a.example/path"]}]), "without a path"),
        (json.dumps([{**PROVIDER, "origins": ["https://a.example; img-src *"]}]), "without a path"),
        (json.dumps([{**PROVIDER, "secret": "x"}]), "secret is not known here"),
        (json.dumps([{k: v for k, v in PROVIDER.items() if k != "issuer"}]), "issuer is missing"),
        (json.dumps([PROVIDER, {**PROVIDER, "issuer": "https://other.example"}]), "same name"),
        (json.dumps([PROVIDER, {**PROVIDER, "name": "other"}]), "same issuer"),
        (json.dumps([{**PROVIDER, "issuer": "http://127.0.0.1:9"}]), "https://"),
    ],
)
def test_what_is_wrong_is_told_without_a_trace_of_the_secret(text, named):
    problems = problems_of(text)

    assert any(named in problem for problem in problems), problems
    assert "canary" not in " ".join(problems)


def test_every_wrong_provider_is_told_at_once():
    first, second = {**PROVIDER, "label": ""}, {**PROVIDER, "name": "b c", "scopes": []}

    problems = problems_of(json.dumps([first, second]))

    assert [("provider 1" in one, "provider 2" in one) for one in problems] == [
        (True, False), (False, True), (False, True),
    ]  # fmt: skip


def test_the_demo_may_have_a_provider_on_this_machine(tmp_path):
    local = {**PROVIDER, "issuer": "http://127.0.0.1:8083"}
    settings = Settings(data_dir=tmp_path, oidc_providers=json.dumps([local]))

    assert settings.openid_providers[0].issuer == "http://127.0.0.1:8083"


def test_the_secret_is_in_no_representation():
    settings = settings_of(PROVIDER)

    assert "canary" not in repr(settings)
    assert "canary" not in repr(settings.openid_providers)
