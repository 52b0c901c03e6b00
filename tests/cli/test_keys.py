"""`flask keys`: a new key as DATA_KEYS takes it, and sealing everything again by the first one."""

from tests.authenticator import code_of, give_second_step
from tests.cast import CLAIRE


def test_a_new_key_is_one_that_the_settings_take(built_app):
    from settings.keys import read_data_keys

    result = built_app.test_cli_runner().invoke(args=["keys", "new"])

    keys, problems = read_data_keys(result.output)
    assert (result.exit_code, problems, len(keys)) == (0, [], 1)


def test_what_a_former_key_sealed_is_sealed_again_by_the_first(app, monkeypatch):
    from app.extensions import db
    from app.security.vault import AesGcmVault
    from app.services.second_step import check_second_step
    from app.services.users import find_user

    seed = give_second_step(app, CLAIRE)
    old, new = app.extensions["settings"].sealing_keys[0], _new_key()
    use_vault(app, monkeypatch, AesGcmVault([new, old]))
    result = app.test_cli_runner().invoke(args=["keys", "rotate"], catch_exceptions=False)

    assert "Sealed again by the first key: 1." in result.output
    with app.app_context():  # the former key may be taken away
        claire = find_user(db.session(), CLAIRE)
        check_second_step(db.session(), claire, code_of(seed), vault=AesGcmVault([new]))


def test_a_key_taken_away_too_early_is_named_and_nothing_changes(app, monkeypatch):
    from app.security.vault import AesGcmVault

    give_second_step(app, CLAIRE)
    use_vault(app, monkeypatch, AesGcmVault([_new_key()]))
    result = app.test_cli_runner().invoke(args=["keys", "rotate"])

    assert result.exit_code == 1
    assert "Put the key it was sealed with back" in result.output


def use_vault(app, monkeypatch, vault):
    from dataclasses import replace

    monkeypatch.setitem(app.extensions, "ports", replace(app.extensions["ports"], vault=vault))


def _new_key():
    from settings.keys import DataKey

    return DataKey("new", bytes(range(32)))
