"""What everybody does under My profile: another e-mail address, another password, other sessions ended."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests import cast
from tests.e2e import before
from tests.e2e.browsing import (
    IN_FRENCH_AND_DUTCH,
    Browse,
    Complaints,
    enter,
    go,
    heading,
    open_menu,
    press,
    say,
)
from tests.e2e.labels import words_of
from tests.e2e.post import follow_mail
from tests.mails import last_mail

pytestmark = pytest.mark.browser

NEW_PASSWORD = "eight words that nobody else would choose"


@IN_FRENCH_AND_DUTCH
def test_another_address_signs_in_once_it_is_confirmed(
    language, who, name, width, app: Flask, browse: Browse, run_jobs
):
    words, page = words_of(language), browse(who, language=language, width=width)
    new = f"new.{who}"
    page.goto("/")

    open_menu(page, name)
    go(page, words("My profile"))
    go(page, words("Change your e-mail address"))
    page.get_by_label(words("New e-mail address"), exact=True).fill(new)
    press(page, words("Send the link"))
    say(page, new)
    run_jobs()
    follow_mail(page, app, new, words)
    press(page, words("Confirm this address"))
    say(page, words("Confirmed. From now on you sign in with %(email)s.", email=new))
    run_jobs()

    assert last_mail(app, who).subject == words("Your e-mail address was changed")
    other = browse(language=language)
    enter(other, new, words)
    expect(other.locator("header")).to_contain_text(name)


@IN_FRENCH_AND_DUTCH
def test_other_sessions_end_by_a_button_and_by_a_new_password(
    language, who, name, width, app: Flask, browse: Browse, complaints: Complaints
):
    complaints.expect(403)
    words = words_of(language)
    other, page = browse(who, language=language), browse(who, language=language, width=width)
    other.goto("/account")
    page.goto("/account")

    before.signed_in_long_ago(app, page)
    press(page, words("End all other sessions"))
    expect(heading(page)).to_have_text(words("Confirm that it is you"))
    page.get_by_label(words("Password"), exact=True).fill(cast.PASSWORD)
    press(page, words("Confirm and continue"))
    say(page, words("%(num)s other session has ended.", num=1))
    enter(other, who, words)
    expect(other.locator("header")).to_contain_text(name)

    go(page, words("Change the password"))
    page.get_by_label(words("Current password"), exact=True).fill(cast.PASSWORD)
    page.get_by_label(words("New password"), exact=True).fill(NEW_PASSWORD)
    press(page, words("Change the password"))
    say(page, words("Your password is changed. You are signed out on all other devices."))
    enter(other, who, words, password=NEW_PASSWORD)
    expect(other.locator("header")).to_contain_text(name)
