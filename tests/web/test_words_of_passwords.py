"""Words that are tried first: no password is the name of the issuer or of one's companies, whichever the way in."""

import pytest

from tests import cast
from tests.mails import last_mail, link_in
from tests.web.signing_in import form_token, sign_in

OF_CLAIRE = ["Boulangerie Martin SRL", "boulangerie-martin-2026"]
OF_EVERYBODY = ["Titres Demo SA", "titresdemo2026"]
OF_SOMEBODY_ELSE = "Brouwerij Peeters BV"


def change(client, new):
    data = {"current_password": cast.PASSWORD, "password": new}
    token = form_token(client, "/account/password")
    return client.post("/account/password", data=data | {"csrf_token": token})


def choose(client, link, new):
    return client.post(link, data={"password": new, "csrf_token": form_token(client, link)})


@pytest.fixture
def claire(client):
    sign_in(client, cast.CLAIRE)
    return client


@pytest.fixture
def link(client, run_jobs):
    """Claire's link for a new password, opened by a browser in which nobody is signed in."""
    token = form_token(client, "/forgot")
    client.post("/forgot", data={"email": cast.CLAIRE, "csrf_token": token})
    run_jobs()
    return link_in(last_mail(client, cast.CLAIRE))


@pytest.mark.parametrize("new", [*OF_CLAIRE, *OF_EVERYBODY])
def test_when_one_changes_it(claire, new):
    answer = change(claire, new)

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text


@pytest.mark.parametrize("new", [*OF_CLAIRE, *OF_EVERYBODY])
def test_behind_the_link_of_a_mail_which_stays_good(client, link, new):
    assert choose(client, link, new).status_code == 422
    assert choose(client, link, "correct horse battery").status_code == 303


@pytest.mark.parametrize("new", [*OF_CLAIRE, *OF_EVERYBODY])
def test_on_the_command_line(app, client, new):
    command = ["users", "set-password", cast.CLAIRE, "--password-stdin"]
    result = app.test_cli_runner().invoke(args=command, input=f"{new}\n")

    assert result.exit_code == 1
    assert sign_in(client, cast.CLAIRE).status_code == 303


def test_other_companies_are_nothing_to_the_person(claire, client, app):
    assert change(claire, OF_SOMEBODY_ELSE).status_code == 303


def test_of_several_companies_each_counts(client):
    sign_in(client, cast.INES)

    for name in (cast.MARTIN, cast.DUBOIS, cast.PEETERS):
        assert change(client, name).status_code == 422
