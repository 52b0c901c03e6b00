"""The post of the demo: what was written to somebody, opened in the outbox and followed from there."""

from flask import Flask
from playwright.sync_api import Page, expect

from tests.e2e.labels import Words
from tests.mails import last_mail, link_in


def follow_mail(page: Page, app: Flask, to: str, words: Words) -> None:
    """Open the newest mail to somebody, who reads the language of `words`, and follow their link in it."""
    mail = last_mail(app, to)
    assert mail.language == words.language

    page.goto("/dev/outbox")
    page.locator("tbody tr").filter(has_text=to).first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(mail.subject)
    page.locator(f"main a[href$='{link_in(mail)}']").click()
