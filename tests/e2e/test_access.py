"""Who lets whom in: administrators of a company invite and remove people, account managers invite the first one."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.e2e.browsing import PHONE, WIDE, Browse, Complaints, go, heading, press, say
from tests.e2e.labels import Words, words_of
from tests.e2e.looking import barriers, sideways
from tests.e2e.post import follow_mail
from tests.mails import last_mail, link_in, mails

pytestmark = pytest.mark.browser

FR = words_of("fr")
PASSWORD = "nine words that nobody else would choose"
NEW, SECOND = "olivia@new.example", "noah@new.example"


def main(page: Page):
    return page.get_by_role("main")


def begin(page: Page, words: Words) -> None:
    """Accept an invitation as somebody who is new here."""
    page.get_by_label(words("First name"), exact=True).fill("Olivia")
    page.get_by_label(words("Last name"), exact=True).fill("Nouvelle")
    page.get_by_label(words("Password"), exact=True).fill(PASSWORD)
    press(page, words("Accept and sign in"))


def problems(page: Page) -> list[str]:
    return sideways(page, PHONE) + barriers(page) + sideways(page, WIDE) + barriers(page)


@pytest.mark.parametrize(
    ("language", "who", "company"),
    [
        pytest.param("fr", cast.CLAIRE, cast.MARTIN, marks=pytest.mark.every_database, id="fr"),
        pytest.param("nl", cast.PIETER, cast.PEETERS, id="nl"),
    ],
)
def test_somebody_is_invited_accepts_and_is_removed(
    language, who, company, app: Flask, browse: Browse, run_jobs, complaints: Complaints
):
    """Entry 5 of the help page."""
    complaints.expect(404)
    words = words_of(language)
    page, guest = browse(who, language=language), browse(language=language, width=PHONE)

    page.goto("/")
    for way in ("My company", "Access", "Add user access"):
        go(page, words(way))
    page.get_by_label(words("E-mail addresses"), exact=True).fill(f"{NEW}, {SECOND}")
    page.get_by_text(words("Viewer"), exact=True).click()
    press(page, words("Send the invitations"))
    invited = page.get_by_role("table", name=words("Invited"))
    for email in (NEW, SECOND):
        expect(invited).to_contain_text(email)
    run_jobs()

    follow_mail(guest, app, NEW, words)
    expect(heading(guest)).to_contain_text(company)
    begin(guest, words)
    say(guest, words("You have access to %(company)s.", company=company))
    go(guest, words("Invoices"))
    expect(heading(guest)).to_have_text(words("Invoices and credit notes"))

    page.reload()
    page.get_by_role("link", name=f"{words('Remove')} Olivia Nouvelle", exact=True).click()
    press(page, f"{words('Remove access')} Olivia Nouvelle")
    say(page, words("%(name)s no longer has access.", name="Olivia Nouvelle"))
    go(guest, words("My company"))
    expect(heading(guest)).to_have_text(words("This page does not exist"))
    guest.goto("/")
    expect(main(guest)).to_contain_text(words("No company is open to you at this moment."))


def test_the_way_to_access_is_called_what_the_help_page_calls_it(browse: Browse):
    """Entry 5 of the help page, in the words of its French labels."""
    page = browse(cast.CLAIRE)
    page.goto("/")

    for label in ("Mon entreprise", "Accès", "Ajouter un accès utilisateur"):
        go(page, label)

    expect(heading(page)).to_have_text("Ajouter un accès utilisateur")


def test_somebody_who_signs_in_already_joins_by_one_button(
    app: Flask, browse: Browse, run_jobs, complaints: Complaints
):
    complaints.expect(410)
    page, pieter = browse(cast.CLAIRE), browse(cast.PIETER, language="fr")
    page.goto(f"/c/{cast.company_id(app, cast.MARTIN)}/company/access/add")
    page.get_by_label(FR("E-mail addresses"), exact=True).fill(f"{cast.PIETER}\n{SECOND}")
    press(page, FR("Send the invitations"))
    expect(main(page)).to_contain_text(SECOND)
    run_jobs()

    follow_mail(pieter, app, cast.PIETER, FR)
    press(pieter, f"{FR('Join')} {cast.MARTIN}")
    say(pieter, FR("You have access to %(company)s.", company=cast.MARTIN))
    pieter.locator("header details.several summary").click()
    expect(pieter.get_by_role("link", name=cast.PEETERS, exact=True)).to_be_visible()

    page.get_by_role("link", name=f"{FR('Revoke')} {SECOND}", exact=True).click()
    press(page, f"{FR('Revoke')} {SECOND}")
    expect(heading(page)).to_have_text(FR("Access"))
    stranger = browse()
    follow_mail(stranger, app, SECOND, FR)
    expect(heading(stranger)).to_have_text(FR("This invitation no longer works"))


@pytest.mark.every_database
def test_marc_invites_the_first_administrator_of_a_company(app: Flask, browse: Browse, run_jobs):
    page, guest = browse(cast.MARC), browse()

    page.goto("/")
    go(page, FR("Invitations"))
    go(page, FR("Add"))
    page.get_by_label(FR("Company"), exact=True).select_option(label=cast.DUBOIS)
    page.get_by_label(FR("E-mail addresses"), exact=True).fill(NEW)
    page.get_by_label(FR("Role"), exact=True).select_option(
        label=FR("Administrator of the company")
    )
    page.locator("main select[name=language]").select_option("fr")
    press(page, FR("Send the invitations"))
    say(page, FR("The invitations are on their way."))
    run_jobs()

    follow_mail(guest, app, NEW, FR)
    begin(guest, FR)
    say(guest, FR("You have access to %(company)s.", company=cast.DUBOIS))
    for way in ("My company", "Access", "Add user access"):
        go(guest, FR(way))
    expect(heading(guest)).to_have_text(FR("Add user access"))
    page.reload()
    expect(page.get_by_role("row", name=re.compile(NEW))).to_contain_text(FR("Accepted"))


@pytest.mark.every_database
def test_sofia_looks_at_mails_and_jobs_and_sends_a_link_again(
    app: Flask, browse: Browse, run_jobs, complaints: Complaints
):
    complaints.expect(410)
    page, reader = browse(cast.SOFIA), browse()
    page.goto("/")
    go(page, FR("Users"))
    go(page, cast.CLAIRE)
    press(page, FR("Send a link for a new password"))
    press(page, FR("Send a link for a new password"))
    say(page, FR("The link is on its way to %(email)s.", email=cast.CLAIRE))
    run_jobs()
    first = last_mail(app, cast.CLAIRE)

    go(page, FR("Mails"))
    row = page.get_by_role("row", name=re.compile(cast.CLAIRE)).first
    expect(row).to_contain_text(FR("Sent"))
    row.get_by_role("link").first.click()
    assert not problems(page)
    press(page, FR("Send again"))
    assert not problems(page)
    press(page, FR("Send again"))
    say(page, FR("The mail is on its way again."))
    go(page, FR("Jobs"))
    expect(page.get_by_role("row").filter(has_text=FR("Waiting"))).to_have_count(1)
    run_jobs()
    page.reload()
    expect(page.get_by_role("row").filter(has_text=FR("Waiting"))).to_have_count(0)
    page.locator("td.first a").first.click()
    assert not problems(page)

    reader.goto(link_in(first))
    expect(heading(reader)).to_have_text(FR("This link no longer works"))
    follow_mail(reader, app, cast.CLAIRE, FR)
    expect(heading(reader)).to_have_text(FR("Choose a new password"))
    assert len(mails(app, cast.CLAIRE)) == 2
