"""Ways in: a forgotten password, a second step, an account that one has elsewhere."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.cli.demo.people import PROVIDER_LABEL
from tests import cast
from tests.authenticator import code_of
from tests.e2e.browsing import (
    IN_FRENCH_AND_DUTCH,
    PHONE,
    WIDE,
    Browse,
    enter,
    go,
    heading,
    leave,
    open_menu,
    press,
    say,
)
from tests.e2e.labels import Words, words_of
from tests.e2e.looking import barriers, sideways
from tests.e2e.post import follow_mail

pytestmark = pytest.mark.browser

NEW_PASSWORD = "seven words that nobody else would choose"


@pytest.mark.parametrize(
    ("language", "who", "width"),
    [
        pytest.param("fr", cast.CLAIRE, WIDE, marks=pytest.mark.every_database, id="fr"),
        pytest.param("nl", cast.PIETER, PHONE, id="nl"),
    ],
)
def test_a_forgotten_password_is_chosen_anew(
    language, who, width, app: Flask, browse: Browse, run_jobs
):
    words = words_of(language)
    elsewhere = browse(who, language=language)
    elsewhere.goto("/account")
    page = browse(language=language, width=width)

    page.goto("/")
    page.get_by_role("link", name=words("Forgot password"), exact=True).click()
    page.get_by_label(words("E-mail address"), exact=True).fill(who)
    press(page, words("Send the link"))
    expect(heading(page)).to_have_text(words("Look in your mailbox"))
    run_jobs()
    follow_mail(page, app, who, words)
    expect(heading(page)).to_have_text(words("Choose a new password"))
    page.get_by_label(words("New password"), exact=True).fill(NEW_PASSWORD)
    press(page, words("Save and sign in"))

    say(page, words("Your password is saved. You were signed out everywhere else."))
    elsewhere.reload()
    expect(elsewhere.get_by_label(words("Password"), exact=True)).to_be_visible()
    enter(elsewhere, who, words, password=NEW_PASSWORD)
    expect(elsewhere.locator("header")).to_contain_text(who)


@IN_FRENCH_AND_DUTCH
def test_a_second_step_is_set_up_and_asked_for(language, who, name, width, browse: Browse):
    words, page = words_of(language), browse(who, language=language, width=width)
    page.goto("/")
    open_menu(page, name)
    go(page, words("My profile"))
    go(page, words("Set up a second step"))
    press(page, words("Set up a second step"))

    seed = page.locator("main p.mono").inner_text().replace(" ", "")
    page.get_by_label(words("Code"), exact=True).fill(code_of(seed))
    press(page, words("Switch on"))
    codes = page.locator("ol.codes li").all_inner_texts()
    assert len(codes) == 10
    assert not [*barriers(page), *sideways(page, PHONE), *barriers(page), *sideways(page, width)]
    page.get_by_role("link", name=words("I have kept them"), exact=True).click()
    leave(page, name, words)

    _enter_with_code(page, who, words, code_of(seed, 1))
    expect(heading(page)).to_contain_text(name.partition(" ")[0])
    leave(page, name, words)
    _enter_with_code(page, who, words, codes[0])
    expect(heading(page)).to_contain_text(name.partition(" ")[0])


def _enter_with_code(page: Page, who: str, words: Words, code: str) -> None:
    enter(page, who, words)
    expect(heading(page)).to_have_text(words("Second step"))
    page.get_by_label(words("Code"), exact=True).fill(code)
    press(page, words("Sign in"))


@pytest.mark.parametrize(
    ("language", "who", "name", "account"),
    [
        pytest.param("fr", cast.MARC, "Marc Manager", "Marc Manager", id="fr"),
        pytest.param("nl", cast.PIETER, "Pieter Peeters", "Sam Stranger", id="nl"),
    ],
)
def test_an_account_that_one_has_elsewhere_is_linked_and_signs_in(
    language, who, name, account, browse: Browse
):
    words, page = words_of(language), browse(language=language)

    page.goto("/")
    _through_the_provider(
        page, words("Sign in with %(provider)s", provider=PROVIDER_LABEL), account
    )
    expect(heading(page)).to_have_text(words("This account is not linked yet"))
    go(page, words("Sign in with a password"))
    page.get_by_label(words("E-mail address"), exact=True).fill(who)
    page.get_by_label(words("Password"), exact=True).fill(cast.PASSWORD)
    press(page, words("Sign in"))
    _through_the_provider(page, words("Link %(provider)s", provider=PROVIDER_LABEL), account)
    say(page, words("From now on you can sign in with %(label)s.", label=PROVIDER_LABEL))
    leave(page, name, words)
    _through_the_provider(
        page, words("Sign in with %(provider)s", provider=PROVIDER_LABEL), account
    )

    expect(page.locator("header")).to_contain_text(name)


def _through_the_provider(page: Page, label: str, account: str) -> None:
    """Set out for the provider, and choose who to be there."""
    press(page, label)
    page.get_by_role("button", name=account).click()
