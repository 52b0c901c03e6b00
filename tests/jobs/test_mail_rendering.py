"""What mails say: every kind in every language, from the facts that its table lists."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.domain.administrators import AdministratorChange
from app.domain.change_requests import ChangeField
from app.domain.languages import LANGUAGES
from app.domain.mail import MailKind
from app.domain.mail_contents import CONTENTS, Fact, stored_context
from app.domain.roles import EmployerRole
from tests import cast
from tests.mails import last_mail, link_in

COMPANY = "Boulangerie <Martin> & Fils"
SAMPLES = {
    Fact.TEXT: COMPANY,
    Fact.OPTIONAL_TEXT: "Nora “Manager” & Co",
    Fact.PATH: "/c/a-company/exports/a-file",
    Fact.TEXTS: ["Liège <centre>", "Namur"],
    Fact.COUNT: 1,
    Fact.ROLE: EmployerRole.EMPLOYER_BILLING,
    Fact.CHANGES: [
        (ChangeField.NAME, "Before <SRL>", "After & Sons"),
        (ChangeField.VAT_NUMBER, "BE 0990.200.249", None),
    ],
    Fact.ADMINISTRATOR_CHANGE: AdministratorChange.SECOND_STEP_DISABLED,
    Fact.OPTIONAL_DATE: date(2027, 1, 31),
    Fact.OPTIONAL_INSTANT: datetime(2026, 7, 1, 22, 15, tzinfo=UTC),
}
NOTICES = [kind for kind, content in CONTENTS.items() if content.link is None]
TEMPLATES = Path(__file__).parents[2] / "app" / "templates" / "mail"


def facts_of(kind, *, full=True):
    facts = CONTENTS[kind].facts
    given = {name: SAMPLES[fact] for name, fact in facts.items() if full or not fact.is_optional}
    return given | ({"new_email": "claire.new@elsewhere.example"} if "new_email" in facts else {})


@pytest.fixture
def rendered(app, session, run_jobs):
    """The mail of a kind, as it is in the outbox."""

    def rendering(kind, *, language="en", full=True, user=True):
        from app.services.mail import write_mail
        from app.services.tokens import issue_token

        person = cast.user(app, cast.CLAIRE)
        purpose = CONTENTS[kind].purpose
        token = purpose and issue_token(
            session, purpose, email=person.email, user_id=person.id, secret_key=app.secret_key
        )
        write_mail(
            session,
            kind,
            to=person.email,
            language=language,
            context=facts_of(kind, full=full),
            token=token,
            user_id=person.id if user else None,
        )
        session.commit()
        run_jobs()
        return last_mail(app, person.email)

    return rendering


class Page(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags[-1][0] != "style":
            self.words += data

    def of(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def test_every_kind_has_its_facts_its_subject_and_its_template():
    from app.jobs.mail_subjects import SUBJECTS

    assert set(CONTENTS) == set(SUBJECTS) == set(MailKind)
    assert {path.stem.upper() for path in TEMPLATES.glob("*.jinja")} == set(MailKind)


@pytest.mark.parametrize("full", [True, False], ids=["full", "least"])
@pytest.mark.parametrize("kind", MailKind)
def test_it_reads_well_in_both_forms_and_in_every_language(rendered, kind, full):
    for language in LANGUAGES:
        mail = rendered(kind, language=language, full=full, user=full)

        assert mail.subject
        assert mail.language == language
        for form in (mail.subject, mail.text, Page(mail.html).words):
            assert not re.search(r"None|Undefined|%\(|\{\{|&amp;|&lt;|  \.|Markup", form)
        assert "\n\n\n" not in mail.text
        assert all(line == line.strip() or line == "-- " for line in mail.text.splitlines())
        assert len(mail.text) > 200


@pytest.mark.parametrize("kind", MailKind)
def test_it_brings_nothing_from_elsewhere_and_says_what_it_is(rendered, kind):
    page = Page(rendered(kind, language="nl").html)

    assert page.of("html") == [{"lang": "nl"}]
    assert not any(page.of(name) for name in ("img", "script", "link", "iframe", "form", "object"))
    assert "url(" not in rendered(kind).html
    assert all("role" in attrs or attrs["class"] == "facts" for attrs in page.of("table"))
    assert len(page.of("h1")) == 1
    leads_to = {urlsplit(attrs["href"]).netloc for attrs in page.of("a")}
    assert leads_to <= {"localhost:8080", ""}  # the portal, and the issuer's address


@pytest.mark.parametrize("kind", NOTICES)
def test_a_notice_signs_nobody_in(rendered, kind):
    """It leads to the portal, or to a page of it that asks who one is."""
    portal = "http://localhost:8080"
    leads_to = {portal}
    if Fact.PATH in CONTENTS[kind].facts.values():
        leads_to.add(portal + SAMPLES[Fact.PATH])

    assert set(rendered(kind).links) == leads_to


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind not in NOTICES])
def test_a_link_is_where_its_page_is(rendered, kind):
    path = CONTENTS[kind].link.replace("{secret}", "")

    assert link_in(rendered(kind)).startswith(path)


def test_names_are_text_in_html_and_themselves_in_text(rendered):
    mail = rendered(MailKind.INVITATION)

    assert "Boulangerie &lt;Martin&gt; &amp; Fils" in mail.html
    assert COMPANY in mail.text
    assert COMPANY in mail.subject


def test_instants_are_told_in_the_time_of_brussels(rendered):
    assert "2 Jul 2026, 00:15 (Brussels time)" in rendered(MailKind.NEW_DEVICE).text


def test_the_old_address_sees_the_new_one_masked(rendered):
    mail = rendered(MailKind.EMAIL_CHANGED)

    assert "c•••@elsewhere.example" in mail.text
    assert "claire.new" not in mail.text + mail.html


def test_the_recipient_is_greeted_by_name_where_it_is_known(rendered):
    assert rendered(MailKind.PASSWORD_CHANGED).text.startswith("Hello Claire,")
    assert rendered(MailKind.PASSWORD_CHANGED, user=False).text.startswith("Hello,")


def test_it_comes_from_the_issuer(rendered):
    mail = rendered(MailKind.TEST)

    assert mail.sender == "Titres Demo SA <factures@issuer.example>"
    assert "clients@issuer.example" in mail.text


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (MailKind.NEW_DEVICE, {}),
        (MailKind.NEW_DEVICE, {"device": "Firefox", "password": "hunter2"}),
    ],
    ids=["missing", "unknown"],
)
def test_facts_that_no_template_reads_are_a_mistake_of_the_writer(kind, given):
    with pytest.raises(TypeError):
        stored_context(kind, given)


def test_a_link_needs_its_token(session):
    from app.services.mail import write_mail

    with pytest.raises(TypeError):
        write_mail(session, MailKind.RESET_PASSWORD, to=cast.CLAIRE, language="fr")
